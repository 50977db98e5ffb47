import { CaptureError, SourceError } from '../capture/error.ts';
import { InputError, UsageError } from '../errors.ts';

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
  if (error instanceof UsageError) return EXIT_USAGE;
  // Output that cannot be written (a full disk, say) is nobody's bug; EPIPE never gets here (main.ts).
  return (error as NodeJS.ErrnoException | null)?.syscall === 'write' ? EXIT_USAGE : EXIT_BUG;
}

/** Says on standard error what went wrong; a bug of ours with all that is known about it. */
export function complain(error: unknown): number {
  const status = statusOf(error);
  if (status === EXIT_BUG) {
    const what = error instanceof Error ? (error.stack ?? error.message) : String(error);
    process.stderr.write(`panthor-shim: this is a bug of panthor-shim, please report it: ${what}\n`);
  } else {
    process.stderr.write(`panthor-shim: ${(error as Error).message}\n`);
  }
  return status;
}
