/** The capture of the page: its columns, its details, and where records are on the axis across. */

import { unpackColumns } from '../columns.ts';
import type { CaptureMeta, Columns, DetailChunk } from '../data.ts';
import { blockBytes } from './blocks.ts';

export type Axis = 'record' | 'time';
/** A call is drawn so long where nothing says when it ended. ns */
const CALL_NS = 5000;

export class Capture {
  readonly meta: CaptureMeta;
  readonly columns: Columns;
  axis: Axis = 'record';
  readonly #chunks = new Map<number, DetailChunk | null>();
  readonly #asked = new Map<number, Promise<DetailChunk | null>>();

  constructor(meta: CaptureMeta, columns: Columns) {
    this.meta = meta;
    this.columns = columns;
  }

  static async load(): Promise<Capture> {
    const bytes = await blockBytes('data');
    if (bytes === null) throw new Error('the page has no data');
    const { meta, columns } = unpackColumns(bytes);
    return new Capture(meta as CaptureMeta, columns);
  }

  /** First and last record numbers. */
  get first(): number {
    return this.meta.first;
  }
  get last(): number {
    return this.meta.first + this.meta.records - 1;
  }

  /** Where the axis ends. */
  get length(): number {
    if (this.axis === 'record') return Math.max(this.meta.records, 1);
    const { recTime } = this.columns;
    return Math.max((recTime[recTime.length - 1] ?? 0) + CALL_NS, 1);
  }

  /** Where a record begins on the axis; past the last one: the axis' end. */
  begin(record: number): number {
    const row = record - this.meta.first;
    if (row >= this.meta.records) return this.length;
    return this.axis === 'record' ? row : this.columns.recTime[Math.max(row, 0)];
  }

  /** Where it ends. */
  end(record: number): number {
    const next = this.begin(record + 1);
    return this.axis === 'record' ? next : Math.min(next, this.begin(record) + CALL_NS);
  }

  /** The record at a place of the axis. */
  at(place: number): number {
    const { records, first } = this.meta;
    if (this.axis === 'record') return first + Math.min(Math.max(Math.floor(place), 0), records - 1);
    const { recTime } = this.columns;
    let [low, high] = [0, records];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (recTime[middle] <= place) low = middle + 1;
      else high = middle;
    }
    return first + Math.max(low - 1, 0);
  }

  /** The details around a record where they are here already; else they are fetched, and `then` is called. */
  details(record: number, then?: () => void): DetailChunk | null | undefined {
    const number = this.#chunkOf(record);
    const here = this.#chunks.get(number);
    if (here === undefined && then !== undefined) void this.fetch(record).then(then);
    return here;
  }

  /** The details around a record; null where the page leaves them out. */
  fetch(record: number): Promise<DetailChunk | null> {
    const number = this.#chunkOf(record);
    let asked = this.#asked.get(number);
    if (asked === undefined) {
      asked = blockBytes(`details-${number}`).then((bytes) => {
        const chunk = bytes && (JSON.parse(new TextDecoder().decode(bytes)) as DetailChunk);
        this.#chunks.set(number, chunk);
        return chunk;
      });
      this.#asked.set(number, asked);
    }
    return asked;
  }

  /** The row of a mapping's object, or -1; its colour is chosen by it. */
  objectName(object: number): string {
    if (object < 0) return 'sparse';
    const { name, label } = this.meta.objects[object];
    return label === null ? name : `${name} “${label}”`;
  }

  #chunkOf(record: number): number {
    return Math.floor((record - this.meta.first) / this.meta.chunk);
  }
}
