/** Command lines that make no sense, made from what each command says of itself: its options, its arguments. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';

const CLI = fileURLToPath(new URL('../../src/cli/', import.meta.url));

/** Files for the lines; all of them are there but `missing`. */
export interface Files {
  readonly capture: string;
  readonly vectors: string;
  readonly folder: string;
  readonly missing: string;
  readonly empty: string;
  readonly nonsense: string;
  /** The beginning of a gzip'd file. */
  readonly cut: string;
  /** Where results go. */
  readonly out: string;
}

/** A line that is fine, but for commands that need a device or a kernel tree: each hostile one is it with one change. */
export function fineLines(f: Files): Readonly<Record<string, readonly string[]>> {
  const isDevice = ['--device', f.empty];
  return {
    replay: [f.capture],
    vm: [f.capture],
    info: [f.capture],
    dump: [f.capture],
    convert: [f.capture, `${f.out}.jsonl`],
    decode: ['--ioctl', 'VM_BIND', '00'.repeat(24)],
    encode: ['{"ioctl":"VM_BIND","value":{"vm_id":1}}'],
    layout: [],
    kernels: [],
    gpu: [],
    run: ['--', 'true'],
    record: ['-o', `${f.out}.jsonl`, '--', 'true'],
    serve: [],
    conform: [f.vectors, '--filter', 'lock/then_suspend'],
    explore: ['rebind-while-accessing', '--no-compare', '--jobs', '1'],
    fault: ['--va', '0x1000', f.capture],
    trace: [f.capture, '-o', `${f.out}.pftrace`],
    report: [f.capture, '-o', `${f.out}.html`],
    diff: [f.capture, f.capture],
    assert: [f.capture, '--rule', 'no VM_BIND'],
    scenario: [f.capture, '--race', '1,2'],
    completion: ['bash'],
    man: [],
    review: [f.missing],
    worker: ['--status', '--queue', 'redis://127.0.0.1:1'],
    'device info': isDevice,
    'tree info': [f.missing],
    'tree build': [f.missing],
    'tree mutate': [f.missing],
  };
}

/** What any text is good for, as long as there is one. */
const TEXT = new Set(['--label', '--accept', '--filter', '--rule', '--struct']);
/** Files that are written: any name will do, as long as a file can be there. */
const WRITTEN = new Set([
  '--output',
  '--junit',
  '--emit-scenario',
  '--emit',
  '--trace',
  '--report',
  '--record',
]);
/** Directories that are made where they are missing. */
const MADE = new Set(['--dir', '--all']);
/** What such a value means all the same. */
const SOUND: readonly (readonly [command: RegExp, option: string, value: RegExp])[] = [
  // Up to record 1; from a record that the capture does not have on.
  [/^(dump|report)$/, '--records', /^-1$|^9+$/],
  // A command has one --trace for kinds of events, another for a file.
  [/^replay$/, '--trace', /never/],
];

function values(command: string, option: string, f: Files): readonly string[] {
  if (TEXT.has(option)) return [''];
  if (MADE.has(option)) return ['', f.empty, `${f.empty}/x`, '/proc/self/x'];
  if (WRITTEN.has(option) && !(command === 'replay' && option === '--trace'))
    return ['', f.folder, `${f.missing}/x`, '/proc/self/x'];
  const all = ['', 'nothing-such', '-1', '1e400', '9'.repeat(23), 'NaN', f.folder, f.missing, '\u001b[31m'];
  const sound = SOUND.filter(([name, one]) => name.test(command) && one === option);
  return all.filter((value) => !sound.some(([, , pattern]) => pattern.test(value)));
}

/** A line with more options, before what is the client's own. */
function withMore(name: string, fine: readonly string[], more: readonly string[]): string[] {
  const end = fine.includes('--') ? fine.indexOf('--') : fine.length;
  return [...name.split(' '), ...fine.slice(0, end), ...more, ...fine.slice(end)];
}

/** Each command that does something, by its whole name. */
export async function commands(): Promise<Map<string, Command>> {
  const program = new Command();
  for (const folder of ['capture', 'payload', 'live', 'proof', 'help']) {
    for (const file of readdirSync(join(CLI, folder)).sort()) {
      const { register } = await import(join(CLI, folder, file));
      register?.(program);
    }
  }
  const found = new Map<string, Command>();
  const collect = (of: Command, before: string): void => {
    for (const one of of.commands) {
      const name = `${before}${one.name()}`;
      if (one.commands.length > 0) collect(one, `${name} `);
      else found.set(name, one);
    }
  };
  collect(program, '');
  return found;
}

