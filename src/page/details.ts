/** What a page shows on demand (calls, steps, walks), in chunks of records that are packed as they fill up. */
import { gzipSync } from 'node:zlib';
import { hex } from '../../uapi/hex.ts';
import type { Step } from '../history/timeline.ts';
import type { WalkStep } from '../hw/walker.ts';
import type { DetailChunk, PageStep } from './data.ts';
import type { Block } from './html.ts';

/** Records of a chunk. */
export const CHUNK = 1000;
/** Longest text of a call that is kept. Characters. */
const TEXT = 4000;
/** Bytes, packed, above which chunks are left out: base64 makes a third more of them. */
const BUDGET = 8 << 20;

const empty = (first: number): DetailChunk => ({
  first,
  calls: [],
  steps: [],
  notes: {},
  mapping: 0,
  walks: [],
});

export class Details {
  /** Every how manieth chunk is kept. */
  every = 1;
  readonly #budget: number;
  #chunk: DetailChunk | null = null;
  #kept: { number: number; gzip: Uint8Array }[] = [];
  #bytes = 0;
  /** Tables of the walk before. */
  #tables: number[] = [];
  #chunks = 0;

  constructor(budget: number = BUDGET) {
    this.#budget = budget;
  }

  /** One record; to be called in their order. */
  add(index: number, call: string, steps: readonly Step[], note: string | null): void {
    if (this.#chunk?.calls.length === CHUNK) this.#close();
    this.#chunk ??= empty(index);
    this.#chunk.calls.push(call.length > TEXT ? `${call.slice(0, TEXT)}…` : call);
    this.#chunk.steps.push(steps.map(stepRow));
    if (note !== null) this.#chunk.notes[index] = note;
  }

  /** The walk of a mapping that the last record made, or null; to be called for every mapping. */
  walk(mapping: number, steps: readonly WalkStep[] | null): void {
    const chunk = this.#chunk;
    if (chunk === null) return;
    if (chunk.walks.length === 0) {
      chunk.mapping = mapping;
      this.#tables = [];
    }
    const last = steps?.at(-1);
    if (steps === null || last === undefined) {
      chunk.walks.push(null);
      return;
    }
    const tables = steps.map(({ pa, index }) => pa - index * 8);
    let shared = 0;
    while (shared < tables.length && tables[shared] === this.#tables[shared]) shared++;
    this.#tables = tables;
    chunk.walks.push([shared, tables.slice(shared), last.lo >>> 0, last.hi >>> 0]);
  }

  /** Blocks `details-N`, N the chunk's number. */
  finish(): Block[] {
    this.#close();
    return this.#kept.map(({ number, gzip }) => ({ id: `details-${number}`, gzip }));
  }

  #close(): void {
    const chunk = this.#chunk;
    this.#chunk = null;
    if (chunk === null) return;
    const number = this.#chunks++;
    if (number % this.every !== 0) return;
    const gzip = gzipSync(JSON.stringify(chunk));
    this.#kept.push({ number, gzip });
    this.#bytes += gzip.length;
    while (this.#bytes > this.#budget && this.every < 1 << 20) {
      this.every *= 2;
      this.#kept = this.#kept.filter((one) => one.number % this.every === 0);
      this.#bytes = this.#kept.reduce((sum, one) => sum + one.gzip.length, 0);
    }
  }
}

function stepRow(step: Step): PageStep {
  switch (step.kind) {
    case 'op':
      return ['op', step.vm, step.type, hex(step.va), hex(step.size), step.async ? 1 : 0];
    case 'command':
      return step.name === 'LOCK'
        ? ['command', step.as, step.name, hex(step.start), hex(step.size)]
        : ['command', step.as, step.name];
    case 'flush':
      return ['flush'];
    case 'slot':
      return ['slot', step.what, step.as, step.vm];
    case 'map-pages':
    case 'unmap-pages':
      return [step.kind, hex(step.va), hex(step.bytes)];
    default:
      return [step.kind, step.text];
  }
}
