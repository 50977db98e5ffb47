/** Words and numbers of scenario files. */
import { ScenarioError } from './scenario.ts';

/** "0x1000", "8K", "2M", "1G" as bytes. */
export function bytes(text: string | undefined): number {
  const match = /^(0x[0-9a-f]+|\d+)([KMG]?)$/i.exec(text ?? '');
  if (!match) throw new ScenarioError(`'${text ?? ''}' is no number of bytes`);
  const unit = { '': 1, K: 2 ** 10, M: 2 ** 20, G: 2 ** 30 }[match[2].toUpperCase()] as number;
  const value = Number(match[1]) * unit;
  if (!Number.isSafeInteger(value)) throw new ScenarioError(`'${text}' is too large`);
  return value;
}

/** The words of a line, taken one after the other. Throws ScenarioError for what is missing. */
export class Words {
  readonly #words: string[];
  #at = 0;

  constructor(line: string) {
    this.#words = line.split(/\s+/);
  }

  next(what: string): string {
    if (this.#at >= this.#words.length) throw new ScenarioError(`${what} is missing`);
    return this.#words[this.#at++];
  }

  get more(): boolean {
    return this.#at < this.#words.length;
  }

  /** Takes `word` if it comes next. */
  take(word: string): boolean {
    if (this.#words[this.#at] !== word) return false;
    this.#at++;
    return true;
  }

  /** The words up to one of `stops`, or all. */
  until(...stops: string[]): string[] {
    const words: string[] = [];
    while (this.more && !stops.includes(this.#words[this.#at])) words.push(this.#words[this.#at++]);
    return words;
  }

  rest(): string[] {
    const words = this.#words.slice(this.#at);
    this.#at = this.#words.length;
    return words;
  }
}
