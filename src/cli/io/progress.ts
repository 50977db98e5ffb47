/** Progress on the terminal of standard error: how much is done, how fast, and when it will be over. */
import { visible } from '../../../uapi/visible.ts';
import { isShown } from './output.ts';

/** ms between two lines; nothing is shown of what is over sooner. */
const EVERY = 200;

/** Seconds as people say them: 9 s, 2 min, 1.5 h. */
export function leftText(seconds: number): string {
  if (seconds < 90) return `${Math.ceil(seconds)} s`;
  return seconds < 5400 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`;
}

/**
 * `1,200 records (30 %), 4,000/s, 2 s left`.
 *
 * @param portion of the whole that is done, 0 to 1; null where that is not known
 * @param seconds since the beginning
 */
export function progressText(done: number, what: string, portion: number | null, seconds: number): string {
  const rate = done / Math.max(seconds, 0.001);
  const part = portion === null ? '' : ` (${Math.floor(portion * 100)} %)`;
  const speed = rate < 10 ? rate.toFixed(1) : Math.round(rate).toLocaleString('en');
  const left =
    portion === null || portion === 0 ? '' : `, ${leftText((seconds * (1 - portion)) / portion)} left`;
  return `${done.toLocaleString('en')} ${what}${part}, ${speed}/s${left}`;
}

export class Progress {
  readonly #started = Date.now();
  #last = Date.now();
  #shown = false;
  readonly #what: string;

  /** `what` is counted: records, streams. */
  constructor(what: string) {
    this.#what = what;
  }

  /** `portion`: of the whole, 0 to 1; null where that is not known. `more` stands behind it. */
  show(done: number, portion: number | null, more = ''): void {
    const now = Date.now();
    if (now - this.#last < EVERY || process.stderr.isTTY !== true || isShown()) return;
    this.#last = now;
    const text = progressText(done, this.#what, portion, (now - this.#started) / 1000);
    const line = visible(more === '' ? text : `${text}: ${more}`);
    this.#shown = true;
    // A row that is too long would stay behind when the next one is written.
    process.stderr.write(`\r\x1b[K${line.slice(0, (process.stderr.columns || 80) - 1)}`);
  }

  /** Takes the line away: something else is printed. */
  clear(): void {
    if (this.#shown) process.stderr.write('\r\x1b[K');
    this.#shown = false;
  }
}
