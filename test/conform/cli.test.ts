import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { panthorShim, type Result } from '../cli/program.ts';
import { LONG, sampled } from '../tooling/long.ts';
import { vectorFiles, vectorPath } from './fixtures.ts';

interface Totals {
  kernel: string;
  streams: number;
  ops: number;
  passed: number;
  failed: number;
  failures: { stream: string; kernel: string; index: number; field: string; fields: string[] }[];
}

const EDGE = vectorPath('edge-7.2.jsonl.gz');
/** Without this behaviour some of these streams differ and others do not. */
const SWITCHED = ['--without', 'unlock-before-disable', '--filter', 'lock/then_'];
let dir: string;

const put = (name: string, text: string): string => {
  const path = join(dir, name);
  writeFileSync(path, text);
  return path;
};
const conform = (...args: string[]): Promise<Result> => panthorShim(['conform', ...args]);
const totals = (result: Result): Totals => JSON.parse(result.stdout.toString()) as Totals;
const streamOf = (name: string): string => {
  const text = gunzipSync(readFileSync(EDGE)).toString();
  const from = text.indexOf(`{"stream": "${name}"`);
  if (from < 0) throw new Error(`no stream ${name}`);
  const to = text.indexOf('\n{"stream"', from);
  return text.slice(from, to < 0 ? undefined : to + 1);
};

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'panthor-shim-conform-'));
});
afterAll(() => rmSync(dir, { recursive: true }));

