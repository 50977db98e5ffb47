import { describe, expect, test } from 'vitest';
import { Fence, FenceArray, stubFence } from '../../../src/driver/sync/fence.ts';
import { FenceChain, findSeqno, lastSignaled, unwrapMerge } from '../../../src/driver/sync/fence-chain.ts';

describe('a fence', () => {
  test('calls back once, with its error', () => {
    const fence = new Fence();
    const errors: number[] = [];
    fence.onSignal((done) => errors.push(done.error));
    fence.signal(-125);
    fence.signal(-22);
    expect(errors).toEqual([-125]);
    expect(fence.error).toBe(-125);
  });

  test('calls back at once when it has signalled before', () => {
    let called = false;
    stubFence().onSignal(() => {
      called = true;
    });
    expect(called).toBe(true);
  });

  test('calls each callback once, in order, with the mark that it was added with last', () => {
    const fence = new Fence();
    const called: string[] = [];
    const [a, b, c] = ['a', 'b', 'c'].map(
      (name) => (_: Fence, mark: number) => called.push(`${name}${mark}`),
    );
    for (const [callback, mark] of [
      [a, 1],
      [b, 2],
      [a, 3],
      [c, 4],
      [b, 5],
    ] as const)
      fence.onSignal(callback, mark);
    expect([a, b, c].map((callback) => fence.markOf(callback))).toEqual([3, 5, 4]);
    fence.removeCallback(a);
    fence.onSignal(a, 6);
    expect(fence.markOf(a)).toBe(6);
    fence.signal();
    expect(called).toEqual(['b5', 'c4', 'a6']);
    expect(fence.markOf(b)).toBe(-1);
  });

  test('does not call a callback that was removed', () => {
    const fence = new Fence();
    const callback = (): void => {
      throw new Error('called');
    };
    fence.onSignal(callback);
    fence.removeCallback(callback);
    fence.signal();
    expect(fence.signaled).toBe(true);
  });
});

test('an array of fences is done with the last of them and has the first error', () => {
  const [a, b, c] = [new Fence(), new Fence(), new Fence()];
  const all = new FenceArray([a, b, c]);
  b.signal(-22);
  a.signal(-125);
  expect(all.signaled).toBe(false);
  c.signal();
  expect(all.signaled).toBe(true);
  expect(all.error).toBe(-22);
});

describe('a timeline', () => {
  const timeline = (...points: [bigint, Fence][]): FenceChain =>
    points.reduce<FenceChain | null>(
      (prev, [point, fence]) => new FenceChain(prev, fence, point),
      null,
    ) as FenceChain;

  test('signals a point only when everything before it is done', () => {
    const [one, two] = [new Fence(), new Fence()];
    const head = timeline([1n, one], [2n, two]);
    let woken = 0;
    head.onSignal(() => woken++);
    two.signal();
    expect([head.signaled, woken]).toEqual([false, 0]);
    one.signal();
    expect([head.signaled, woken]).toEqual([true, 1]);
  });

  test('finds the fence of a point between two submitted ones at the later one', () => {
    const head = timeline([10n, new Fence()], [20n, new Fence()]);
    expect(findSeqno(head, 15n)).toBe(head);
    expect(findSeqno(head, 10n)).toBe(head.prev);
    expect(findSeqno(head, 21n)).toBeUndefined();
  });

  test('says null for a point that is done and was passed by', () => {
    const [one, two] = [stubFence(), new Fence()];
    const head = timeline([1n, one], [2n, two]);
    expect(findSeqno(head, 1n)).toBeNull();
    expect(findSeqno(head, 2n)).toBe(head);
  });

  test('going backwards starts over without losing the highest value', () => {
    const head = timeline([10n, new Fence()], [5n, new Fence()]);
    expect(head.seqno).toBe(10n);
    expect(head.context).not.toBe(head.prev?.context);
    // Everything up to 10 is found at the new link, which waits for what came before all the same.
    expect(findSeqno(head, 3n)).toBe(head);
  });

  test('going backwards behind unfinished points makes the query forget how far it was', () => {
    const head = timeline([10n, stubFence()], [20n, new Fence()], [15n, new Fence()]);
    expect(lastSignaled(head.prev, false)).toBe(10n);
    expect(lastSignaled(head, false)).toBe(0n);
    expect(lastSignaled(head, true)).toBe(20n);
  });

  test('has an exact value for points that a Number cannot hold', () => {
    const head = timeline([2n ** 64n - 2n, stubFence()]);
    expect(lastSignaled(head, false)).toBe(2n ** 64n - 2n);
    expect(findSeqno(head, 2n ** 64n - 1n)).toBeUndefined();
  });

  test('merges into the fences that are pending, one for each context', () => {
    const [a, b] = [new Fence(7, 1n), new Fence(7, 2n)];
    expect(unwrapMerge(timeline([1n, a], [2n, b]))).toBe(b);
    const c = new Fence();
    const merged = unwrapMerge(timeline([1n, a], [2n, c]));
    expect(merged).toBeInstanceOf(FenceArray);
    a.signal();
    c.signal();
    expect(merged.signaled).toBe(true);
    expect(unwrapMerge(timeline([1n, a])).signaled).toBe(true);
  });

  test('of thirty thousand points needs no stack', () => {
    const fences = Array.from({ length: 30_000 }, () => new Fence());
    const head = timeline(...fences.map((fence, i): [bigint, Fence] => [BigInt(i + 1), fence]));
    let woken = false;
    head.onSignal(() => {
      woken = true;
    });
    for (const fence of fences) fence.signal();
    expect(woken).toBe(true);
  });
});
