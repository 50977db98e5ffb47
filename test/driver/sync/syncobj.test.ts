import { describe, expect, test } from 'vitest';
import { Fence, stubFence } from '../../../src/driver/sync/fence.ts';
import { Syncobj } from '../../../src/driver/sync/syncobj.ts';
import { EINVAL } from '../../../uapi/errno.ts';
import { TestClient } from '../client.ts';
import { type Buffer, u32s, u64s } from '../ioctl/arguments.ts';

/** Signals points of a timeline, one call for each. */
function signal(c: TestClient, handle: number, ...points: (number | bigint)[]): void {
  for (const point of points) {
    expect(
      c.call('SYNCOBJ_TIMELINE_SIGNAL', { handles: u32s(handle), points: u64s(point), count_handles: 1 }),
    ).toBe(0);
  }
}

function query(c: TestClient, handles: number[], flags = 0): bigint[] {
  const points: Buffer = u64s(...handles.map(() => 99));
  expect(
    c.call('SYNCOBJ_QUERY', { handles: u32s(...handles), points, count_handles: handles.length, flags }),
  ).toBe(0);
  return handles.map((_, i) => c.buffer(points).getBigUint64(i * 8, true));
}

test('handles are the lowest free ones', () => {
  const c = new TestClient();
  for (const handle of [1, 2, 3]) expect(c.make('SYNCOBJ_CREATE', {}, 'handle')).toBe(handle);
  expect(c.call('SYNCOBJ_DESTROY', { handle: 2 })).toBe(0);
  expect(c.make('SYNCOBJ_CREATE', {}, 'handle')).toBe(2);
});

describe('a binary syncobj', () => {
  test('has a fence when it was created signalled, after a signal, and none after a reset', () => {
    const c = new TestClient();
    c.make('SYNCOBJ_CREATE', { flags: 1 }, 'handle');
    c.make('SYNCOBJ_CREATE', {}, 'handle');
    const there = (): boolean[] =>
      [1, 2].map((handle) => c.file.syncobjs.get(handle)?.fence?.signaled === true);
    expect(there()).toEqual([true, false]);
    expect(c.call('SYNCOBJ_SIGNAL', { handles: u32s(1, 2), count_handles: 2 })).toBe(0);
    expect(there()).toEqual([true, true]);
    expect(c.call('SYNCOBJ_RESET', { handles: u32s(1, 2), count_handles: 2 })).toBe(0);
    expect(there()).toEqual([false, false]);
  });

  test('is 0 for a query', () => {
    const c = new TestClient();
    c.make('SYNCOBJ_CREATE', { flags: 1 }, 'handle');
    c.make('SYNCOBJ_CREATE', {}, 'handle');
    expect(query(c, [1, 2])).toEqual([0n, 0n]);
  });
});

describe('a timeline', () => {
  test('reaches the points that are signalled, exact to 64 bits', () => {
    const c = new TestClient();
    c.make('SYNCOBJ_CREATE', {}, 'handle');
    signal(c, 1, 3, 2n ** 53n + 1n, 2n ** 64n - 1n);
    expect(query(c, [1])).toEqual([2n ** 64n - 1n]);
  });

  test('stands at its last done point, while submissions are further', () => {
    const c = new TestClient();
    c.make('SYNCOBJ_CREATE', {}, 'handle');
    signal(c, 1, 4);
    const fence = new Fence();
    c.file.syncobjs.get(1)?.addPoint(fence, 7n);
    signal(c, 1, 9);
    expect([query(c, [1]), query(c, [1], 1)]).toEqual([[4n], [9n]]);
    fence.signal();
    expect(query(c, [1])).toEqual([9n]);
  });

  test('takes NULL points for zeros', () => {
    const c = new TestClient();
    c.make('SYNCOBJ_CREATE', {}, 'handle');
    expect(c.call('SYNCOBJ_TIMELINE_SIGNAL', { handles: u32s(1), count_handles: 1 })).toBe(0);
    expect(query(c, [1], 1)).toEqual([0n]);
  });

  test('writes the results of a query up to the one that has no room', () => {
    const c = new TestClient();
    c.make('SYNCOBJ_CREATE', {}, 'handle');
    c.make('SYNCOBJ_CREATE', {}, 'handle');
    signal(c, 1, 5);
    const points = u64s(0);
    expect(c.call('SYNCOBJ_QUERY', { handles: u32s(1, 2), points, count_handles: 2 })).toBe(-14);
    expect(c.buffer(points).getBigUint64(0, true)).toBe(5n);
  });
});

