/** Standard output and standard error of every command: what is printed there, and what becomes of it. */

import { visibleLines } from '../../../uapi/visible.ts';
import { reason } from '../../capture/error.ts';
import { EXIT_USAGE, note } from '../exit.ts';
import { pagerInput } from './pager.ts';
import { forPeople, printsJson } from './terminal.ts';

/** Standard output has no reader any more: what is printed from then on goes nowhere. */
let closed = false;
/** A command whose exit status is an answer goes on to the end without a reader. */
let answers = false;
/** Something was printed. */
let printed = false;

/** Whether standard output is a terminal that shows text already, which progress would be mixed into. */
export function isShown(): boolean {
  return printed && process.stdout.isTTY === true;
}

/**
 * Prints text for people, as the terminal is: its width, its colours, with a pager. With --json it is data. Everything that a
 * terminal would obey is made visible; in JSON the escapes are JSON's own.
 */
export function print(text: string): void {
  if (printsJson()) {
    printData(text);
    return;
  }
  if (closed) return;
  printed = true;
  (pagerInput(lost) ?? process.stdout).write(forPeople(text, process.stdout));
}

/** Prints text that programs read, whatever the terminal is; what a terminal would obey is made visible. */
export function printData(text: string): void {
  if (closed) return;
  printed = true;
  process.stdout.write(visibleLines(text));
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
  process.stdout.on('error', lost);
}

function lost(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') {
    note(`cannot write standard output: ${reason(error)}`);
    process.exit(EXIT_USAGE);
  }
  closed = true;
  if (!answers) process.exit();
}
