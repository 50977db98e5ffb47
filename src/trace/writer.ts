/** Writes TrackEvents: tracks, slices, instants, counters and flows, with interned names. Times are ns (Numbers). */
import { fromJson, type JsonObject, toBinary } from '@bufbuild/protobuf';
import {
  CLOCK_BOOTTIME,
  CLOCK_MONOTONIC,
  message,
  SEQ_INCREMENTAL_STATE_CLEARED,
  SEQ_NEEDS_INCREMENTAL_STATE,
  TYPE_COUNTER,
  TYPE_INSTANT,
  TYPE_SLICE_BEGIN,
  TYPE_SLICE_END,
} from './schema.ts';

const TRACE = message('Trace');
/** One writer, one sequence of packets. */
const SEQUENCE = 1;

/** What an event says of itself: numbers and text, shown beside it. */
export type Annotations = Readonly<Record<string, string | number>>;

export interface EventOptions {
  annotations?: Annotations;
  /** Flows that pass through the event, and those that end at it. */
  flows?: readonly number[];
  ends?: readonly number[];
}

/** A track: where events of one thread, slot, queue or counter are drawn. */
export interface Track {
  uuid: number;
  name: string;
}

class Names {
  readonly #field: string;
  readonly #iids = new Map<string, number>();

  constructor(field: string) {
    this.#field = field;
  }

  /** The name's id; a new name is added to `interned`. */
  iid(name: string, interned: Record<string, JsonObject[]>): string {
    let iid = this.#iids.get(name);
    if (iid === undefined) {
      iid = this.#iids.size + 1;
      this.#iids.set(name, iid);
      let list = interned[this.#field];
      if (list === undefined) interned[this.#field] = list = [];
      list.push({ iid: `${iid}`, name });
    }
    return `${iid}`;
  }
}

export class TraceWriter {
  readonly #write: (bytes: Uint8Array) => void;
  readonly #names = new Names('eventNames');
  readonly #categories = new Names('eventCategories');
  readonly #annotations = new Names('debugAnnotationNames');
  #uuids = 0;
  #first = true;

  /** `write` takes each packet as it comes; together they are a file. */
  constructor(write: (bytes: Uint8Array) => void) {
    this.#write = write;
  }

  /** Says that the clocks agree at `timeNs`: captures have CLOCK_MONOTONIC, traces of a board CLOCK_BOOTTIME. */
  clocks(timeNs: number): void {
    const timestamp = `${timeNs}`;
    const clocks = [CLOCK_BOOTTIME, CLOCK_MONOTONIC].map((clockId) => ({ clockId, timestamp }));
    this.#packet({ timestamp, clockSnapshot: { clocks, primaryTraceClock: CLOCK_BOOTTIME } });
  }

  process(pid: number, name: string): Track {
    return this.#track(name, { process: { pid, processName: name } });
  }

  thread(pid: number, tid: number, name: string): Track {
    return this.#track(name, { thread: { pid, tid, threadName: name } });
  }

  /** A track below another. */
  track(name: string, parent: Track): Track {
    return this.#track(name, { parentUuid: `${parent.uuid}` });
  }

  /** `unit` is one of UNIT_*. */
  counter(name: string, unit: number, parent: Track): Track {
    return this.#track(name, { parentUuid: `${parent.uuid}`, counter: { unit } });
  }

  begin(track: Track, timeNs: number, category: string, name: string, options: EventOptions = {}): void {
    this.#event(track, timeNs, TYPE_SLICE_BEGIN, category, name, options);
  }

  end(track: Track, timeNs: number): void {
    this.#packet({
      timestamp: `${timeNs}`,
      trackEvent: { type: TYPE_SLICE_END, trackUuid: `${track.uuid}` },
    });
  }

  instant(track: Track, timeNs: number, category: string, name: string, options: EventOptions = {}): void {
    this.#event(track, timeNs, TYPE_INSTANT, category, name, options);
  }

  count(track: Track, timeNs: number, value: number): void {
    const trackEvent = { type: TYPE_COUNTER, trackUuid: `${track.uuid}`, counterValue: `${value}` };
    this.#packet({ timestamp: `${timeNs}`, trackEvent });
  }

  #event(
    track: Track,
    timeNs: number,
    type: number,
    category: string,
    name: string,
    { annotations = {}, flows = [], ends = [] }: EventOptions,
  ): void {
    const interned: Record<string, JsonObject[]> = {};
    const trackEvent = {
      type,
      trackUuid: `${track.uuid}`,
      categoryIids: [this.#categories.iid(category, interned)],
      nameIid: this.#names.iid(name, interned),
      debugAnnotations: Object.entries(annotations).map(([key, value]) => ({
        nameIid: this.#annotations.iid(key, interned),
        ...(typeof value === 'string' ? { stringValue: value } : { intValue: `${value}` }),
      })),
      flowIds: flows.map(String),
      terminatingFlowIds: ends.map(String),
    };
    const internedData = Object.keys(interned).length > 0 ? { internedData: interned } : {};
    this.#packet({ timestamp: `${timeNs}`, trackEvent, ...internedData });
  }

  #track(name: string, descriptor: JsonObject): Track {
    const track = { uuid: ++this.#uuids, name };
    this.#packet({ trackDescriptor: { uuid: `${track.uuid}`, name, ...descriptor } });
    return track;
  }

  #packet(fields: JsonObject): void {
    const flags = this.#first ? SEQ_INCREMENTAL_STATE_CLEARED : SEQ_NEEDS_INCREMENTAL_STATE;
    this.#first = false;
    const clock = fields.timestamp === undefined ? {} : { timestampClockId: CLOCK_MONOTONIC };
    const packet = { ...fields, ...clock, trustedPacketSequenceId: SEQUENCE, sequenceFlags: flags };
    this.#write(toBinary(TRACE, fromJson(TRACE, { packet: [packet] })));
  }
}
