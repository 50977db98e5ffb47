/** Long text goes through a pager where a person reads it, as git's does: $PAGER, or less. */
import { type ChildProcess, spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { Writable } from 'node:stream';
import { wantsPager } from './terminal.ts';

/** Undefined: not looked for yet; null: there is none. */
let pager: ChildProcess | null | undefined;

/** Whether a pager has the terminal: nothing else may write there. */
export function isPaging(): boolean {
  return pager != null;
}

/** The pager's command; null: print without one. PANTHOR_SHIM_PAGER goes before PAGER; `cat` and nothing mean none. */
function command(): string | null {
  const asked = process.env.PANTHOR_SHIM_PAGER ?? process.env.PAGER ?? 'less';
  const [program] = asked.trim().split(/\s+/);
  return program === '' || program === 'cat' || !isThere(program) ? null : asked;
}

function isThere(program: string): boolean {
  const folders = program.includes('/') ? [''] : (process.env.PATH ?? '').split(delimiter);
  return folders.some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** Where text is to be written: the pager, which is started for the first of it, or null for standard output itself. */
export function pagerInput(lost: (error: NodeJS.ErrnoException) => void): Writable | null {
  if (pager === undefined) pager = start(lost);
  return pager?.stdin ?? null;
}

function start(lost: (error: NodeJS.ErrnoException) => void): ChildProcess | null {
  const asked = wantsPager() ? command() : null;
  if (asked === null) return null;
  // F: what fits on one screen is just printed; R: colours; X: it stays on the screen.
  const env = { LESS: 'FRX', LV: '-c', ...process.env };
  const child = spawn('sh', ['-c', asked], { stdio: ['pipe', 'inherit', 'inherit'], env });
  child.stdin.on('error', lost);
  // The pager gets it too, and must not lose the terminal to the shell while it runs.
  process.on('SIGINT', () => {
    child.stdin.end();
    child.once('exit', () => process.exit(130));
  });
  return child;
}

/** Waits until the reader has left the pager. To be called before the program ends. */
export async function leavePager(): Promise<void> {
  if (pager == null) return;
  const child = pager;
  pager = null;
  child.stdin?.end();
  if (child.exitCode === null && child.signalCode === null)
    await new Promise<void>((done) => child.once('exit', () => done()));
}
