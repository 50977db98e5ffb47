/** Where the kernel's threads stand: host/threads.h's array of struct thread, read in place. */

/** Words of 32 bits of a thread, and where in them what is. */
const WORDS = 12;
const KIND = 4;
const OBJECT = 6;
const DETAIL = 8;
const ALIVE = 10;

export class ThreadStates {
  readonly #words: Uint32Array;

  constructor(buffer: ArrayBuffer) {
    this.#words = new Uint32Array(buffer);
  }

  /** Whether it has begun and not ended. */
  isAlive(thread: number): boolean {
    return this.#words[thread * WORDS + ALIVE] !== 0;
  }

  /** At which point (mailbox.ts), 0 for one that has ended. */
  kind(thread: number): number {
    return this.#words[thread * WORDS + KIND];
  }

  /** Offset of the register, or address of the lock or queue, that the point is about. */
  object(thread: number): number {
    const at = thread * WORDS + OBJECT;
    return this.#words[at] + this.#words[at + 1] * 0x100000000;
  }

  /** What is about to be written to a register. */
  value(thread: number): number {
    return this.#words[thread * WORDS + DETAIL];
  }
}
