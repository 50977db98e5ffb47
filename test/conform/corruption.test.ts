import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { EXIT_CORRUPT, statusOf } from '../../src/cli/exit.ts';
import { StreamFileError } from '../../src/conform/stream.ts';
import { ATTACK, CASES } from '../cli/fixture.ts';
import { panthorShim } from '../cli/program.ts';
import { LONG } from '../tooling/long.ts';
import { streams } from './fixtures.ts';

const folder = mkdtempSync(join(tmpdir(), 'panthor-shim-vectors-'));
afterAll(() => rmSync(folder, { recursive: true }));

const HEADER = '{"stream":"a","variant":"7.2"}';
const INIT = '{"in":{"op":"init"},"out":{"r":0}}';
let made = 0;
const put = (...lines: string[]): string => {
  const path = join(folder, `${made++}.jsonl`);
  writeFileSync(path, `${lines.join('\n')}\n`);
  return path;
};
const op = (fields: object): string => JSON.stringify({ in: fields, out: { r: 0 } });

describe('a malformed vector is corruption, said with file, line and field', () => {
  it.each<[string, string, RegExp]>([
    [
      'a size that is no number',
      `${ATTACK}conform-bo-nan.jsonl`,
      /line 3: in\.size: found "x", expected a number/,
    ],
    ['no operation', `${ATTACK}conform-in-null.jsonl`, /line 2: in: found null, expected an operation$/],
    ['a line that is no object', put(HEADER, '5'), /line 2: expected a JSON object$/],
    [
      'no outcome',
      put(HEADER, '{"in":{"op":"init"}}'),
      /line 2: expected \{"in": operation, "out": outcome\}$/,
    ],
    ['no init', put(HEADER, op({ op: 'vm_create' })), /line 2: in\.op: a stream begins with init$/],
    [
      'an unknown operation',
      put(HEADER, INIT, op({ op: '__proto__' })),
      /line 3: in\.op: found "__proto__", /,
    ],
    ['a negative VM', put(HEADER, INIT, op({ op: 'active', vm: -1 })), /line 3: in\.vm: found -1, /],
    [
      '65 bits',
      put(HEADER, INIT, op({ op: 'lookup', vm: 1, va: '0x10000000000000000' })),
      /line 3: in\.va: /,
    ],
    [
      'a layout of its own',
      put(HEADER, INIT, op({ op: 'bo_create', layout: 'x' })),
      /line 3: in\.layout: found "x", /,
    ],
    [
      'an object of 1 TiB in pieces of 4 KiB',
      put(HEADER, INIT, op({ op: 'bo_create', size: '0x10000000000', layout: '4k' })),
      /line 3: in\.size: found "0x10000000000", expected at most 0x100000000 bytes$/,
    ],
    [
      'a piece that is none',
      put(HEADER, INIT, op({ op: 'bo_create', sg: [[1, 2]] })),
      /in\.sg\[0\]: found \[1,2\], /,
    ],
    [
      'a fault of no AS',
      put(HEADER, INIT, op({ op: 'fault', faults: [[99, '0', '0']] })),
      /in\.faults\[0\]: /,
    ],
    ['a stuck AS of none', put(HEADER, INIT, op({ op: 'stuck', as: 4e9 })), /in\.as: found 4000000000, /],
    ['a pack of nothing', put(HEADER, INIT, op({ op: 'pack', as: 0 })), /in\.start: found no such field, /],
    [
      'an operation inside that is none',
      put(HEADER, INIT, op({ op: 'bind', vm: 1, mid: { op: 'seq', ops: [{ op: 'active' }, 7] } })),
      /line 3: in\.mid\.ops\[1\]: found 7, expected an operation$/,
    ],
  ])('%s', async (_, path, message) => {
    const { status, stdout, stderr } = await panthorShim(['conform', path, '--threads', '1']);
    expect(stderr.trimEnd()).toMatch(message);
    expect(stderr).toContain(`panthor-shim: ${path}: `);
    expect({ status, stdout: stdout.toString() }).toEqual({ status: 3, stdout: '' });
  });

  it('a line of a million empty objects, and one without end, are given up', async () => {
    const objects = put(HEADER, `{"in":{"op":"init","x":[${'{},'.repeat(2e6)}{}]},"out":{}}`);
    expect((await panthorShim(['conform', objects, '--threads', '1'])).stderr).toContain(
      'line 2: more than 1048576 values',
    );
    const endless = join(folder, 'endless.jsonl.gz');
    writeFileSync(endless, gzipSync(Buffer.alloc(64 << 20, '{')));
    const { status, stderr } = await panthorShim(['conform', endless, '--threads', '1']);
    expect(stderr).toContain('line 1: a line of more than 25165824 bytes');
    expect(status).toBe(3);
  });

  if (LONG) {
    it('a stream that maps more than the model has memory for is given up', async () => {
      const create = op({ op: 'bo_create', size: '0x100000000', layout: 'contig4k' });
      const bind = (i: number) =>
        op({ op: 'bind', vm: 1, bo: 1, va: i * 2 ** 32, size: '0x100000000', flags: 0 });
      const path = put(
        HEADER,
        INIT,
        op({ op: 'vm_create', user_va_range: '0x800000000000' }).replace('"r":0', '"r":1'),
        create.replace('{"r":0}', '{"r":1}'),
        ...Array.from({ length: 20 }, (_, i) => bind(i)),
      );
      const { status, stderr } = await panthorShim(['conform', path, '--threads', '1']);
      expect(stderr).toContain(`${path}: line 1: stream a: it needs more than 32768 page-table pages`);
      expect(status).toBe(3);
    }, 60_000);
  }
});

