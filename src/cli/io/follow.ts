/** `--follow`: totals of a capture while it is still being written. */
import type { CaptureReader } from '../../capture/reader.ts';
import { isShown } from './output.ts';
import { forPeople } from './terminal.ts';

/** ms between two lines. */
const EVERY = 1000;
/** 128 and SIGINT's number, as shells have it. */
const INTERRUPTED = 130;

/**
 * Says once a second how far a capture has come: on a terminal in one line that changes, else a line each time that something
 * came. `totals` is asked for what is counted. Ctrl-C ends the reading, not the command: `end` then makes the report.
 *
 * @returns what stops it
 */
export function followTotals(
  capture: CaptureReader,
  totals: () => string,
  end: () => void | Promise<void>,
): () => void {
  const started = Date.now();
  let [shown, before] = [-1, 0];
  const show = (): void => {
    if (capture.count === shown || isShown()) return;
    const rate = Math.round(((capture.count - before) * 1000) / EVERY);
    [shown, before] = [capture.count, capture.count];
    const seconds = ((Date.now() - started) / 1000).toFixed(1);
    const line = `${seconds} s: ${capture.count.toLocaleString('en')} records (${rate.toLocaleString('en')}/s), ${totals()}`;
    if (process.stderr.isTTY)
      process.stderr.write(`\r\x1b[K${line.slice(0, (process.stderr.columns || 80) - 1)}`);
    else process.stderr.write(forPeople(`${line}\n`, process.stderr));
  };
  const timer = setInterval(show, EVERY);
  const interrupted = async (): Promise<void> => {
    stop();
    await end();
    process.exit(process.exitCode ?? INTERRUPTED);
  };
  const stop = (): void => {
    clearInterval(timer);
    process.off('SIGINT', interrupted);
    show();
    if (process.stderr.isTTY) process.stderr.write('\n');
  };
  process.once('SIGINT', interrupted);
  return stop;
}
