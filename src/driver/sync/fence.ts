/**
 * Fences: something that will be done, once, with or without an error (struct dma_fence). A timeline's points are
 * fences too (fence-chain.ts).
 *
 * Sequence numbers are BigInts, because clients choose the points of timelines from the whole range of a u64.
 */

/** Called once, when the fence signals. It runs inside the caller that signals, so it only takes notes and wakes. */
export type FenceCallback = (fence: Fence) => void;

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
  readonly seqno: bigint;
  /** Who made it: the drm_sched queue of a job's fence, or "stub" (dma_fence_ops.get_timeline_name). */
  readonly timeline: string;
  /** CLOCK_MONOTONIC when it signalled, ns; 0 where the time is not kept (useFenceClock). */
  signaledNs = 0;
  /** 0, or a negative errno; final once the fence has signalled (dma_fence_set_error). */
  error = 0;
  #done = false;
  /** The first callback, and those after it: most fences have one. */
  #callback: FenceCallback | null = null;
  #others: Set<FenceCallback> | null = null;

  constructor(context: number = allocContext(), seqno: bigint = 1n, timeline = 'stub') {
    this.context = context;
    this.seqno = seqno;
    this.timeline = timeline;
  }

  /** dma_fence_is_signaled(). */
  get signaled(): boolean {
    return this.#done;
  }

  /** Calls `callback` when the fence signals, once however often it was added; at once when it already has (dma_fence_add_callback). */
  onSignal(callback: FenceCallback): void {
    if (this.#done) callback(this);
    else if (this.#callback === null && this.#others === null) this.#callback = callback;
    else if (callback !== this.#callback) {
      this.#others ??= new Set();
      this.#others.add(callback);
    }
  }

  /** dma_fence_remove_callback(): `callback` is not called any more. */
  removeCallback(callback: FenceCallback): void {
    if (callback === this.#callback) this.#callback = null;
    else this.#others?.delete(callback);
  }

  /** dma_fence_signal(), with dma_fence_set_error() first where `error` (a negative errno) is given. */
  signal(error = 0): void {
    if (this.#done) return;
    if (error !== 0) this.error = error;
    this.#done = true;
    if (clock.now !== null) this.signaledNs = clock.now();
    const first = this.#callback;
    const others = this.#others;
    this.#callback = null;
    this.#others = null;
    if (first !== null) first(this);
    if (others !== null) for (const callback of others) callback(this);
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