describe('panthor-shim conform', () => {
  it('passes every fixture stream with the stripped driver, each on the kernel in its header', async () => {
    const result = await conform('--json', ...sampled(vectorFiles, 6).map(vectorPath));
    const { streams, passed, kernel } = totals(result);
    expect(totals(result)).toMatchObject({ failed: 0, failures: [] });
    expect({ passed, all: LONG ? streams : 1409 }).toEqual({ passed: streams, all: 1409 });
    expect(kernel.split(',').length).toBeGreaterThan(LONG ? 4 : 1);
    expect(result.status).toBe(0);
  }, 300_000);

  it('runs all streams on the kernel that --kernel names', async () => {
    const next = totals(await conform('--json', '--kernel', 'next', '--filter', 'lock/', EDGE));
    expect(next).toMatchObject({ kernel: '7.3', failed: 0 });
    expect(next.streams).toBeGreaterThan(10);
    const old = await conform('--json', '--kernel', '6.12', '--filter', 'lock/', EDGE);
    expect(totals(old).failed).toBeGreaterThan(10);
    expect(old.status).toBe(1);
  });

  it('goes on after a stream that differs, and lists each with the first operation that does', async () => {
    const result = await conform('--json', ...SWITCHED, EDGE);
    expect(result.status).toBe(1);
    const all = totals(result);
    expect(all.failed).toBe(all.failures.length);
    expect(all.failed).toBeGreaterThan(3);
    expect(all.passed).toBe(all.streams - all.failed);
    const suspend = all.failures.find((f) => f.stream === 'lock/then_suspend');
    expect(suspend).toMatchObject({ kernel: '7.2', index: 4, field: 'np', fields: ['np', 't'] });
    expect(suspend).toHaveProperty('expected');
    expect(suspend).toHaveProperty('actual');
    expect(suspend).toHaveProperty('history.4.op', 'suspend');
  });

  it('prints, of a stream that differs, what led there and expected beside actual, field by field', async () => {
    const { stdout, status } = await conform(...SWITCHED, EDGE);
    const text = stdout.toString();
    const block = text.split('\n\n').find((part) => part.includes('lock/then_suspend on 7.2')) ?? '';
    expect(block).toMatch(/^✗ lock\/then_suspend on 7\.2: operation 4 differs$/m);
    expect(block).toMatch(/^ {7}3 \{"op":"lock"/m);
    expect(block).toMatch(/^ {2}→ {4}4 \{"op":"suspend"/m);
    const lines = block.split('\n');
    for (const field of ['  t', '  np']) {
      const at = lines.indexOf(field);
      expect(at, field).toBeGreaterThan(0);
      expect(lines.slice(at, at + 4).join('\n')).toMatch(/expected .*\n.*actual /);
    }
    expect(text).toMatch(/\d+ streams, \d+ operations on 7\.2: \d+ passed, \d+ failed\n$/);
    expect(status).toBe(1);
  });

  it('reads files that are not packed, and says ok for a stream that agrees', async () => {
    const result = await conform(put('plain.jsonl', streamOf('lock/then_suspend')));
    expect(result.stdout.toString()).toBe('1 stream, 8 operations on 7.2: 1 passed, 0 failed\n');
    expect(result.status).toBe(0);
  });

  it('refuses a file with an operation that it does not know, by line and field', async () => {
    const lines = streamOf('lock/then_suspend').split('\n');
    lines[3] = lines[3].replace('"op":"active"', '"op":"activate"');
    const result = await conform('--json', put('unknown.jsonl', lines.join('\n')));
    expect(result.stderr).toContain('line 4: in.op: found "activate", expected an operation’s name');
    expect(result.status).toBe(3);
  });
});

describe('conform --shard and --merge', () => {
  it('cut the streams into parts that are disjoint and complete, and join the results of parts', async () => {
    const whole = totals(await conform('--json', ...SWITCHED, EDGE));
    const files: string[] = [];
    const failures: string[] = [];
    for (const i of [1, 2, 3]) {
      const { stdout } = await conform('--json', ...SWITCHED, '--shard', `${i}/3`, EDGE);
      files.push(put(`shard-${i}.json`, stdout.toString()));
      const part = JSON.parse(stdout.toString()) as Totals;
      expect(part.streams).toBeGreaterThan(0);
      expect(part.streams).toBeLessThan(whole.streams);
      failures.push(...part.failures.map((f) => f.stream));
    }
    expect(failures.sort()).toEqual(whole.failures.map((f) => f.stream).sort());
    const merged = await conform('--merge', ...files);
    expect(merged.status).toBe(1);
    const { failures: joined, ...counts } = totals(merged);
    const { failures: expected, ...wholeCounts } = whole;
    expect(counts).toEqual(wholeCounts);
    expect(joined).toHaveLength(expected.length);
  });

  it('exit with 0 where every shard passed', async () => {
    const { stdout } = await conform('--json', '--filter', 'lock/then_suspend', EDGE);
    const file = put('passed.json', stdout.toString());
    expect((await conform('--merge', file, file)).status).toBe(0);
  });

  it('refuse what is no result of a run, by name', async () => {
    for (const [name, text] of [
      ['empty.json', ''],
      ['other.json', '{"streams": "many"}'],
      ['null.json', 'null'],
    ]) {
      const result = await conform('--merge', put(name, text));
      expect(result.status, name).toBe(3);
      expect(result.stderr).toContain(name);
    }
  });
});

describe('conform --junit', () => {
  it('writes a test case a stream, with the difference inside those that failed', async () => {
    const path = join(dir, 'out.xml');
    const { stdout } = await conform('--json', ...SWITCHED, '--junit', path, EDGE);
    const all = JSON.parse(stdout.toString()) as Totals;
    const xml = readFileSync(path, 'utf8');
    expect(xml.startsWith('<?xml version="1.0" encoding="UTF-8"?>\n')).toBe(true);
    expect(xml.match(/<testcase /g)).toHaveLength(all.streams);
    expect(xml.match(/<failure /g)).toHaveLength(all.failed);
    expect(xml).toContain(`<testsuite name="conform" tests="${all.streams}" failures="${all.failed}">`);
    const one = xml.slice(xml.indexOf('name="lock/then_suspend"'));
    expect(one.slice(0, one.indexOf('</testcase>'))).toContain('&quot;op&quot;:&quot;suspend&quot;');
  });
});

describe('what conform cannot use', () => {
  it.each([
    ['a file that is not there', () => [join(dir, 'none.jsonl')], /none\.jsonl/],
    ['an empty file', () => [put('empty.jsonl', '')], /empty\.jsonl/],
    [
      'a line that is no JSON',
      () => [put('bad.jsonl', '{"stream": "a", "variant": "7.2"}\n{"in"\n')],
      /line 2/,
    ],
    ['operations without a header', () => [put('headless.jsonl', '{"in": {}, "out": {}}\n')], /line 1/],
    [
      'a line that is something else',
      () => [put('odd.jsonl', '{"stream": "a", "variant": "7.2"}\n[]\n')],
      /line 2/,
    ],
    [
      'a packed file that was truncated',
      () => {
        const path = join(dir, 'truncated.jsonl.gz');
        writeFileSync(path, readFileSync(EDGE).subarray(0, 50_000));
        return ['--filter', 'no such stream', path];
      },
      /truncated\.jsonl\.gz/,
    ],
  ])('%s ends with 3 and says where', async (_what, args, where) => {
    const result = await conform(...args());
    expect(result.status).toBe(3);
    expect(result.stderr).toMatch(where);
  });

  it.each([
    ['a shard beyond the last', ['--shard', '4/3', EDGE]],
    ['shard 0', ['--shard', '0/3', EDGE]],
    ['an unknown kernel', ['--kernel', '5.0', EDGE]],
    ['an unknown behaviour', ['--with', 'time-travel', EDGE]],
    ['no file', []],
  ])('%s ends with 2', async (_what, args) => {
    const result = await conform(...args);
    expect(result.status).toBe(2);
    expect(result.stderr).not.toBe('');
  });

  it('a stream for a kernel that there is not ends with 2 and names it', async () => {
    const result = await conform(put('variant.jsonl', '{"stream": "a", "variant": "5.0"}\n'));
    expect(result.status).toBe(2);
    expect(result.stderr).toContain('5.0');
  });
});
