import { ioctlName } from '../../uapi/lookup.ts';
import type { CaptureHeader, CaptureRecord } from '../capture/record.ts';
import type { Step } from '../history/timeline.ts';
import { StepRecorder } from '../history/timeline.ts';
import { Replayer, type ReplayOptions } from '../replay/replayer.ts';
import { clientVms } from '../replay/snapshot.ts';
import { callText } from '../report/call.ts';
import { DriverTracks } from './driver-tracks.ts';
import { UNIT_COUNT, UNIT_SIZE_BYTES } from './schema.ts';
import type { TraceWriter, Track } from './writer.ts';

/** The client's process; captures do not say its number. */
const PID = 1;
/** A record's steps are drawn one after the other, at most so far apart. ns */
const STEP_NS = 1000;
/** Longest text of a call that is kept beside its slice. */
const TEXT = 400;

/** One record whose end is not known before the next one comes. */
interface Pending {
  timeNs: number;
  tid: number;
  name: string;
  text: string;
  ret: number | null;
  recorded: number;
  index: number;
  shown: boolean;
  steps: Step[];
  mapped: Map<number, { bytes: number; tables: number }>;
}

/**
 * A capture as a trace: calls by thread, operations by VM, address space slots with who sits in them and what is locked,
 * counters of mapped bytes and page-table pages. Calls have a beginning only, so that what is drawn as their length is the
 * number of steps that the driver takes for them, never longer than until the next record.
 */
export class CaptureTrace {
  readonly replayer: Replayer;
  readonly #writer: TraceWriter;
  readonly #steps: StepRecorder;
  readonly #process: Track;
  readonly #threads = new Map<number, Track>();
  readonly #counters = new Map<string, { track: Track; last: number }>();
  readonly #driver: DriverTracks;
  #pending: Pending | null = null;
  /** No event is earlier than the one before: records of two threads may be out of order by a little. */
  #clock = 0;
  #flows = 0;

  constructor(header: CaptureHeader, options: ReplayOptions, writer: TraceWriter) {
    // The recorder listens to a device that the replayer makes, and the replayer wants its listener first.
    let steps: StepRecorder | null = null;
    const listener = (): StepRecorder => steps as StepRecorder;
    this.replayer = new Replayer(header, {
      ...options,
      trace: {
        warn: (where, reason) => listener().warn(where, reason),
        timeout: (what) => listener().timeout(what),
        event: (name) => listener().event(name),
        stepMap: () => {},
        stepUnmap: () => {},
        stepRemap: () => {},
        beforePageTableCall: () => {},
        mapped: (...call) => listener().mapped(...call),
        unmapped: (...call) => listener().unmapped(...call),
        as: (...call) => steps?.as(...call),
        vmaAdded: (vm, id) => listener().vmaAdded(vm, id),
        vmaRemoved: (vm, id) => listener().vmaRemoved(vm, id),
      },
    });
    const { device } = this.replayer.model;
    this.#steps = steps = new StepRecorder(device.regs);
    device.calls = steps.calls;
    device.regs.trace = steps;
    this.#writer = writer;
    this.#process = writer.process(PID, header.client);
    this.#driver = new DriverTracks(writer, this.#process);
  }

  /** Plays a record; where it is not `shown`, its call, operations and page-table calls are left out of the trace. */
  step(record: CaptureRecord, shown = true): void {
    if (this.#clock === 0) {
      this.#clock = record.timeNs;
      this.#writer.clocks(record.timeNs);
    }
    this.#write(record.timeNs);
    this.replayer.step(record);
    const { ret } = this.replayer;
    const steps = this.#steps.take();
    this.#pending = {
      timeNs: record.timeNs,
      tid: record.tid,
      name: record.type === 'ioctl' ? ioctlName(record.request) : record.type,
      text: callText(record, Number.POSITIVE_INFINITY).slice(0, TEXT),
      ret,
      recorded: record.type === 'ioctl' ? record.ret : 0,
      index: record.index,
      shown,
      // Who sits in a slot is told whatever is left out: what follows would be wrong without it.
      steps: shown ? steps : steps.filter(({ kind }) => kind === 'slot'),
      mapped: this.#mapped(),
    };
  }

  /** To be called after the last record: writes it, and ends what is still open. */
  finish(): void {
    this.#write(Number.POSITIVE_INFINITY);
    this.#driver.finish(this.#clock);
  }

  #mapped(): Pending['mapped'] {
    const now: Pending['mapped'] = new Map();
    for (const { vm } of clientVms(this.replayer.model)) {
      const tables = vm.pgtable.tables.reduce((sum, count) => sum + count, 0);
      now.set(vm.uid, { bytes: this.#steps.mappedBytes.get(vm.uid) ?? 0, tables });
    }
    return now;
  }

  /** Writes the record before, which has to end at `until`. */
  #write(until: number): void {
    const pending = this.#pending;
    if (pending === null) return;
    this.#pending = null;
    const begin = Math.max(pending.timeNs, this.#clock);
    const room = Math.max(until - begin, 0);
    const each = Math.max(1, Math.min(STEP_NS, Math.floor(room / (pending.steps.length + 2))));
    const thread = this.#thread(pending.tid);
    let time = begin;
    const flow = pending.steps.some(({ kind }) => kind === 'op') ? ++this.#flows : 0;
    if (pending.shown) {
      this.#writer.begin(thread, time, 'ioctl', pending.name, {
        annotations: {
          record: pending.index,
          call: pending.text,
          'recorded result': pending.recorded,
          'model result': pending.ret ?? 'would block',
        },
        flows: flow === 0 ? [] : [flow],
      });
    }
    pending.steps.forEach((step, i) => {
      time += each;
      const last = !pending.steps
        .slice(i + 1)
        .some(({ kind }) => kind === 'command' || kind === 'map-pages' || kind === 'unmap-pages');
      this.#driver.step(step, time, flow, last);
    });
    time += each;
    this.#driver.endOperation(time);
    for (const [uid, { bytes, tables }] of pending.mapped) {
      this.#count(`VM ${uid}: mapped`, UNIT_SIZE_BYTES, time, bytes);
      this.#count(`VM ${uid}: page-table pages`, UNIT_COUNT, time, tables);
    }
    this.#count('page-table calls under lock', UNIT_COUNT, time, this.#driver.callsUnderLock);
    if (pending.shown) this.#writer.end(thread, time);
    this.#clock = time;
  }

  #count(name: string, unit: number, timeNs: number, value: number): void {
    let counter = this.#counters.get(name);
    if (counter === undefined) {
      counter = { track: this.#writer.counter(name, unit, this.#process), last: Number.NaN };
      this.#counters.set(name, counter);
    }
    if (counter.last === value) return;
    counter.last = value;
    this.#writer.count(counter.track, timeNs, value);
  }

  #thread(tid: number): Track {
    let thread = this.#threads.get(tid);
    if (thread === undefined) {
      thread = this.#writer.thread(PID, tid, tid === 0 ? 'unknown thread' : `thread ${tid}`);
      this.#threads.set(tid, thread);
    }
    return thread;
  }
}
