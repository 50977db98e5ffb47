/** The memory that JavaScript shares with the addon: arena.h's struct mailbox, in words of 64 bits. */

/** Why a thread stopped (arena.h, enum point). */
export const POINTS = [
  'end',
  'mutex',
  'spin',
  'read',
  'write',
  'poll',
  'table',
  'sleep',
  'condition',
  'trap',
  'bug',
  'notes',
  'tick',
] as const;
export type Point = (typeof POINTS)[number];
export const POINT_END = 0;
export const POINT_MUTEX = 1;
export const POINT_SPIN = 2;
export const POINT_READ = 3;
export const POINT_WRITE = 4;
export const POINT_POLL = 5;
export const POINT_TABLE = 6;
export const POINT_SLEEP = 7;
export const POINT_CONDITION = 8;
export const POINT_TRAP = 9;
export const POINT_BUG = 10;
/** There is no more room for notes: they are to be read. */
export const POINT_NOTES = 11;
/** The driver waits for the scheduler's tick, which is the caller's. */
export const POINT_TICK = 12;

/** What a thread did on its way to a point (arena.h, enum note). */
export const NOTE_WARN = 1;
export const NOTE_MAP = 2;
export const NOTE_UNMAP = 3;
export const NOTE_STEP_MAP = 4;
export const NOTE_STEP_UNMAP = 5;
export const NOTE_STEP_REMAP = 6;
export const NOTE_RESET_SCHEDULED = 7;
export const NOTE_MMU_FAULT = 8;
export const NOTE_VM_DESTRUCTION = 9;
export const NOTE_PRINT = 10;
export const NOTE_FAULT = 11;
export const NOTE_ENTER_FAILED = 12;

const ARGS = 6;
const ARG_COUNT = 12;
const RESULTS = ARGS + ARG_COUNT;
const NOTED = RESULTS + 12;
const NOTES = NOTED + 1;
const NOTE_WORDS = 0x8000;
const TEXT = NOTES + NOTE_WORDS;
const TEXT_BYTES = 4096;
const VIEW = TEXT + TEXT_BYTES / 8;
const READY = VIEW + 1024;
const MOMENT = READY + 1;
const HASH = MOMENT + 1;
const VIEWED = HASH + 1;
const MOVED = VIEWED + 1;
const THREAD = MOVED + 1;
const CALL = THREAD + 1;
const TARGET = CALL + 1;

export class Mailbox {
  readonly #words: BigUint64Array;
  readonly #signed: BigInt64Array;
  /** The same as 32-bit halves, for what is known to be small. */
  readonly #halves: Uint32Array;
  readonly #bytes: Uint8Array;

  constructor(buffer: ArrayBuffer) {
    this.#words = new BigUint64Array(buffer);
    this.#signed = new BigInt64Array(buffer);
    this.#halves = new Uint32Array(buffer);
    this.#bytes = new Uint8Array(buffer);
  }

  /** Why the thread that was stepped last has stopped; -1 where it had ended before. */
  get kind(): number {
    return this.#halves[0] | 0;
  }

  /** Arguments of the addon's step() and run(). */
  set thread(thread: number) {
    this.#halves[THREAD * 2] = thread;
  }

  set call(call: number) {
    this.#halves[CALL * 2] = call;
  }

  /** The moment that the addon's undo() goes back to. */
  set target(moment: number) {
    this.#halves[TARGET * 2] = moment;
  }

  /** Offset of the register, or address of the lock or queue, that the point is about. */
  get object(): number {
    return this.#halves[2] + this.#halves[3] * 0x100000000;
  }

  /** Low word of what is written. */
  get value(): number {
    return this.#halves[4];
  }

  set object(value: number) {
    this.#halves[2] = value >>> 0;
    this.#halves[3] = Math.floor(value / 0x100000000);
  }

  set reply(value: number) {
    this.#halves[8] = value;
    this.#halves[9] = 0;
  }

  /** Bits of points that are passed over. */
  set quiet(bits: number) {
    this.#halves[10] = bits;
  }

  /** Arguments of a call; those that are not given are 0, and never what another call left. */
  setArgs(args: readonly (number | bigint)[]): void {
    for (let i = 0; i < ARG_COUNT; i++) {
      const value = i < args.length ? args[i] : 0;
      if (typeof value === 'number' && value >= 0 && value <= Number.MAX_SAFE_INTEGER) {
        this.#halves[(ARGS + i) * 2] = value >>> 0;
        this.#halves[(ARGS + i) * 2 + 1] = Math.floor(value / 0x100000000);
      } else this.#words[ARGS + i] = BigInt.asUintN(64, BigInt(value));
    }
  }

  /** A result as a signed number; the call's return value is the first. */
  result(i: number): number {
    return Number(this.#signed[RESULTS + i]);
  }

  /** A result as it is, unsigned. */
  word(i: number): bigint {
    return this.#words[RESULTS + i];
  }

  /** Words of notes that wait to be read. */
  get noted(): number {
    return this.#halves[NOTED * 2];
  }

  /** Whether notes have been lost because they were not read in time. */
  get overrun(): boolean {
    return this.noted >= NOTE_WORDS;
  }

  note(i: number): bigint {
    return this.#words[NOTES + i];
  }

  /** A note as a Number; exact below 2^53. */
  noteNumber(i: number): number {
    const at = (NOTES + i) * 2;
    return this.#halves[at] + this.#halves[at + 1] * 0x100000000;
  }

  noteSigned(i: number): number {
    return Number(this.#signed[NOTES + i]);
  }

  noteText(i: number): string {
    const length = this.noteNumber(i);
    const at = (NOTES + i + 1) * 8;
    return new TextDecoder().decode(this.#bytes.slice(at, at + length));
  }

  clearNotes(): void {
    this.#halves[NOTED * 2] = 0;
  }

  /** A word of the view of the driver's state, signed; exact below 2^53. */
  view(i: number): number {
    const at = (VIEW + i) * 2;
    return (this.#halves[at + 1] | 0) * 0x100000000 + this.#halves[at];
  }

  /** Whether the view is of now; else it has to be asked for. */
  get viewed(): boolean {
    return this.#halves[VIEWED * 2] !== 0;
  }

  /** Whether the last start or step has changed what the view says of VMs. */
  get moved(): boolean {
    return this.#halves[MOVED * 2] !== 0;
  }

  /** Bits of the threads that can go on, after the last start, step or undo. */
  get ready(): number {
    return this.#halves[READY * 2];
  }

  /** How many starts and steps there have been since the journal began; only where there is one. */
  get moment(): number {
    return this.#halves[MOMENT * 2];
  }

  /** The halves of the state's hash, as it was kept; only where there is a journal. */
  get hashLow(): number {
    return this.#halves[HASH * 2] | 0;
  }

  get hashHigh(): number {
    return this.#halves[HASH * 2 + 1] | 0;
  }

  /** The name that a trap left, or that of an object that was asked for. */
  get text(): string {
    const bytes = this.#bytes.subarray(TEXT * 8, TEXT * 8 + TEXT_BYTES);
    return new TextDecoder().decode(bytes.slice(0, bytes.indexOf(0)));
  }
}
