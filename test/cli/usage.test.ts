import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { capturePath } from '../capture/helpers.ts';
import { vectorPath } from '../conform/fixtures.ts';
import { sampled } from '../tooling/long.ts';
import { ATTACK, CASES } from './fixture.ts';
import { panthorShim, program } from './program.ts';

const folder = mkdtempSync(join(tmpdir(), 'panthor-shim-usage-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const file = (name: string): string => join(folder, name);
const put = (name: string, text: string): string => {
  writeFileSync(file(name), text);
  return file(name);
};

const capture = `${CASES}partial-unmap-of-block.jsonl`;
const edge = vectorPath('edge-7.2.jsonl.gz');
const nonsense = put('nonsense.txt', 'no JSON of anything\n');
const readOnly = file('read-only');
mkdirSync(readOnly);
chmodSync(readOnly, 0o555);
/** A folder that no user may write to, root neither. */
const SYSTEM = '/proc/self';

describe('what a user does wrong is said in one sentence, and is no bug of the program', () => {
  it.each(
    sampled<[args: string[], status: number, sentence: string]>(
      [
        [['replay', file('no')], 3, `cannot read ${file('no')}: no such file`],
        [['replay', folder], 3, `cannot read ${folder}: it is a directory`],
        [['replay', `${capture}/x`], 3, `cannot read ${capture}/x: a part of the path is no directory`],
        [
          ['info', nonsense],
          3,
          'found n (0x6e), expected a capture: its header as a JSON object, or .ptcap magic',
        ],
        [['vm', `${CASES}g925.json`], 3, 'type: found no such key, expected one'],
        [['replay', capture, '--gpu', 'g999'], 2, 'GPU profile g999: no such file, and none of g610, g310'],
        [['replay', capture, '--gpu', folder], 2, `GPU profile ${folder}: it is a directory`],
        [['replay', capture, '--gpu', '/dev/zero'], 2, 'GPU profile /dev/zero: it is not a file'],
        [['replay', capture, '--gpu', nonsense], 2, `GPU profile ${nonsense}: Unexpected token`],
        [['vm', capture, '--gpu', put('empty.json', '{}')], 2, 'lacks name, compatible, gpu_id, '],
        [['run', '--gpu', 'g999', '--', 'true'], 2, 'GPU profile g999: no such file'],
        [['run', '--report', file('no/x'), '--', 'true'], 2, `cannot write ${file('no/x')}: no such file`],
        [['run', '--kernel', '5.0', '--', 'true'], 2, "'5.0'"],
        [['run', '--record', file('no/x'), '--', 'true'], 2, `cannot write ${file('no/x')}: no such file`],
        [['record', '-o', file('no/x'), '--', 'true'], 2, `cannot write ${file('no/x')}: no such file`],
        [['record', '-o', folder, '--', 'true'], 2, `cannot write ${folder}: it is a directory`],
        [['trace', capture, '-o', file('no/x')], 2, `cannot write ${file('no/x')}: no such file`],
        [['trace', capture, '-o', folder], 2, `cannot write ${folder}: it is a directory`],
        [['trace', file('no'), '-o', file('x')], 3, `cannot read ${file('no')}: no such file`],
        [['fault', '--log', file('no')], 3, `cannot read ${file('no')}: no such file`],
        [['fault', '--log', folder], 3, `cannot read ${folder}: it is a directory`],
        [['fault', '--va', 'zz'], 2, "argument 'zz' is invalid"],
        [['device', 'info', '--device', file('no')], 3, `${file('no')}: cannot be opened: ENOENT`],
        [['tree', 'info', file('no')], 2, 'no such directory'],
        [['gpu', file('no')], 2, `GPU profile ${file('no')}: no such file`],
        [['kernels', '99'], 2, "unknown kernel '99'"],
        [['vm', capture, '--walk', '9@0x1'], 2, 'there is no VM 9'],
        [['dump', capture, '-r', '9-1'], 2, '9-1: the range ends before it begins'],
        [['conform', edge, '--filter', ''], 2, 'expected a part of a name'],
        [['decode', '0x210002c1'], 2, 'or a word of the MMU (--reg)'],
        [
          ['replay', capture, '--emit-scenario', file('no/x')],
          2,
          `cannot write ${file('no/x')}: no such file`,
        ],
        [['replay', capture, '--emit-scenario', folder], 2, `cannot write ${folder}: it is a directory`],
        [['replay', capture, '--emit-scenario', `${SYSTEM}/x`], 2, `cannot write ${SYSTEM}/x: `],
        [['replay', capture, '--with', 'nothing'], 2, "unknown behaviour 'nothing'"],
        [['convert', capture, `${SYSTEM}/x.jsonl`], 2, `cannot write ${SYSTEM}/x.jsonl: `],
        [['convert', capture, file('x.txt')], 2, 'which form?'],
        [['dump', capture, '--ioctl', 'VM_BLIND'], 2, 'VM_BLIND: no such ioctl'],
        [['conform', edge, '--junit', file('no/x')], 2, `cannot write ${file('no/x')}: no such file`],
        [['conform', edge, '--filter', 'nothing/has/this'], 2, '--filter nothing/has/this: no stream of '],
        [['conform', edge, '--threads', '400'], 2, 'expected 1 to 64'],
        [['conform', folder], 3, `cannot read ${folder}: it is a directory`],
        [['conform', file('no')], 3, `cannot read ${file('no')}: no such file`],
        [['conform', nonsense], 3, `${nonsense}: line 1: `],
        [['conform', '--merge', nonsense], 3, `${nonsense}: `],
        [['conform', '--merge', folder], 3, `${folder}: it is a directory`],
        [['conform', '--merge', put('null.json', 'null')], 3, "expected a number in 'streams'"],
        [['decode', folder], 3, `cannot read ${folder}: it is a directory`],
        [['decode', '--file', file('no')], 3, `cannot read ${file('no')}: no such file`],
        [['decode', '/dev/zero'], 3, '/dev/zero: more than 67108864 bytes'],
        [
          ['decode', `${ATTACK}decode-record-null-buffer.json`],
          3,
          'buffers[0]: found null, expected an object',
        ],
        [
          ['decode', '{"request":"0xc0106450","arg_in":"00","buffers":[{"addr":"x"}]}'],
          3,
          'buffers[0].addr: found',
        ],
        [
          ['decode', '{"request":"0xc0106450","arg_in":"00","buffers":7}'],
          3,
          'buffers: found 7, expected an array',
        ],
        [['decode', '--buffer', `0x10=@${file('no')}`, '--struct', 'vm_create', '00'], 3, 'no such file'],
        [['encode', folder], 3, `cannot read ${folder}: it is a directory`],
        [['encode', '{"ioctl":"VM_BIND","buffers":[null]}'], 3, 'buffers[0]: found null, expected an object'],
        [['explore', folder], 3, folder],
        [['explore', '--merge', nonsense], 3, nonsense],
      ],
      4,
    ),
  )('%j', async (args, status, sentence) => {
    const result = await panthorShim(args);
    expect(result.stderr).toContain(sentence);
    expect(result.stderr).not.toMatch(/bug of panthor-shim|\n {4}at /);
    expect(result.status).toBe(status);
    expect(result.stdout.toString()).toBe('');
  });

  it('a folder that may not be written to', async () => {
    // Root may write to any folder but those of the kernel's own file systems.
    const folder = process.getuid?.() === 0 ? '/proc/self' : readOnly;
    for (const args of [
      ['convert', capture, join(folder, 'x.jsonl')],
      ['replay', capture, '--emit-scenario', join(folder, 'x')],
      ['conform', edge, '--junit', join(folder, 'x')],
    ]) {
      const { status, stderr } = await panthorShim(args);
      expect(stderr).toContain(folder === readOnly ? 'permission denied' : `${folder}/x`);
      expect(status).toBe(2);
    }
  });
});

/** A shell command with the program as $P; its exit status and what it printed. */
function shell(script: string): { status: number; out: string } {
  const shellCommand = ['-c', `P="${process.execPath} ${program}"; ${script}`];
  try {
    return { status: 0, out: execFileSync('bash', shellCommand, { encoding: 'utf8' }) };
  } catch (error) {
    const { status, stdout } = error as { status: number; stdout: string };
    return { status, out: stdout };
  }
}

describe('the exit status', () => {
  const divergent = `$P replay ${capturePath('vulkan-sparse')} --without sparse-map`;

  it('of an answer does not hang on whether its output is read', () => {
    expect(shell(`${divergent} > /dev/null`).status).toBe(1);
    expect(shell(`${divergent} | head -c 1 > /dev/null; exit \${PIPESTATUS[0]}`).status).toBe(1);
    expect(
      shell(`${divergent} --trace ops,regs | head -c 1 > /dev/null; exit \${PIPESTATUS[0]}`).status,
    ).toBe(1);
    expect(shell(`${divergent} 2>&- | true; exit \${PIPESTATUS[0]}`).status).toBe(1);
  });

  it('of a listing whose reader leaves is 0', () => {
    expect(shell(`$P dump ${capturePath('vulkan-sparse')} | head -1; exit \${PIPESTATUS[0]}`).status).toBe(0);
  });

  it('is not 0 where standard output or a file cannot be written', () => {
    for (const command of [
      `dump ${capture}`,
      `replay ${capture} --kernel 7.2`,
      `convert ${capture} - --to jsonl`,
      'layout',
      'encode \'{"ioctl":"VM_CREATE"}\'',
      `convert ${capture} /dev/full --to jsonl`,
      `trace ${capture} -o /dev/full`,
      `replay ${capture} --kernel 7.2 --emit-scenario /dev/full`,
    ]) {
      const { status, out } = shell(`$P ${command} 2>&1 > /dev/full`);
      expect(out).toMatch(/^panthor-shim: cannot write .*: no space left on the device\n$/);
      expect(status).toBe(2);
    }
  });
});

describe('standard input', () => {
  const bind = '{"ioctl":"VM_BIND","value":{"vm_id":1}}';

  it('may be a pipe from the program itself', () => {
    const { status, out } = shell(`$P encode '${bind}' | $P decode --ioctl VM_BIND --json - | $P encode -`);
    expect(status).toBe(0);
    expect(out).toBe('010000000000000000000000000000000000000000000000\n');
  });

  it('may be slow, and may be what another process made non-blocking', () => {
    const slow = `(printf '{"ioctl":'; sleep 0.6; printf '"VM_CREATE"}')`;
    expect(shell(`${slow} | $P encode`).out).toBe(`${'00'.repeat(16)}\n`);
    // node makes the pipe non-blocking for everyone who has it.
    const left = file('left');
    const shared = `(${process.execPath} -e 'process.stdin.on("readable",()=>{});setTimeout(()=>process.exit(),300)'; touch ${left}; $P encode)`;
    const later = `(until [ -e ${left} ]; do sleep 0.1; done; sleep 0.3; printf '{"ioctl":"VM_CREATE"}')`;
    expect(shell(`${later} | ${shared}`).out).toBe(`${'00'.repeat(16)}\n`);
  });

  it('may bring vectors', async () => {
    const text = readFileSync(edge);
    for (const name of ['-', '/dev/stdin']) {
      const { status, stdout, stderr } = await panthorShim(
        ['conform', name, '--filter', 'lock/then_suspend', '--threads', '2'],
        text,
      );
      expect(stderr).toBe('');
      expect(stdout.toString()).toMatch(/^1 stream, \d+ operations on 7\.2: 1 passed, 0 failed\n$/);
      expect(status).toBe(0);
    }
    execFileSync('mkfifo', [file('vectors')]);
    const reading = panthorShim(['conform', file('vectors'), '--filter', 'lock/then_suspend']);
    const writing = spawn('bash', ['-c', `cat ${edge} > ${file('vectors')}`]);
    expect((await reading).status).toBe(0);
    writing.kill();
  });
});