describe('a transfer', () => {
  test('puts the fence of a point into a binary syncobj', () => {
    const c = new TestClient();
    for (const handle of [1, 2]) expect(c.make('SYNCOBJ_CREATE', {}, 'handle')).toBe(handle);
    const fence = new Fence();
    c.file.syncobjs.get(1)?.addPoint(fence, 5n);
    expect(c.call('SYNCOBJ_TRANSFER', { src_handle: 1, src_point: 5, dst_handle: 2 })).toBe(0);
    expect(c.file.syncobjs.get(2)?.fence?.signaled).toBe(false);
    fence.signal();
    expect(c.file.syncobjs.get(2)?.fence?.signaled).toBe(true);
  });

  test('of a binary syncobj makes a point of a timeline', () => {
    const c = new TestClient();
    for (const handle of [1, 2]) expect(c.make('SYNCOBJ_CREATE', {}, 'handle')).toBe(handle);
    const fence = new Fence();
    c.file.syncobjs.get(1)?.replaceFence(fence);
    expect(c.call('SYNCOBJ_TRANSFER', { src_handle: 1, dst_handle: 2, dst_point: 6 })).toBe(0);
    expect(query(c, [2])).toEqual([0n]);
    fence.signal();
    expect(query(c, [2])).toEqual([6n]);
  });

  test('of a point that is done takes a fence that is done', () => {
    const c = new TestClient();
    for (const handle of [1, 2]) expect(c.make('SYNCOBJ_CREATE', {}, 'handle')).toBe(handle);
    signal(c, 1, 5);
    c.file.syncobjs.get(1)?.addPoint(new Fence(), 8n);
    expect(c.call('SYNCOBJ_TRANSFER', { src_handle: 1, src_point: 2, dst_handle: 2, dst_point: 1 })).toBe(0);
    expect(query(c, [2])).toEqual([1n]);
    expect(c.call('SYNCOBJ_TRANSFER', { src_handle: 1, src_point: 9, dst_handle: 2 })).toBe(-EINVAL);
  });
});

describe('watchers of a syncobj', () => {
  const watcher = (name: string, told: string[], content: number) => {
    let asked = 0;
    return {
      submitted: () => {
        told.push(name);
        return ++asked === content;
      },
      dropped: () => told.push(`${name} dropped`),
    };
  };

  test('are asked in order, each until it is content, and the rest hears of the end', () => {
    const syncobj = new Syncobj();
    const told: string[] = [];
    const [a, b, c] = [watcher('a', told, 1), watcher('b', told, 2), watcher('c', told, 9)];
    for (const [mark, one] of [a, b, c].entries()) syncobj.watch(one, mark);
    syncobj.watch(a, 7);
    expect([a, b, c].map((one) => syncobj.markOf(one))).toEqual([7, 1, 2]);
    for (let i = 0; i < 3; i++) syncobj.replaceFence(stubFence());
    expect(told.splice(0)).toEqual(['a', 'b', 'c', 'b', 'c', 'c']);
    expect([a, b, c].map((one) => syncobj.unwatch(one))).toEqual([false, false, true]);
    for (const one of [a, b, c]) syncobj.watch(one);
    expect(syncobj.unwatch(b)).toBe(true);
    syncobj.put();
    expect(told).toEqual(['a dropped', 'c dropped']);
  });
});
