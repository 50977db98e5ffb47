/** Runs panthor-shim's own commands, several at a time: one that crashes or never ends costs its own row alone. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** From dist/src/review, or from src/review, which tests import. */
const PROGRAM = ['../../../bin/panthor-shim', '../../bin/panthor-shim']
  .map((path) => fileURLToPath(new URL(path, import.meta.url)))
  .find(existsSync) as string;

/** How a command ended. */
export interface Ended {
  /** Exit status; null where a signal or the time limit ended it. */
  status: number | null;
  stdout: string;
  stderr: string;
}

/** Runs `panthor-shim ARGS` here or elsewhere; it is ended after `seconds`. */
export type RunCommand = (args: readonly string[], seconds: number) => Promise<Ended>;

/** Runs `panthor-shim ARGS`; it is ended after `seconds`. */
export function runCommand(args: readonly string[], seconds: number): Promise<Ended> {
  return new Promise((done, failed) => {
    const child = spawn(process.execPath, [PROGRAM, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: seconds * 1000,
      killSignal: 'SIGKILL',
    });
    const parts: { stdout: Buffer[]; stderr: Buffer[] } = { stdout: [], stderr: [] };
    child.stdout.on('data', (data: Buffer) => parts.stdout.push(data));
    child.stderr.on('data', (data: Buffer) => parts.stderr.push(data));
    child.on('error', failed);
    child.on('close', (status) => {
      const text = (list: Buffer[]): string => Buffer.concat(list).toString('utf8');
      done({ status, stdout: text(parts.stdout), stderr: text(parts.stderr) });
    });
  });
}

/** A command as a shell takes it. */
export function shellCommand(args: readonly string[]): string {
  const quoted = args.map((arg) =>
    /^[\w@%+=:,./-]+$/.test(arg) ? arg : `'${arg.replaceAll("'", "'\\''")}'`,
  );
  return ['panthor-shim', ...quoted].join(' ');
}

/** Runs tasks, at most `jobs` at a time; the results are in the order of the tasks. */
export async function inParallel<T>(tasks: readonly (() => Promise<T>)[], jobs: number): Promise<T[]> {
  const results: T[] = new Array(tasks.length);
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let i = next++; i < tasks.length; i = next++) results[i] = await tasks[i]();
  };
  await Promise.all(Array.from({ length: Math.min(jobs, tasks.length) }, worker));
  return results;
}
