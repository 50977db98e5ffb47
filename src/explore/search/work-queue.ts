/** Prefixes of schedules that wait for a worker, in memory that all workers share. */

const LOCK = 0;
const HEAD = 1;
const COUNT = 2;
/** Threads that wait, and how many take part. */
const IDLE = 3;
const WORKERS = 4;
const STOP = 5;
const SIGNAL = 6;
const HEADER = 8;
const SLOT_BYTES = 4096;

export class WorkQueue {
  readonly buffer: SharedArrayBuffer;
  readonly #words: Int32Array;
  readonly #bytes: Uint8Array;

  readonly #slots: number;

  constructor(buffer: SharedArrayBuffer) {
    this.buffer = buffer;
    this.#slots = (buffer.byteLength - HEADER * 4) / (4 + SLOT_BYTES);
    this.#words = new Int32Array(buffer, 0, HEADER + this.#slots);
    this.#bytes = new Uint8Array(buffer, (HEADER + this.#slots) * 4);
  }

  /** For up to `slots` prefixes at a time. */
  static create(slots: number): WorkQueue {
    return new WorkQueue(new SharedArrayBuffer(HEADER * 4 + slots * (4 + SLOT_BYTES)));
  }

  /** A thread takes part from now on; false where all is over already. */
  join(): boolean {
    return this.#locked(() => {
      if (this.stopped) return false;
      this.#words[WORKERS]++;
      return true;
    });
  }

  /** Threads that have taken part. */
  get members(): number {
    return Atomics.load(this.#words, WORKERS);
  }

  #locked<T>(action: () => T): T {
    while (Atomics.compareExchange(this.#words, LOCK, 0, 1) !== 0);
    try {
      return action();
    } finally {
      Atomics.store(this.#words, LOCK, 0);
    }
  }

  /** Adds the first `length` steps of `schedule`; false where the queue is full or the schedule too long for it. */
  put(schedule: Uint8Array, length: number): boolean {
    if (length > SLOT_BYTES) return false;
    const done = this.#locked(() => {
      const words = this.#words;
      if (words[COUNT] === this.#slots) return false;
      const slot = (words[HEAD] + words[COUNT]) % this.#slots;
      words[HEADER + slot] = length;
      this.#bytes.set(schedule.subarray(0, length), slot * SLOT_BYTES);
      words[COUNT]++;
      return true;
    });
    if (done) this.#wake();
    return done;
  }

  #wake(): void {
    Atomics.add(this.#words, SIGNAL, 1);
    Atomics.notify(this.#words, SIGNAL);
  }

  /** Takes the oldest prefix, or notes that a worker has nothing to do; all of that in one go, or the end comes early. */
  #takeOrIdle(wasIdle: boolean): Uint8Array | 'wait' | 'over' {
    return this.#locked(() => {
      const words = this.#words;
      if (words[COUNT] > 0) {
        if (wasIdle) words[IDLE]--;
        const slot = words[HEAD];
        words[HEAD] = (slot + 1) % this.#slots;
        words[COUNT]--;
        return this.#bytes.slice(slot * SLOT_BYTES, slot * SLOT_BYTES + words[HEADER + slot]);
      }
      if (!wasIdle) words[IDLE]++;
      // A thread that works may still give something away; when none does, nothing will come any more.
      if (words[IDLE] < words[WORKERS]) return 'wait';
      Atomics.store(words, STOP, 1);
      return 'over';
    });
  }

  /** The next prefix, waiting for one while another thread works; null when all is done or stopped. */
  next(): Uint8Array | null {
    for (let idle = false; ; idle = true) {
      const work = this.poll(idle, 1000);
      if (work !== 'wait') return work;
    }
  }

  /** As next(), for at most `ms`: 'wait' says to ask again, with `wasIdle` then. */
  poll(wasIdle: boolean, ms: number): Uint8Array | null | 'wait' {
    if (this.stopped) return null;
    const signal = Atomics.load(this.#words, SIGNAL);
    const work = this.#takeOrIdle(wasIdle);
    if (work === 'over') {
      this.#wake();
      return null;
    }
    if (work === 'wait') Atomics.wait(this.#words, SIGNAL, signal, ms);
    return work;
  }

  /** Whether a worker waits and nothing is there for it. */
  get hasIdleWorkers(): boolean {
    return Atomics.load(this.#words, IDLE) > Atomics.load(this.#words, COUNT);
  }

  get stopped(): boolean {
    return Atomics.load(this.#words, STOP) !== 0;
  }

  /** All threads are to end. */
  stop(): void {
    Atomics.store(this.#words, STOP, 1);
    this.#wake();
  }
}
