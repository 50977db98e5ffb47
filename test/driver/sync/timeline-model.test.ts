import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Fence } from '../../../src/driver/sync/fence.ts';
import { lastSignaled } from '../../../src/driver/sync/fence-chain.ts';
import { Syncobj } from '../../../src/driver/sync/syncobj.ts';

/**
 * A timeline as the documentation describes it, without links: all points ever added, in order. What is done never
 * changes back, so nothing ever has to be forgotten.
 */
class NaiveTimeline {
  readonly points: { value: bigint; start: boolean; fence: Fence }[] = [];

  add(value: bigint, fence: Fence): void {
    const top = this.points.at(-1);
    // A point that is not above the top one begins anew, and never lies below it.
    const start = top === undefined || value <= top.value;
    this.points.push({
      value: start && top !== undefined && top.value > value ? top.value : value,
      start,
      fence,
    });
  }

  /** Whether the points up to index `i` are done. */
  done(i: number): boolean {
    return this.points.slice(0, i + 1).every(({ fence }) => fence.signaled);
  }

  /** Index of the run of points that the top one belongs to. */
  runStart(): number {
    return this.points.findLastIndex(({ start }) => start);
  }

  /** Index of the point that a wait for `value` ends with, or -1. */
  find(value: bigint): number {
    const top = this.points.at(-1);
    if (top === undefined || top.value < value) return -1;
    const from = this.runStart();
    return this.points.findIndex((point, i) => i >= from && point.value >= value);
  }

  /**
   * What a query says: the last point before the first unfinished one of the top run. Only for the top point itself does
   * it look at what came before the run, so a run of finished points counts although an older one is pending.
   */
  reached(): bigint {
    const last = this.points.length - 1;
    if (last < 0) return 0n;
    const from = this.runStart();
    let i = this.points.findIndex(({ fence }, at) => at >= from && !fence.signaled);
    if (i < 0) i = last;
    if (this.done(i)) return this.points[i].value;
    return i > from ? this.points[i - 1].value : 0n;
  }
}

const step = fc.oneof(
  fc.record({ kind: fc.constant('add' as const), value: fc.bigInt({ min: 1n, max: 12n }) }),
  fc.record({ kind: fc.constant('signal' as const), index: fc.nat(20) }),
  fc.record({ kind: fc.constant('wait' as const), value: fc.bigInt({ min: 1n, max: 13n }) }),
);

test('timelines agree with a list of points, whatever is added, done and waited for', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const syncobj = new Syncobj();
      const naive = new NaiveTimeline();
      const fences: Fence[] = [];
      const waits: { fence: Fence; index: number; woken: boolean }[] = [];
      for (const one of steps) {
        if (one.kind === 'add') {
          const fence = new Fence();
          fences.push(fence);
          syncobj.addPoint(fence, one.value);
          naive.add(one.value, fence);
        } else if (one.kind === 'signal') {
          fences[one.index]?.signal();
        } else {
          const found = syncobj.lookup(one.value);
          const index = naive.find(one.value);
          expect(found === undefined).toBe(index < 0);
          if (found === undefined) continue;
          expect(found.signaled).toBe(naive.done(index));
          const wait = { fence: found, index, woken: false };
          found.onSignal(() => {
            wait.woken = true;
          });
          waits.push(wait);
        }
        for (const { fence, index, woken } of waits) {
          expect(fence.signaled).toBe(naive.done(index));
          expect(woken).toBe(naive.done(index));
        }
        expect(lastSignaled(syncobj.fence, false)).toBe(naive.reached());
        expect(lastSignaled(syncobj.fence, true)).toBe(naive.points.at(-1)?.value ?? 0n);
      }
    }),
    { numRuns: 3000 },
  );
});
