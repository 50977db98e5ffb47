/** 80 columns: no command prints a longer row where the terminal has no more, and none but ASCII where that is asked for. */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { setTimeout } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { columnsOf } from '../../src/report/wrap-text.ts';
import { temporary } from '../page/temporary.ts';
import { CASES } from './fixture.ts';
import { panthorShim } from './program.ts';

const captures = 'test/fixtures/captures';
const capture = `${captures}/vulkan-sparse.jsonl.gz`;
const vectors = 'test/fixtures/vectors';

const program = [process.execPath, 'bin/panthor-shim'];
/** A client that asks the device some things, and says so in 60 columns. */
const client = [...program, 'device', 'info', '--width', '60'];
/** Commands whose success says nothing. */
const QUIET = new Set(['convert', 'trace', 'scenario']);

/** Arguments by command: they succeed, then they fail. What only data comes from (`printData`) is here by its help alone. */
const COMMANDS: Readonly<Record<string, readonly string[][]>> = {
  explore: [['rebind-while-accessing', '--kernel', '6.12'], ['--list'], ['no-such-scenario']],
  replay: [
    [capture, '--check'],
    [capture, '--trace', 'ops,regs'],
    [capture, '--kernel', '6.18', '--diff-kernel', '7.2'],
    [`${CASES}captured-on-uapi-1.5.jsonl`, '--kernel', '7.2'],
  ],
  dump: [[capture], [`${CASES}large-object-enomem.jsonl`, '--failed']],
  vm: [
    [capture],
    [capture, '--at', '109'],
    [capture, '--at', '109', '--walk', '1@0x7ffffe810000'],
    [capture, '--history', '1@0x7ffffe810000'],
  ],
  info: [[capture]],
  convert: [
    [capture, temporary('out.jsonl')],
    [capture, '/proc/self/x.jsonl'],
  ],
  decode: [
    ['--reg', 'AS_FAULTSTATUS', '0x210002c1'],
    ['--reg', 'PTE', '0x210002c1'],
    ['--ioctl', 'VM_BIND', '010000000000000000000000000000000000000000000000'],
    ['--ioctl', 'VM_CREATE', '00000000000000000000000000000000', '--format', 'raw'],
  ],
  encode: [['{"ioctl": "VM_CREATE", "value": {"user_va_range": "0x1000000"}}'], ['{}']],
  layout: [[]],
  kernels: [[], ['7.2'], ['7.1', '7.2']],
  gpu: [[], ['g610']],
  run: [
    ['--report', '--', ...client],
    // What needs a device finds the model's.
    ['--', ...program, 'device', 'info', '--profile', '--width', '60'],
    ['--', ...program, 'record', '-o', temporary('recorded.jsonl'), '--width', '60', '--', ...client],
    ['--', 'true'],
    ['--kernel', '5.0', '--', 'true'],
  ],
  serve: [['--kernel', '5.0']],
  record: [['-o', '/proc/self/x', '--', 'true']],
  conform: [[`${vectors}/edge-6.12.jsonl.gz`, '--kernel', '7.2']],
  tree: [['info', '/nowhere']],
  review: [['/nowhere']],
  // Its success needs a queue (test/fetched/queue.test.ts).
  worker: [[]],
  fault: [
    ['--log', `${CASES}dmesg-fault.txt`],
    [capture, '--va', '0x7ffffe810000', '--status', '0x2c3'],
  ],
  trace: [
    [capture, '-o', temporary('out.pftrace')],
    ['/nowhere', '-o', '/dev/null'],
  ],
  report: [
    [capture, '-o', temporary('out.html')],
    ['/nowhere', '-o', '/proc/self/x'],
  ],
  diff: [[capture, `${captures}/vulkan-sparse-emulated.jsonl.gz`]],
  assert: [
    [
      capture,
      '--rule',
      'no failed calls',
      '--rule',
      'at most 1 cache flushes',
      '--rule',
      'mapped 1@0x7fff0000',
    ],
  ],
  scenario: [
    [capture, '--race', '71,77', '-o', temporary('cut.txt')],
    [capture, '--race', '90000'],
  ],
  device: [['info', '--device', '/nowhere']],
  completion: [],
  man: [['everything']],
};

const tooLong = (text: string, width: number): string[] =>
  text.split('\n').filter((line) => columnsOf(line.replaceAll('\t', '        ')) > width);