it('a stream that states only some fields is compared in those', async () => {
  const path = `${CASES}stream-with-result-only.jsonl`;
  const { status, stdout } = await panthorShim(['conform', path, '--json']);
  // Its author expected operation 7 to succeed. Kernel code says -110: on 6.12 the third poll of a rebind is the wait after
  // the removing step's flush, whose error the caller gets (as in stuck/bind_remap_poll2 of the vectors, below).
  expect(JSON.parse(stdout.toString())).toMatchObject({
    ops: 9,
    failures: [{ index: 7, fields: ['r'], expected: 0, actual: -110 }],
  });
  expect(status).toBe(1);
  const kernels = readFileSync(path, 'utf8').replace('"out":{"r":0}}', '"out":{"r":-110}}');
  // The pages are gone then and the mapping is not: the next rebind finds nothing to unmap.
  const right = put(...kernels.replace('"out":{"r":0}}', '"out":{"r":-22}}').trim().split('\n'));
  expect((await panthorShim(['conform', right, '--threads', '1'])).status).toBe(0);
  const wrong = put(HEADER, INIT, '{"in":{"op":"vm_create"},"out":{"r":2}}');
  const failed = await panthorShim(['conform', wrong, '--json']);
  expect(failed.status).toBe(1);
  expect(JSON.parse(failed.stdout.toString()).failures).toMatchObject([
    { index: 1, fields: ['r'], expected: 2, actual: 1 },
  ]);
});

it('a rebind whose first flush times out is -110 in the outcomes of the kernel’s own code, on 6.12 alone', async () => {
  for (const [kernel, results] of [
    ['6.12', [-110, 0]],
    ['7.2', [0, 0]],
  ] as const) {
    const [stream] = await streams(`edge-${kernel}.jsonl.gz`, new Set(['stuck/bind_remap_poll2']));
    const after = stream.ops.slice(stream.ops.findIndex(({ in: op }) => op.op === 'stuck'));
    expect(
      after
        .filter(({ in: op }) => op.op === 'bind')
        .map(({ out }) => out.r)
        .slice(0, 2),
    ).toEqual(results);
  }
});

describe('a stream that cannot be read', () => {
  it('is unreadable input wherever it comes up, and no bug', () => {
    expect(statusOf(new StreamFileError('a.jsonl', 2, 'in.op: found "nonsense"'))).toBe(EXIT_CORRUPT);
  });
});