/** Every option without a value and with hostile ones, unknown options, arguments too many. */
export function hostileOptions(name: string, command: Command, f: Files): string[][] {
  const fine = fineLines(f)[name];
  const lines = [withMore(name, fine, ['--no-such-option'])];
  for (const { long, required, optional } of command.options) {
    if (long == null || !(required || optional)) continue;
    if (required && !fine.includes('--')) lines.push([...name.split(' '), ...fine, long]);
    for (const value of values(name, long, f)) lines.push(withMore(name, fine, [`${long}=${value}`]));
  }
  const last = command.registeredArguments.at(-1);
  if (last?.variadic !== true) lines.push(withMore(name, fine, ['one', 'two', 'three']));
  return lines;
}

/** Arguments that are files, in the place of each: [command, hostile files in the place of that argument]. */
export function hostileFiles(f: Files): string[][] {
  const files = [
    f.missing,
    f.folder,
    f.empty,
    f.nonsense,
    f.cut,
    '/dev/null',
    `${f.capture}/x`,
    '/proc/self/mem',
    '',
    '-',
  ];
  const inPlace = (before: string[], after: string[] = []): string[][] =>
    files.map((file) => [...before, file, ...after]);
  return [
    ...['replay', 'vm', 'info', 'dump'].flatMap((name) => inPlace([name])),
    ...inPlace(['convert'], [`${f.out}.jsonl`]),
    ...inPlace(['trace'], ['-o', `${f.out}.pftrace`]),
    ...inPlace(['report'], ['-o', `${f.out}.html`]),
    ...inPlace(['diff'], [f.capture]),
    ...inPlace(['diff', f.capture]),
    ...inPlace(['assert', f.capture]),
    ...inPlace(['assert'], ['--rule', 'no VM_BIND']),
    ...inPlace(['scenario'], ['--race', '1,2']),
    ...inPlace(['fault', '--va', '0x1000']),
    ...inPlace(['conform']),
    ...inPlace(['conform', '--merge']),
    ...inPlace(['explore', '--no-compare']),
    ...inPlace(['explore', '--merge']),
    ...inPlace(['decode', '--file']),
    ...inPlace(['encode', '--file']),
    ...inPlace(['gpu']),
    ...inPlace(['tree', 'info']),
    ...inPlace(['review']),
    ...inPlace(['device', 'info', '--device']),
    ...inPlace(['replay', f.capture, '--gpu']),
    ...inPlace(['replay', f.capture, '--inject'].slice(0, 2), []).map(([a, b, file]) => [
      a,
      b,
      `--inject=@${file}`,
    ]),
  ];
}

/** Options that cannot be meant at once, and what is missing beside others. */
export function contradictions(f: Files): string[][] {
  const replay = ['replay', f.capture];
  const bytes = ['--reg', 'AS_FAULTSTATUS', '0x1'];
  return [
    [...replay, '--tree', f.folder, '--device', f.empty],
    [...replay, '--diff-kernel', '7.1', '--tree', f.folder],
    [...replay, '--diff-kernel', '7.1', '--trace', 'ops'],
    [...replay, '--diff-with', 'sparse-map', '--emit-scenario', `${f.out}.vectors`],
    [...replay, '--device', f.empty, '--trace', 'ops'],
    [...replay, '--failed'],
    [...replay, '-o', `${f.out}.jsonl`],
    ['vm', f.capture, '--walk', '1@0x1000', '--history', '1@0x1000'],
    ['dump', f.capture, '--calls', '--json'],
    ['convert', '-', '-'],
    ['diff', '-', '-'],
    ['assert', '-', '-'],
    ['decode', ...bytes, '--ioctl', 'VM_BIND'],
    ['decode', ...bytes, '--file', f.capture],
    ['decode', '00'.repeat(24), '--file', f.capture],
    ['encode', '{"ioctl":"VM_BIND"}', '--file', f.capture],
    ['fault', '--va', '0x1000', '--log', f.nonsense],
    ['fault', '--log', f.nonsense, '--as', '1'],
    ['fault', '--as', '1', f.capture],
    ['fault', '--at', '1', '--va', '0x1000'],
    ['fault', '-'],
    ['explore', '--list', 'rebind-while-accessing'],
    ['explore', '--list', '--replay', 'x'],
    ['explore', '--merge', f.capture, '--shard', '1/2'],
    ['explore', '--trace', `${f.out}.pftrace`, 'rebind-while-accessing'],
    ['explore', '--replay', 'x'],
    ['explore', '--merge', f.capture, '--', 'rebind-while-accessing'],
    ['explore'],
    ['conform', f.vectors, '--merge', '--device', f.empty],
    ['conform', f.vectors, '--tree', f.folder, '--device', f.empty],
    ['conform', f.vectors, '--emit', `${f.out}.vectors`],
    ['conform'],
    ['record', '--', 'true'],
    ['run'],
    ['man', 'no-such'],
    ['kernels', '7.1', 'no-such'],
    ['layout', 'no-such'],
    ['no-such'],
    [],
  ];
}
