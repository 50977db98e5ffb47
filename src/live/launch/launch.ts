import { type ChildProcess, spawn } from 'node:child_process';
import { accessSync, closeSync, constants, openSync, readSync, statSync } from 'node:fs';
import { constants as os } from 'node:os';
import { basename, delimiter, join } from 'node:path';
import { withSignals } from './signals.ts';

/** A command as it will be started: what comes from us goes before the user's own arguments. */
export interface Launch {
  file: string;
  args: string[];
  env: NodeJS.ProcessEnv;
}

/** e_machine of ELF executables: what a library is there for, and programs of 32 bits. */
const machines = new Map([
  [3, 'i386'],
  [40, 'arm'],
  [62, 'x86_64'],
  [183, 'aarch64'],
]);

/** Where `execvp` would find the command; the name itself where it is found nowhere. */
function findCommand(name: string): string {
  if (name.includes('/')) return name;
  for (const dir of (process.env.PATH ?? '').split(delimiter)) {
    const path = join(dir || '.', name);
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // Not here.
    }
  }
  return name;
}

/** The architecture of the command: that of its ELF file, or this machine's for scripts and what cannot be read. */
export function archOf(command: string): string {
  const own = process.arch === 'arm64' ? 'aarch64' : 'x86_64';
  const guest = /^qemu-(aarch64|x86_64|arm|i386)\b/.exec(basename(command));
  if (guest !== null) return guest[1];
  const head = Buffer.alloc(20);
  try {
    const fd = openSync(findCommand(command), 'r');
    readSync(fd, head, 0, head.length, 0);
    closeSync(fd);
  } catch {
    return own;
  }
  const isElf = head.readUInt32BE(0) === 0x7f454c46;
  return (isElf && machines.get(head.readUInt16LE(18))) || own;
}

/** How calls of a command reach the server: by a library that it preloads, or by a seccomp filter that asks. */
export type Door = 'preload' | 'seccomp';

const PT_INTERP = 3;
const EI_CLASS = 4;
const ELFCLASS64 = 2;
/** How far into a program its headers and Go's build ID lie. */
const HEAD_BYTES = 1 << 16;

/**
 * The door for a command: the filter where nothing can be preloaded, for static, Go and setuid programs and those of 32
 * bits, for which there is no library.
 */
export function doorFor(command: string): Door {
  if (/^qemu-/.test(basename(command))) return 'preload';
  const path = findCommand(command);
  const head = Buffer.alloc(HEAD_BYTES);
  try {
    if ((statSync(path).mode & 0o6000) !== 0) return 'seccomp';
    const fd = openSync(path, 'r');
    readSync(fd, head, 0, head.length, 0);
    closeSync(fd);
  } catch {
    return 'preload';
  }
  if (head.readUInt32BE(0) !== 0x7f454c46) return 'preload';
  if (head[EI_CLASS] !== ELFCLASS64) return 'seccomp';
  return hasInterpreter(head) && !head.includes('Go build ID') ? 'preload' : 'seccomp';
}

/** Whether an ELF file of 64 bits is loaded by a dynamic linker. */
function hasInterpreter(head: Buffer): boolean {
  const at = Number(head.readBigUInt64LE(32));
  const size = head.readUInt16LE(54);
  for (let i = 0; i < head.readUInt16LE(56) && at + (i + 1) * size <= head.length; i++) {
    if (head.readUInt32LE(at + i * size) === PT_INTERP) return true;
  }
  return false;
}

/** Prepares `command` to run under the filter of `door` (native-stubs/door), with `variables` set. */
export function prepareBehind(
  command: readonly string[],
  door: string,
  variables: Readonly<Record<string, string>>,
): Launch {
  return { file: door, args: [...command], env: { ...process.env, ...variables } };
}

/**
 * Prepares `command` to run with `library` preloaded and `variables` set. A command under qemu-user gets them by -E, for
 * the guest alone; a preload that is there already stays, behind ours.
 */
export function prepare(
  command: readonly string[],
  library: string,
  variables: Readonly<Record<string, string>>,
): Launch {
  const [file, ...args] = command;
  if (!basename(file).startsWith('qemu-')) {
    const preload = process.env.LD_PRELOAD ? `${library}:${process.env.LD_PRELOAD}` : library;
    return { file, args, env: { ...process.env, ...variables, LD_PRELOAD: preload } };
  }
  let preload = library;
  const given = args.findIndex((arg, i) => args[i - 1] === '-E' && arg.startsWith('LD_PRELOAD='));
  if (given > 0) {
    preload = `${library}:${args[given].slice('LD_PRELOAD='.length)}`;
    args.splice(given - 1, 2);
  }
  const settings = Object.entries({ ...variables, LD_PRELOAD: preload });
  return {
    file,
    args: [...settings.flatMap(([key, value]) => ['-E', `${key}=${value}`]), ...args],
    env: process.env,
  };
}

/** Exit status of a child as a shell has it: its own, or 128 and the number of the signal that ended it. */
function statusOf(code: number | null, signal: NodeJS.Signals | null): number {
  return code ?? 128 + (signal === null ? 0 : os.signals[signal]);
}

/**
 * Runs the command to its end with this process's standard streams. SIGINT and its kin are the child's to answer: the
 * terminal sends them to both, others are passed on.
 *
 * @param abandon settled where the command is to be ended (SIGTERM)
 * @returns the exit status; 127 where the command does not exist, 126 where it cannot be started
 */
export async function runToEnd(launch: Launch, abandon?: Promise<unknown>): Promise<number> {
  const child: ChildProcess = spawn(launch.file, launch.args, { env: launch.env, stdio: 'inherit' });
  abandon?.then(() => child.kill()).catch(() => {});
  const passOn = (signal: NodeJS.Signals): void => {
    if (signal !== 'SIGINT' && signal !== 'SIGQUIT') child.kill(signal);
  };
  return withSignals(
    passOn,
    () =>
      new Promise<number>((resolve) => {
        child.on('error', (error: NodeJS.ErrnoException) => {
          process.stderr.write(`panthor-shim: cannot run ${launch.file}: ${error.message}\n`);
          resolve(error.code === 'ENOENT' ? 127 : 126);
        });
        child.on('exit', (code, signal) => resolve(statusOf(code, signal)));
      }),
  );
}
