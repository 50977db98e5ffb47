/** What a page shows on demand (calls, steps, walks), in chunks of records that are packed as they fill up. */
import { gzipSync } from 'node:zlib';
import type { Step } from '../history/timeline.ts';
import type { Walk, WalkStep } from '../hw/walker.ts';
import type { DetailChunk, PageStep } from './data.ts';
import type { Block } from './html.ts';

/** Records of a chunk. */
export const CHUNK = 500;
/** Longest text of a call that is kept. Characters. */
const TEXT = 4000;
/** Bytes, packed, above which chunks are left out: base64 makes a third more of them. */
const BUDGET = 8 << 20;

const empty = (first: number): DetailChunk => ({ first, calls: [], steps: [], notes: {}, walks: {} });

export class Details {
  /** Every how manieth chunk is kept. */
  every = 1;
  readonly #budget: number;
  #chunk: DetailChunk | null = null;
  #kept: { number: number; gzip: Uint8Array }[] = [];
  #bytes = 0;
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

  /** The walk of a mapping that the last record made. */
  walk(mapping: number, va: number, ttbr: number, steps: readonly WalkStep[], result: Walk): void {
    if (this.#chunk === null) return;
    this.#chunk.walks[mapping] = {
      va,
      ttbr,
      steps: steps.map(({ level, index, pa, lo, hi }) => [level, index, pa, lo >>> 0, hi >>> 0]),
      pa: result.pa,
      log2: result.log2,
    };
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
      return ['op', step.vm, step.type, step.va, step.size, step.async ? 1 : 0];
    case 'command':
      return ['command', step.as, step.name, step.start, step.size];
    case 'flush':
      return ['flush'];
    case 'slot':
      return ['slot', step.what, step.as, step.vm];
    case 'map-pages':
    case 'unmap-pages':
      return [step.kind, step.va, step.bytes];
    default:
      return [step.kind, step.text];
  }
}
