import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { visible, visibleLines } from '../../uapi/visible.ts';
import { LONG, sampled } from '../tooling/long.ts';
import { ATTACK } from './fixture.ts';
import { panthorShim } from './program.ts';

const folder = mkdtempSync(join(tmpdir(), 'panthor-shim-strangers-'));
afterAll(() => rmSync(folder, { recursive: true }));
const put = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};

/** What no output may hold: everything that a terminal takes for an order, or that turns text around. */
const OBEYED = /(?![\n\t])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;
const EVIL = '\u001b]0;P\u0007\u009b31m\u202e\nrecord 0: forged';

describe('strings of strangers', () => {
  it('are shown as JSON would write them', () => {
    expect(visible('a\u001b[31m\u009bb\u202e\n\u{e0001}\ud800')).toBe(
      'a\\u001b[31m\\u009bb\\u202e\\u000a\\udb40\\udc01\\ud800',
    );
    expect(visible('Mali-G610 “größer” 图形 🦆')).toBe('Mali-G610 “größer” 图形 🦆');
    expect(visibleLines('a\n\tb\r\u0000')).toBe('a\n\tb\\u000d\\u0000');
  });

  const header = JSON.stringify({
    type: 'header',
    format: 'panthor-capture',
    version: 0,
    arch: EVIL,
    client: EVIL,
    replies: 'stand-in',
    driver_version: `1.9.0${EVIL}`,
    kernel_release: EVIL,
  });
  const capture = put('c.jsonl', `${header}\n`);
  const vectors = put(
    'v.jsonl',
    `${JSON.stringify({ stream: EVIL, variant: '7.2' })}\n{"in":{"op":"init"},"out":{"r":7,"${'x\\u009b'}":1}}\n`,
  );
  const oddVariant = put(
    'w.jsonl',
    `${JSON.stringify({ stream: EVIL, variant: EVIL })}\n{"in":{"op":"init"},"out":{}}\n`,
  );
  const label =
    '{"ioctl":"BO_SET_LABEL","value":{"handle":1,"label":"0x1000"},"buffers":[{"addr":"0x1000","bytes":"1b5d9b33316d00"}]}';

  it.each(
    sampled<[string[], number]>(
      [
        [['info', capture], 0],
        [['info', '--json', capture], 0],
        [['replay', capture], 0],
        [['replay', '--json', capture], 0],
        [['vm', capture], 0],
        [['dump', capture], 0],
        [['info', `${ATTACK}escape-header.jsonl`], 0],
        [['replay', `${ATTACK}escape-header.jsonl`], 0],
        [['dump', `${ATTACK}escape-label.jsonl`], 0],
        [['dump', '--json', `${ATTACK}escape-label.jsonl`], 0],
        [['replay', '--trace', 'ops', `${ATTACK}escape-label.jsonl`], 1],
        [['decode', label], 0],
        [['decode', '--format', 'short', label], 0],
        [['decode', '--json', label], 0],
        [['conform', vectors], 1],
        [['conform', '--json', vectors], 1],
        [['conform', oddVariant], 2],
        [['explore', put('s.scenario', `${EVIL}\n`)], 2],
        [['explore', EVIL], 2],
        [['replay', join(folder, EVIL)], 3],
        [['replay', capture, '--with', EVIL], 2],
        [['decode', '--struct', EVIL, '00'], 2],
        [['dump', '-i', EVIL, capture], 2],
        [['replay', put('bad.jsonl', `${header}\n{"type":"${'\u009b'}31m"}\n`)], 3],
      ],
      3,
    ),
  )('do nothing to a terminal: %j', async (args, status) => {
    const result = await panthorShim(args);
    expect(result.stdout.toString()).not.toMatch(OBEYED);
    expect(result.stderr).not.toMatch(OBEYED);
    expect(result.status).toBe(status);
  });

  it('forge no line of a report', async () => {
    for (const args of [
      ['info', capture],
      ['replay', capture],
      ['conform', vectors],
    ]) {
      expect((await panthorShim(args)).stdout.toString()).not.toMatch(/^record 0: forged/m);
    }
  });
});

describe('a record becomes no more than it may', () => {
  it('of values without end', async () => {
    const { status, stderr } = await panthorShim(['dump', `${ATTACK}line-empty-objects.jsonl.gz`]);
    expect(stderr).toContain('found {},{},{}');
    expect(stderr).toContain('expected at most 524288 values in a line');
    expect(status).toBe(3);
    for (const value of ['[],', '0,', '"",', '{"a":0},', 'null,']) {
      const line = `{"type":"close","time_ns":1,"fd":3,"x":[${value.repeat(600_000)}0]}`;
      const text = `{"type":"header","format":"panthor-capture","version":0,"arch":"a","client":"c","replies":"model"}\n${line}\n`;
      const result = await panthorShim(['info', '-'], Buffer.from(text));
      expect(result.stderr).toContain('at most 524288 values in a line');
      expect(result.status).toBe(3);
    }
  });

  it('of open files without end, and says what came before', async () => {
    const lines = [
      '{"type":"header","format":"panthor-capture","version":0,"arch":"a","client":"c","replies":"model"}',
    ];
    for (let fd = 0; fd <= 1 << 16; fd++) {
      lines.push(
        `{"type":"mmap","time_ns":1,"fd":${fd},"length":"0x1000","prot":1,"flags":1,"offset":"0x100000000000000","ok":true}`,
      );
    }
    const { status, stdout, stderr } = await panthorShim(
      ['replay', '--json', '-'],
      Buffer.from(`${lines.join('\n')}\n`),
    );
    expect(stderr).toBe('panthor-shim: record 65536: more than 65536 files are open at once\n');
    expect(JSON.parse(stdout.toString()).mmaps).toBe(65536);
    expect(status).toBe(3);
  }, 60_000);

  it.each(LONG ? ['dump', 'replay', 'vm', 'info'] : ['dump', 'vm'])(
    'of %s with 65,000 operations in one call, each with buffers of its own',
    async (command) => {
      const { status } = await panthorShim([command, `${ATTACK}dump-quadratic-65000-ops.jsonl.gz`]);
      expect(status).toBe(command === 'replay' ? 1 : 0);
    },
    60_000,
  );
});
