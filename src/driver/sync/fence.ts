/**
 * Fences: something that will be done, once, with or without an error (struct dma_fence). A timeline's points are
 * fences too (fence-chain.ts).
 *
 * The points of timelines are BigInts, because clients choose them from the whole range of a u64; the numbers of jobs are
 * Numbers, which cost no memory.
 */

/**
 * Called once, when the fence signals, with what it was added with last. It runs inside the caller that signals, so it only takes
 * notes and wakes.
 */
export type FenceCallback = (fence: Fence, mark: number) => void;

const clock: { now: (() => number) | null } = { now: null };

/** Has fences note when they signal (dma_fence_timestamp): which only a server wants. */
export function useFenceClock(now: () => number): void {
  clock.now = now;
}

/** In an object, so that the explorer sees it change. */
const contexts = { next: 1 };

/** dma_fence_context_alloc(): a number that no other sequence of fences has. */
export function allocContext(): number {
  return contexts.next++;
}

/** struct dma_fence. */
export class Fence {
  /** Fences of one context signal in the order of their sequence numbers. */
  readonly context: number;
  readonly seqno: bigint | number;
  /** Who made it: the drm_sched queue of a job's fence, or "stub" (dma_fence_ops.get_timeline_name). */
  readonly timeline: string;
  /** CLOCK_MONOTONIC when it signalled, ns; 0 where the time is not kept (useFenceClock). */
  signaledNs = 0;
  /** 0, or a negative errno; final once the fence has signalled (dma_fence_set_error). */
  error = 0;
  #done = false;
  /** Most fences have one callback, which needs no table. */
  #first: FenceCallback | null = null;
  #mark = 0;
  #others: Map<FenceCallback, number> | null = null;

  constructor(context: number = allocContext(), seqno: bigint | number = 1, timeline = 'stub') {
    this.context = context;
    this.seqno = seqno;
    this.timeline = timeline;
  }

  /** dma_fence_is_signaled(). */
  get signaled(): boolean {
    return this.#done;
  }

  /**
   * Calls `callback` when the fence signals, once however often it was added; at once when it already has
   * (dma_fence_add_callback). `mark`, 0 or above, is handed to it.
   */
  onSignal(callback: FenceCallback, mark = 0): void {
    if (this.#done) callback(this, mark);
    else if (callback === this.#first || (this.#first === null && this.#others === null)) {
      this.#first = callback;
      this.#mark = mark;
    } else {
      this.#others ??= new Map();
      this.#others.set(callback, mark);
    }
  }

  /** What `callback` was added with last; -1 where it was not, or has been called. */
  markOf(callback: FenceCallback): number {
    return callback === this.#first ? this.#mark : (this.#others?.get(callback) ?? -1);
  }

  /** dma_fence_remove_callback(): `callback` is not called any more. */
  removeCallback(callback: FenceCallback): void {
    if (callback === this.#first) this.#first = null;
    else this.#others?.delete(callback);
  }

  /** dma_fence_signal(), with dma_fence_set_error() first where `error` (a negative errno) is given. */
  signal(error = 0): void {
    if (this.#done) return;
    if (error !== 0) this.error = error;
    this.#done = true;
    if (clock.now !== null) this.signaledNs = clock.now();
    const first = this.#first;
    const others = this.#others;
    this.#first = null;
    this.#others = null;
    first?.(this, this.#mark);
    if (others !== null) for (const [callback, mark] of others) callback(this, mark);
  }
}

/** dma_fence_get_stub(): a fence that has signalled already. */
export function stubFence(): Fence {
  const fence = new Fence();
  fence.signal();
  return fence;
}

/** struct dma_fence_array without signal_on_any: done when all of its fences are, with the first error among them. */
export class FenceArray extends Fence {
  readonly fences: readonly Fence[];
  #pending: number;

  constructor(fences: readonly Fence[]) {
    super();
    this.fences = fences;
    const different = new Set(fences);
    this.#pending = different.size;
    if (this.#pending === 0) this.signal();
    for (const fence of different) fence.onSignal(this.#oneDone);
  }

  readonly #oneDone = (fence: Fence): void => {
    if (this.error === 0) this.error = fence.error;
    if (--this.#pending === 0) this.signal();
  };
}
