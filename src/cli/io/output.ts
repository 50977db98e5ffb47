/** Standard output and standard error of every command: what is printed there, and what becomes of it. */
import { reason } from '../../capture/error.ts';
import { visibleLines } from '../../report/visible.ts';
import { EXIT_USAGE, note } from '../exit.ts';

/** Standard output has no reader any more: what is printed from then on goes nowhere. */
let closed = false;
/** A command whose exit status is an answer goes on to the end without a reader. */
let answers = false;

/**
 * Prints text, with everything that a terminal would obey made visible. JSON may be printed so too: the escapes are
 * JSON's own.
 */
export function print(text: string): void {
  if (!closed) process.stdout.write(visibleLines(text));
}

/** Writes bytes as they are: payloads and captures. */
export function printBytes(bytes: Uint8Array): void {
  if (!closed) process.stdout.write(bytes);
}

/** To be called by commands whose exit status tells what they found: `| head` does not change it. */
export function answersByStatus(): void {
  answers = true;
}

/**
 * A reader of standard output that goes away (`| head`) is no error. The status stays what it is or, where it is an
 * answer, what it comes to be; anything else that keeps output from being written (a full disk) is said and ends the
 * program with status 2. Standard error that cannot be written is no loss.
 */
export function watchOutput(): void {
  process.stderr.on('error', () => {});
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') {
      note(`cannot write standard output: ${reason(error)}`);
      process.exit(EXIT_USAGE);
    }
    closed = true;
    if (!answers) process.exit();
  });
}
