import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { openCapture } from '../../src/capture/reader.ts';
import { LineError, parseCallLines } from '../../src/query/call-lines.ts';
import { callsOf, diffCaptures } from '../../src/query/capture-diff.ts';
import { capturePath } from '../capture/helpers.ts';
import { CASES } from '../cli/fixture.ts';
import { panthorShim } from '../cli/program.ts';
import { temporary } from '../page/temporary.ts';
import { sampled } from '../tooling/long.ts';

const BY_HAND = `
uapi 1.9            # the newest
vm 1
bo 1 size 64K vm 1
label 1 "a # in a label"
map 1@0x10000000 bo 1+0 size 64K noexec
map 1@0x20000000 sparse size 2M noexec ; unmap 1@0x10000000 size 4K
map 1@0x10000800 bo 1+0 size 4K = EINVAL
close 1
`;

async function compiled(source: string): Promise<string> {
  const [lines, capture] = [temporary('hand.calls'), temporary('hand.jsonl')];
  writeFileSync(lines, source);
  const { status, stderr } = await panthorShim(['convert', lines, capture]);
  expect(stderr).toBe('');
  expect(status).toBe(0);
  return capture;
}

describe('a capture written by hand', () => {
  it('is played as it stands there', async () => {
    const capture = await compiled(BY_HAND);
    const { stdout } = await panthorShim(['replay', capture, '--json']);
    const found = JSON.parse(`${stdout}`) as { ioctls: object; bind_ops: object; divergences: unknown[] };
    expect(found.ioctls).toMatchObject({ total: 7, failed: 1 });
    expect(found.bind_ops).toMatchObject({ map: 3, unmap: 1, sparse: 1 });
    expect(found.divergences).toEqual([]);
    const vm = JSON.parse(`${(await panthorShim(['vm', capture, '--json', '--at', '4'])).stdout}`) as {
      vms: { vmas: { va: string; size: string; bo: number | null; flags: string[] }[] }[];
    };
    expect(vm.vms[0].vmas).toEqual([
      { va: '0x10001000', size: '0xf000', bo: 1, bo_offset: '0x1000', flags: ['NOEXEC'] },
      { va: '0x20000000', size: '0x200000', bo: null, bo_offset: '0x0', flags: ['NOEXEC', 'SPARSE'] },
    ]);
  });

  it('has the moments, threads and files that its lines say', () => {
    const { records, header } = parseCallLines('client x\nfd 9\nthread 7\n1.500000000s vm 1\nvm 2\n', 'x');
    expect(header.client).toBe('x');
    expect(records.map(({ timeNs, tid, fd }) => [timeNs, tid, fd])).toEqual([
      [1_500_000_000, 7, 9],
      [1_500_010_000, 7, 9],
    ]);
  });

  it.each([
    ['map 1@0x1000 bo 1+0', "'size BYTES' is missing"],
    ['map 1 bo 1 size 4K', 'expected VM@ADDRESS'],
    ['map 1@0x1000 bo 1 size 4K sideways', "'sideways' is one too many"],
    ['map 1@0x1000 sparse size 4K ; unmap 2@0 size 4K', 'expected VM@ADDRESS'],
    ['map 1@0x1000 sparse size 4K ; unmap 2@0x0 size 4K', 'of one VM'],
    ['frobnicate 1', 'is no call'],
    ['close 1 = EWHAT', 'is no error'],
    ['record {"type":"ioctl"}', 'expected'],
    ['label 1 heap', 'expected'],
    ['replies somewhere', 'is none of'],
  ])('%s is refused with its line', (line, why) => {
    expect(() => parseCallLines(`vm 1\n${line}\n`, 'hand.calls')).toThrow(LineError);
    expect(() => parseCallLines(`vm 1\n${line}\n`, 'hand.calls')).toThrow(/^hand\.calls:2: /);
    expect(() => parseCallLines(`vm 1\n${line}\n`, 'hand.calls')).toThrow(why);
  });

  it('is unreadable input where a line is wrong', async () => {
    const file = temporary('wrong.calls');
    writeFileSync(file, 'map nowhere\n');
    const { status, stderr } = await panthorShim(['convert', file, temporary('x.jsonl')]);
    expect(status).toBe(3);
    expect(stderr).toContain('wrong.calls:1: expected VM@ADDRESS');
  });
});

describe('dump --calls', () => {
  it.each(
    sampled(
      [
        capturePath('gallium-egl'),
        capturePath('vulkan-sparse'),
        capturePath('zink-sparse-buffer-basic-emulated'),
        `${CASES}large-object-enomem.jsonl`,
        `${CASES}imported-partial-unmap.jsonl`,
      ],
      3,
    ),
  )('%s comes back from its lines, call for call', async (path) => {
    const { stdout } = await panthorShim(['dump', path, '--calls']);
    const again = await compiled(`${stdout}`);
    const [before, after] = await Promise.all(
      [path, again].map(async (one) => callsOf(await openCapture(one))),
    );
    expect(diffCaptures(before, after).differences).toEqual([]);
    const times = async (one: string): Promise<string> => `${(await panthorShim(['dump', one])).stdout}`;
    expect((await times(again)).length).toBe((await times(path)).length);
  });

  it('says binds, objects, labels and closes in words', async () => {
    const lines = `${(await panthorShim(['dump', capturePath('gallium-egl'), '--calls'])).stdout}`.split(
      '\n',
    );
    for (const word of ['vm', 'bo', 'label', 'map', 'async unmap', 'close', 'destroy'])
      expect(lines.some((line) => new RegExp(`^\\d+\\.\\d{9}s ${word} `).test(line))).toBe(true);
    expect(lines.filter((line) => line.startsWith('record') && line.includes('0xc0186443'))).toEqual([]);
  });

  it('is shown in the documentation as it is read', () => {
    const text = readFileSync('docs/captures-by-hand.md', 'utf8');
    const block = /<!-- example -->\n((?: {4}.*\n|\n)+)/.exec(text)?.[1] ?? '';
    expect(parseCallLines(block, 'docs').records.length).toBeGreaterThan(5);
  });
});
