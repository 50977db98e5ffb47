import { allocContext, Fence, FenceArray, type FenceCallback, stubFence } from './fence.ts';

/**
 * Timelines: a linked list of fences, newest first (struct dma_fence_chain). A link is done when its own fence and
 * everything before it are, so points signal in order whatever their fences do.
 *
 * Links that are done are removed by each walk that passes them. Only what walks see decides, so the cutting can be
 * observed: an old point is found as "signalled" (null) once it has been cut out.
 */
export class FenceChain extends Fence {
  declare readonly seqno: bigint;
  /** The link or fence before this one; null once everything before is done, or for the first point. */
  prev: Fence | null;
  /** What this point waits for (dma_fence_chain_contained). */
  readonly fence: Fence;
  /** The highest point that was there before in the same context; 0 where this link started a new one. */
  readonly prevSeqno: bigint;
  #waiting = false;
  /** What waits for pending fences; made for links that are waited for. */
  #armed: FenceCallback | null = null;
  #done = false;

  /** dma_fence_chain_init(). A point that does not lie after `prev` starts a context of its own. */
  constructor(prev: Fence | null, fence: Fence, point: bigint) {
    const before = prev instanceof FenceChain ? prev : null;
    const continues = before !== null && point > before.seqno;
    // "Make sure that we always have a valid sequence number": going backwards never lowers the value.
    const seqno = !continues && before !== null && before.seqno > point ? before.seqno : point;
    super(continues ? before.context : allocContext(), seqno);
    this.prev = prev;
    this.fence = fence;
    this.prevSeqno = continues ? before.seqno : 0n;
  }

  /** dma_fence_chain_signaled(): whether the fences of this link and of all links before it have signalled. */
  override get signaled(): boolean {
    if (!this.#done) this.#done = this.#firstPending() === null;
    return this.#done;
  }

  override onSignal(callback: FenceCallback, mark = 0): void {
    if (this.signaled) {
      callback(this, mark);
      return;
    }
    super.onSignal(callback, mark);
    if (!this.#waiting) this.#arm();
  }

  /** dma_fence_chain_enable_signaling(): waits for one pending fence after the other, from the newest link back. */
  #arm(): void {
    const pending = this.#firstPending();
    this.#waiting = pending !== null;
    if (pending !== null) {
      this.#armed ??= () => this.#arm();
      pending.onSignal(this.#armed);
      return;
    }
    this.#done = true;
    super.signal();
  }

  #firstPending(): Fence | null {
    for (let link: Fence | null = this; link !== null; link = chainWalk(link)) {
      const fence = contained(link);
      if (!fence.signaled) return fence;
    }
    return null;
  }
}

/** dma_fence_chain_contained(): the fence inside a link, or the fence itself. */
export function contained(fence: Fence): Fence {
  return fence instanceof FenceChain ? fence.fence : fence;
}

/** dma_fence_chain_walk(): the link before `fence`, after those whose fence is done have been cut out. */
export function chainWalk(fence: Fence): Fence | null {
  if (!(fence instanceof FenceChain)) return null;
  for (;;) {
    const prev = fence.prev;
    if (prev === null || !contained(prev).signaled) return prev;
    fence.prev = prev instanceof FenceChain ? prev.prev : null;
  }
}

/**
 * dma_fence_chain_find_seqno(): what to wait for to see `point` reached.
 *
 * @returns a fence; null when the point is done and gone; undefined when it is not submitted (EINVAL)
 */
export function findSeqno(fence: Fence, point: bigint): Fence | null | undefined {
  if (point === 0n) return fence;
  if (!(fence instanceof FenceChain) || fence.seqno < point) return undefined;
  let link: Fence | null = fence;
  while (link !== null) {
    if (link.context !== fence.context || (link as FenceChain).prevSeqno < point) break;
    link = chainWalk(link);
  }
  return link;
}

/** dma_fence_unwrap_for_each(): the plain fences inside chains and arrays. */
export function unwrapped(fence: Fence): Fence[] {
  const fences: Fence[] = [];
  for (let link: Fence | null = fence; link !== null; link = chainWalk(link)) {
    const inner = contained(link);
    if (inner instanceof FenceArray) fences.push(...inner.fences);
    else fences.push(inner);
  }
  return fences;
}

/** dma_fence_unwrap_merge(): one fence that stands for all pending ones inside, at most one for each context. */
export function unwrapMerge(...fences: readonly Fence[]): Fence {
  const latest = new Map<number, Fence>();
  for (const inner of fences.flatMap(unwrapped)) {
    const other = latest.get(inner.context);
    if (!inner.signaled && (other === undefined || inner.seqno > other.seqno))
      latest.set(inner.context, inner);
  }
  const pending = [...latest.values()];
  if (pending.length === 0) return stubFence();
  return pending.length === 1 ? pending[0] : new FenceArray(pending);
}

/**
 * How far a timeline is (drm_syncobj_query_ioctl()): its last point whose fence and all fences before it are done, or
 * the last point at all when `submitted` is asked for; 0 for what is no timeline.
 */
export function lastSignaled(fence: Fence | null, submitted: boolean): bigint {
  if (!(fence instanceof FenceChain)) return 0n;
  if (submitted) return fence.seqno;
  let last: FenceChain = fence;
  for (
    let link: Fence | null = fence;
    link !== null && link.context === fence.context;
    link = chainWalk(link)
  ) {
    last = link as FenceChain;
  }
  return last.signaled ? last.seqno : last.prevSeqno;
}
