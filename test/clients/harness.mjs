// Tests that take programs, minutes and a machine: one line each, and at the end the counts.

import { inCi, isExcused } from '../tooling/excuse.mjs';

/** Thrown by a test; `details` are lines below the test's own. */
export class Failure extends Error {
  constructor(why, details = '') {
    super(why);
    this.details = details;
  }
}

/** Fails a test unless `condition` holds. */
export function expect(condition, why, details) {
  if (!condition) throw new Failure(why, details);
}

/** Runs tests one after another and counts them. */
export class Suite {
  #filter;
  #print;
  passed = 0;
  failed = 0;
  skipped = 0;
  /** Skips that CI does not put up with. */
  #unexcused = 0;

  /** `filter`: a RegExp that a test's name must match, or null for all; `list`: only say the names. */
  constructor({ filter = null, list = false, print = console.log } = {}) {
    this.#filter = filter;
    this.#print = print;
    this.list = list;
  }

  /** One test; `body` may return a few words to print beside the name, and throws to fail. */
  async test(name, body) {
    if (this.#filter !== null && !this.#filter.test(name)) return;
    if (this.list) {
      this.#print(name);
      return;
    }
    const begin = performance.now();
    let line;
    let details = '';
    try {
      const note = await body();
      this.passed++;
      line = `ok      ${name}${note ? `: ${note}` : ''}`;
    } catch (e) {
      this.failed++;
      line = `FAILED  ${name}: ${e.message}`;
      details = e instanceof Failure ? e.details : e.stack;
    }
    this.#print(`${line} (${((performance.now() - begin) / 1000).toFixed(1)} s)`);
    if (details) this.#print(details.trimEnd().replace(/^/gm, '        '));
  }

  /** One line that cannot be overlooked, for what could not be run. */
  loud(line) {
    this.#print(`!!!!    ${line}`);
  }

  /** What is not run, and why. */
  skip(what, why) {
    this.skipped++;
    if (!isExcused(why)) this.#unexcused++;
    this.loud(`${what}: ${why}`);
  }

  /** Prints the counts; returns the exit status. */
  end() {
    if (this.list) return 0;
    if (this.skipped > 0) this.#print(`${this.skipped} skipped`);
    this.#print(`${this.passed} passed, ${this.failed} failed`);
    if (this.#unexcused > 0 && inCi()) return 1;
    return this.failed === 0 && this.passed > 0 ? 0 : 1;
  }
}
