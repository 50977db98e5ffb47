import { CaptureError, reason, SourceError } from '../capture/error.ts';
import { InputError, UsageError } from '../errors.ts';
import { StartError } from '../live/start-error.ts';
import { forPeople } from './io/terminal.ts';

export { InputError, UsageError } from '../errors.ts';

/** What the exit status says. */
export const EXIT_FINE = 0;
/** A divergence, violation or mismatch was found. */
export const EXIT_FOUND = 1;
export const EXIT_USAGE = 2;
/** Input that cannot be read or is corrupt. */
export const EXIT_CORRUPT = 3;
export const EXIT_BUG = 4;

/** The exit status that an error which reached the top means. */
export function statusOf(error: unknown): number {
  if (error instanceof CaptureError || error instanceof SourceError || error instanceof InputError) {
    return EXIT_CORRUPT;
  }
  if (error instanceof UsageError || error instanceof StartError) return EXIT_USAGE;
  // What the system refuses (a full disk, say) is no bug.
  const { syscall, code } = (error ?? {}) as NodeJS.ErrnoException;
  if (typeof syscall !== 'string' || typeof code !== 'string') return EXIT_BUG;
  return syscall === 'read' ? EXIT_CORRUPT : EXIT_USAGE;
}

function sentence(error: Error & NodeJS.ErrnoException): string {
  // JSON.parse() quotes what it found, line ends too.
  if (error.syscall === undefined || error.code === undefined) return oneLine(error.message);
  if (error.path !== undefined) return `${error.path}: ${reason(error)}`;
  return error.syscall === 'write' ? `cannot write standard output: ${reason(error)}` : error.message;
}

/** A message about JSON on one line: it quotes what was found. */
function oneLine(message: string): string {
  return /is (not|no) valid JSON|in JSON at/.test(message) ? message.replace(/\s*\n\s*/g, ' ') : message;
}

/** Says on standard error what went wrong; a bug of ours with all that is known about it. */
export function complain(error: unknown): number {
  const status = statusOf(error);
  if (status === EXIT_BUG) {
    const what = error instanceof Error ? (error.stack ?? error.message) : String(error);
    note(`this is a bug of panthor-shim, please report it: ${what}`);
  } else {
    note(sentence(error as Error));
  }
  return status;
}

/** Says something on standard error, with what a terminal would obey made visible. */
export function note(text: string): void {
  process.stderr.write(forPeople(`panthor-shim: ${text}\n`, process.stderr));
}