async function lines(command: string, args: readonly string[], ...options: string[]): Promise<string> {
  const at = args.indexOf('--');
  const [before, after] = at < 0 ? [args, []] : [args.slice(0, at), args.slice(at)];
  const { stdout, stderr, status } = await panthorShim([command, ...before, ...options, ...after]);
  expect(stderr).not.toContain('bug of panthor-shim');
  expect(status).toBeLessThan(4);
  return `${stdout}${stderr}`;
}

/** One command starts the program some times; all of them are for test:slow. */
const all = process.env.PANTHOR_SHIM_SLOW !== undefined;
const some = all ? Object.keys(COMMANDS) : ['gpu'];

describe('80 columns', () => {
  it.each(some)('%s', async (command) => {
    expect(tooLong(await lines(command, ['--help']), 80)).toEqual([]);
    for (const args of COMMANDS[command]) {
      const text = await lines(command, args, '--width', '80');
      if (!QUIET.has(command)) expect(text.trim()).not.toBe('');
      expect(tooLong(text, 80)).toEqual([]);
      const plain = await lines(command, args, '--ascii', '--width', '60');
      expect(tooLong(plain, 60)).toEqual([]);
      expect(plain).not.toMatch(/\P{ASCII}/u);
    }
  });

  it.each(all ? ['serve'] : [])('%s, until it is ended', async (command) => {
    const child = spawn(process.execPath, ['bin/panthor-shim', command, '--width', '60', '--ascii']);
    const ended = new Promise((done) => child.on('close', done));
    let text = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (text += chunk));
    while (!text.includes('PANTHOR_SHIM')) await setTimeout(50);
    child.kill('SIGTERM');
    await ended;
    // What is to be pasted into a shell is data.
    expect(tooLong(text.replaceAll(/^(export )?\w+=.*$/gm, ''), 60)).toEqual([]);
  });

  it('are tested of every command', async () => {
    const help = `${(await panthorShim(['--help'])).stdout}`;
    const names = [...help.matchAll(/^ {2}([a-z]+) /gm)]
      .map(([, name]) => name)
      .filter((one) => one !== 'help');
    expect(Object.keys(COMMANDS).sort()).toEqual(names.sort());
    expect(tooLong(help, 80)).toEqual([]);
  });

  it.each(all ? [40] : [])('break a command at %d so that a shell makes the same of it', async (width) => {
    const args = ['rebind-while-accessing', '--kernel', '6.12', '--no-compare'];
    const [long, short] = [await lines('explore', args), await lines('explore', args, '--width', `${width}`)];
    const command = /replay: panthor-shim (.*)/.exec(long)?.[1];
    const broken = /replay: panthor-shim ((?:.*\\\n)*.*)/.exec(short)?.[1] ?? '';
    expect(broken).toContain('\\\n');
    const file = temporary('words');
    execFileSync('bash', ['-c', `printf '%s ' ${broken} > ${file}`]);
    expect(execFileSync('cat', [file], { encoding: 'utf8' }).trim()).toBe(command);
  });
});

describe('the environment', () => {
  it('names the kernel for conform and explore, too', () => {
    const run = (args: string[]): string =>
      spawnSync(process.execPath, ['bin/panthor-shim', ...args], {
        env: { ...process.env, PANTHOR_SHIM_KERNEL: '6.12' },
        encoding: 'utf8',
      }).stdout;
    expect(run(['conform', `${vectors}/edge-6.12.jsonl.gz`])).toContain('on 6.12');
    if (all) expect(run(['explore', 'rebind-while-accessing', '--no-compare'])).toContain('6.12');
  });
});

describe('what was perhaps meant', () => {
  const hints: [args: string[], hint: string][] = [
    [['replay', capture, '--kernel', 'atomicv4'], "did you mean 'atomic-v4'?"],
    [['replay', capture, '--with', 'spars-map'], "did you mean 'sparse-map'?"],
    [['explore', 'rebind-while-acessing'], "did you mean 'rebind-while-accessing'?"],
    [['explore', 'rebind-while-accessing', '--invariant', 'atomc'], "did you mean 'atomic'?"],
    [['layout', 'vm_bnid_op'], "did you mean 'vm_bind_op'?"],
    [['layout', 'VM_BIMD'], "did you mean 'vm_bind'?"],
    [['decode', '--struct', 'vm_craete', '00'], "did you mean 'vm_create'?"],
  ];
  it.each(all ? hints : hints.slice(-1))('%j', async (args, hint) => {
    const { status, stderr } = await panthorShim(args);
    expect(stderr).toContain(hint);
    expect(status).toBe(2);
  });
});
