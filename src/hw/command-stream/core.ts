/** What the instructions of all queues share. */
import type { StreamMemory, StreamOp } from './stream-memory.ts';
import type { StreamQueue } from './stream-queue.ts';

/** Clocks of the GPU, as STORE_STATE stores them. */
export interface GpuClock {
  /** GPU_TIMESTAMP: ticks of the system counter. */
  timestamp(): number;
  /** GPU_CYCLE_COUNT */
  cycles(): number;
}

/** What the firmware tells the driver (events in CSG and CS interfaces), and others who want to know. */
export interface StreamEvents {
  /** CSG_SYNC_UPDATE: a SYNC_ADD or SYNC_SET with system scope has been done. */
  syncUpdate(queue: StreamQueue): void;
  /** CS_FAULT: the stream goes on. */
  fault(queue: StreamQueue, type: number): void;
  /** CS_FATAL: the queue has ended; `info` is an address in bytes. */
  fatal(queue: StreamQueue, type: number, info: number): void;
  /** `queue.blocked` has changed. */
  blocked(queue: StreamQueue): void;
  /** Work for shader cores, the tiler or the fragment hardware was retired without being done. */
  unshaded(opcode: number): void;
  /** LATEST_FLUSH_ID has changed. */
  flushed(id: number): void;
}

/** Counters of a tiler heap: cs_heap_vt_start, _vt_end and _frag_end of struct panthor_fw_cs_output_iface. */
export interface HeapCounters {
  vtStart: number;
  vtEnd: number;
  fragEnd: number;
}

/** Bits of a flush id (LATEST_FLUSH_ID; panthor_job_create() refuses others but the topmost). */
const FLUSH_ID_MASK = 0xffffff;

export class Core {
  readonly memory: StreamMemory;
  readonly clock: GpuClock;
  readonly events: StreamEvents;
  /** Counts changes of memory, progress and whatever else a blocked queue may wait for. */
  changes = 1;
  /** Instructions executed. */
  instructions = 0;
  /** LATEST_FLUSH_ID */
  flushId = 0;
  readonly #heaps = new WeakMap<object, Map<number, HeapCounters>>();

  constructor(memory: StreamMemory, clock: GpuClock, events: StreamEvents) {
    this.memory = memory;
    this.clock = clock;
    this.events = events;
  }

  /** Writes a word; queues that wait for memory have another look. */
  *store32(va: number, value: number): StreamOp<void> {
    yield* this.memory.store32(va, value);
    this.changes++;
  }

  /** Adds to a word or, where it is `wide`, to two of them. */
  *atomicAdd(va: number, lo: number, hi: number, wide: boolean): StreamOp<void> {
    yield* this.memory.atomicAdd(va, lo, hi, wide);
    this.changes++;
  }

  /** The counters of the heap whose context is at `va` in the queue's address space. */
  heapCounters(queue: StreamQueue, va: number): HeapCounters {
    const { space } = queue.group;
    let heaps = this.#heaps.get(space);
    if (heaps === undefined) {
      heaps = new Map();
      this.#heaps.set(space, heaps);
    }
    let counters = heaps.get(va);
    if (counters === undefined) {
      counters = { vtStart: 0, vtEnd: 0, fragEnd: 0 };
      heaps.set(va, counters);
    }
    return counters;
  }

  /** A cache flush that was asked for when `since` was LATEST_FLUSH_ID: it is done unless there was one since then. */
  flush(since: number): void {
    const age = (this.flushId - since) & FLUSH_ID_MASK;
    if (age > 0 && age <= FLUSH_ID_MASK >> 1) return;
    this.flushId = (this.flushId + 1) & FLUSH_ID_MASK;
    this.events.flushed(this.flushId);
  }

  /** One of the queue's tasks asked to be counted (progress_increment). */
  countProgress(queue: StreamQueue): void {
    if (++queue.progress[0] === 0x100000000) queue.progress[1]++;
    this.changes++;
  }
}
