/** What a page shows on demand (calls, steps, walks), in chunks of records that are packed as they fill up. */
import { gzipSync } from 'node:zlib';
import { hex } from '../../uapi/hex.ts';
import type { Step } from '../history/timeline.ts';
import type { DetailChunk, PageStep, PageWalk } from './data.ts';
import type { Block } from './html.ts';
import type { MappingWalks } from './walk-recorder.ts';
import type { Walked } from './walks.ts';

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
  spans: {},
});

export class Details {
  /** Every how manieth chunk is kept. */
  every = 1;
  readonly #budget: number;
  #chunk: DetailChunk | null = null;
  #kept: { number: number; gzip: Uint8Array }[] = [];
  #bytes = 0;
  /** Tables of the walk before. */
  #tables: readonly number[] = [];
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

  /** The walks of a mapping that the last record made, or null; to be called for every mapping. */
  walk(mapping: number, all: number, walks: MappingWalks | null): void {
    const chunk = this.#chunk;
    if (chunk === null) return;
    if (chunk.walks.length === 0) {
      chunk.mapping = mapping;
      this.#tables = [];
    }
    const first = walks?.spans[0].walked;
    if (walks === null || first === undefined || first.tables.length === 0) {
      chunk.walks.push(null);
      return;
    }
    const place = chunk.walks.push(pageWalk(this.#tables, first)) - 1;
    this.#tables = first.tables;
    const { spans, regions } = walks;
    if (all === 1 && regions === 1) return;
    chunk.spans[place] = [regions];
    spans.slice(1).forEach(({ region, walked }, i) => {
      chunk.spans[place].push([region, ...pageWalk(spans[i].walked.tables, walked)]);
    });
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

/** A walk beside the tables of the one before it. */
function pageWalk(before: readonly number[], { tables, lo, hi }: Walked): PageWalk {
  let shared = 0;
  while (shared < tables.length && tables[shared] === before[shared]) shared++;
  return [shared, tables.slice(shared), lo >>> 0, hi >>> 0];
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
