import { describe, expect, test } from 'vitest';
import { run } from '../../../src/coroutine/op.ts';
import { BLOCKED } from '../../../src/driver/ioctl/drv.ts';
import { Fence, stubFence } from '../../../src/driver/sync/fence.ts';
import type { Syncobj } from '../../../src/driver/sync/syncobj.ts';
import { DRM_IOCTL_SYNCOBJ_WAIT } from '../../../uapi/drm.ts';
import { EINTR, ETIME } from '../../../uapi/errno.ts';
import { TestClient } from '../client.ts';
import { u32s, u64s } from '../ioctl/arguments.ts';

const ALL = 1;
const FOR_SUBMIT = 2;
const AVAILABLE = 4;
const FOREVER = 2n ** 63n - 1n;
const NONE = 0xffffffff;

/** A client with syncobjs 1 to 4, and a call that waits for some of them. */
class Waiter {
  readonly c = new TestClient();
  /** What the blocked call returned, once it has. */
  ret: number | undefined;

  constructor() {
    for (let i = 0; i < 4; i++) this.c.make('SYNCOBJ_CREATE', {}, 'handle');
  }

  syncobj(handle: number): Syncobj {
    return this.c.file.syncobjs.get(handle) as Syncobj;
  }

  wait(handles: number[], flags: number, timeout: number | bigint = FOREVER): number {
    const ret = this.c.call('SYNCOBJ_WAIT', {
      handles: u32s(...handles),
      count_handles: handles.length,
      flags,
      timeout_nsec: timeout,
    });
    this.#follow(ret);
    return ret;
  }

  waitPoints(
    handles: number[],
    points: (number | bigint)[],
    flags: number,
    timeout: number | bigint = FOREVER,
  ): number {
    const ret = this.c.call('SYNCOBJ_TIMELINE_WAIT', {
      handles: u32s(...handles),
      points: u64s(...points),
      count_handles: handles.length,
      flags,
      timeout_nsec: timeout,
    });
    this.#follow(ret);
    return ret;
  }

  #follow(ret: number): void {
    if (ret !== BLOCKED) return;
    this.c.file.blocked?.onComplete((result) => {
      this.ret = result;
    });
  }

  get first(): number {
    return this.c.out('SYNCOBJ_WAIT', 'first_signaled');
  }
}

describe('waiting for binary syncobjs', () => {
  test('returns at once when one of several is there, and says which', () => {
    const w = new Waiter();
    w.syncobj(1).replaceFence(new Fence());
    w.syncobj(2).replaceFence(new Fence());
    w.syncobj(2).fence?.signal();
    expect(w.wait([1, 2], 0)).toBe(0);
    expect(w.first).toBe(1);
  });

  test('blocks until one of several is signalled, and says which', () => {
    const w = new Waiter();
    const fences = [new Fence(), new Fence()];
    fences.forEach((fence, i) => {
      w.syncobj(i + 1).replaceFence(fence);
    });
    expect(w.wait([1, 2], 0)).toBe(BLOCKED);
    expect(w.ret).toBeUndefined();
    fences[1].signal();
    expect([w.ret, w.first]).toEqual([0, 1]);
  });

  test('for all blocks until the last, and names what was there at first, if anything', () => {
    for (const early of [true, false]) {
      const w = new Waiter();
      const fences = [new Fence(), new Fence()];
      fences.forEach((fence, i) => {
        w.syncobj(i + 1).replaceFence(fence);
      });
      if (early) fences[1].signal();
      expect(w.wait([1, 2], ALL)).toBe(BLOCKED);
      fences[1].signal();
      expect(w.ret).toBeUndefined();
      fences[0].signal();
      expect([w.ret, w.first]).toEqual([0, early ? 1 : NONE]);
    }
  });

  test('does not see an error of a fence', () => {
    const w = new Waiter();
    const fence = new Fence();
    w.syncobj(1).replaceFence(fence);
    expect(w.wait([1], 0)).toBe(BLOCKED);
    fence.signal(-125);
    expect(w.ret).toBe(0);
  });

  test('for submit blocks until there is a fence and that is done', () => {
    const w = new Waiter();
    expect(w.wait([1], FOR_SUBMIT)).toBe(BLOCKED);
    const fence = new Fence();
    w.syncobj(1).replaceFence(fence);
    expect(w.ret).toBeUndefined();
    fence.signal();
    expect([w.ret, w.first]).toEqual([0, 0]);
  });

  test('goes on with the fence that it found first, although the syncobj gets another', () => {
    const w = new Waiter();
    const old = new Fence();
    w.syncobj(1).replaceFence(old);
    expect(w.wait([1], 0)).toBe(BLOCKED);
    w.syncobj(1).replaceFence(null);
    expect(w.c.call('SYNCOBJ_SIGNAL', { handles: u32s(1), count_handles: 1 })).toBe(0);
    expect(w.ret).toBeUndefined();
    old.signal();
    expect(w.ret).toBe(0);
  });

  test('outlives the handle', () => {
    const w = new Waiter();
    const syncobj = w.syncobj(1);
    expect(w.wait([1], FOR_SUBMIT)).toBe(BLOCKED);
    expect(w.c.call('SYNCOBJ_DESTROY', { handle: 1 })).toBe(0);
    const fence = new Fence();
    syncobj.replaceFence(fence);
    fence.signal();
    expect(w.ret).toBe(0);
    expect(syncobj.refs).toBe(0);
  });

  test('of nothing is over', () => {
    expect(new Waiter().wait([], ALL)).toBe(0);
  });
});

describe('a deadline', () => {
  test('that passes ends the wait with ETIME when the clock is looked at', () => {
    const w = new Waiter();
    w.c.clock.ns = 1000;
    expect(w.wait([1], FOR_SUBMIT, 5000)).toBe(BLOCKED);
    expect(w.c.drv.nextDeadlineNs).toBe(5000);
    w.c.clock.ns = 4999;
    run(w.c.drv.poll());
    expect(w.ret).toBeUndefined();
    w.c.clock.ns = 5000;
    run(w.c.drv.poll());
    expect(w.ret).toBe(-ETIME);
    expect(w.c.drv.nextDeadlineNs).toBe(Number.POSITIVE_INFINITY);
  });

  test('of 0 only looks', () => {
    const w = new Waiter();
    w.syncobj(1).replaceFence(new Fence());
    expect(w.wait([1], 0, 0)).toBe(-ETIME);
    w.syncobj(1).fence?.signal();
    expect(w.wait([1], 0, 0)).toBe(0);
  });

  test('does nothing to a wait that is over', () => {
    const w = new Waiter();
    expect(w.wait([1], FOR_SUBMIT, 2e9)).toBe(BLOCKED);
    w.syncobj(1).replaceFence(new Fence());
    w.syncobj(1).fence?.signal();
    w.c.clock.ns = 3e9;
    run(w.c.drv.poll());
    expect(w.ret).toBe(0);
  });
});

test('a signal interrupts a wait, which then holds nothing any more', () => {
  const w = new Waiter();
  w.syncobj(2).replaceFence(new Fence());
  expect(w.wait([1, 2], FOR_SUBMIT)).toBe(BLOCKED);
  w.c.file.blocked?.cancel();
  expect(w.ret).toBe(-EINTR);
  expect([w.syncobj(1).refs, w.syncobj(2).refs]).toEqual([1, 1]);
  expect(w.c.drv.blockedCalls.size).toBe(0);
  w.c.call('SYNCOBJ_SIGNAL', { handles: u32s(1), count_handles: 1 });
  expect(w.ret).toBe(-EINTR);
});

describe('waiting for points', () => {
  test('blocks until everything up to the point is done', () => {
    const w = new Waiter();
    const fences = [new Fence(), new Fence(), new Fence()];
    fences.forEach((fence, i) => {
      w.syncobj(1).addPoint(fence, BigInt(i + 1));
    });
    expect(w.waitPoints([1], [2], ALL)).toBe(BLOCKED);
    fences[1].signal();
    fences[2].signal();
    expect(w.ret).toBeUndefined();
    fences[0].signal();
    expect(w.ret).toBe(0);
  });

  test('for submit blocks until the point or a later one is submitted, and everything up to it is done', () => {
    const w = new Waiter();
    const [four, nine] = [new Fence(), new Fence()];
    expect(w.waitPoints([1], [5], ALL | FOR_SUBMIT)).toBe(BLOCKED);
    w.syncobj(1).addPoint(four, 4n);
    w.syncobj(1).addPoint(nine, 9n);
    nine.signal();
    expect(w.ret).toBeUndefined();
    four.signal();
    expect(w.ret).toBe(0);
  });

  test('to be available returns as soon as all are submitted', () => {
    const w = new Waiter();
    expect(w.waitPoints([1, 2], [1, 1], ALL | FOR_SUBMIT | AVAILABLE, 0)).toBe(-ETIME);
    expect(w.waitPoints([1, 2], [1, 1], ALL | FOR_SUBMIT | AVAILABLE)).toBe(BLOCKED);
    w.syncobj(1).addPoint(new Fence(), 1n);
    expect(w.ret).toBeUndefined();
    w.syncobj(2).addPoint(new Fence(), 3n);
    expect(w.ret).toBe(0);
    expect(w.waitPoints([1, 2], [1, 2], ALL | FOR_SUBMIT | AVAILABLE, 0)).toBe(0);
  });

  test('mixes with points that are done and gone', () => {
    const w = new Waiter();
    w.c.call('SYNCOBJ_TIMELINE_SIGNAL', { handles: u32s(1), points: u64s(5), count_handles: 1 });
    w.syncobj(1).addPoint(new Fence(), 8n);
    expect(w.waitPoints([1], [3], ALL, 0)).toBe(0);
    expect(w.waitPoints([1], [6], ALL, 0)).toBe(-ETIME);
  });
});

describe('a transfer for submit', () => {
  test('blocks until its source has a fence, and then copies it', () => {
    const w = new Waiter();
    const ret = w.c.call('SYNCOBJ_TRANSFER', { src_handle: 1, dst_handle: 2, flags: FOR_SUBMIT });
    expect(ret).toBe(BLOCKED);
    let result: number | undefined;
    w.c.file.blocked?.onComplete((value) => {
      result = value;
    });
    const fence = new Fence();
    w.syncobj(1).replaceFence(fence);
    expect(result).toBe(0);
    expect(w.syncobj(2).fence).toBe(fence);
    expect([w.syncobj(1).refs, w.syncobj(2).refs]).toEqual([1, 1]);
  });

  test('gives up after five seconds', () => {
    const w = new Waiter();
    expect(w.c.call('SYNCOBJ_TRANSFER', { src_handle: 1, dst_handle: 2, flags: FOR_SUBMIT })).toBe(BLOCKED);
    expect(w.c.drv.nextDeadlineNs).toBe(w.c.clock.ns + 5e9);
    const call = w.c.file.blocked;
    w.c.clock.ns += 5e9;
    run(w.c.drv.poll());
    let result: number | undefined;
    call?.onComplete((value) => {
      result = value;
    });
    expect(result).toBe(-ETIME);
  });
});

describe('a caller that looks later than it is woken', () => {
  /** Wakes are counted, and looked at when look() is called. */
  const late = (w: Waiter): { wakes: number; look: () => void } => {
    const call = w.c.file.blocked!;
    const result = { wakes: 0, look: () => call.look() };
    call.onWake = () => result.wakes++;
    return result;
  };

  test('has what was signalled, though it was reset since', () => {
    const w = new Waiter();
    expect(w.wait([1, 2, 1], ALL | FOR_SUBMIT)).toBe(BLOCKED);
    const caller = late(w);
    w.c.call('SYNCOBJ_SIGNAL', { handles: u32s(1), count_handles: 1 });
    w.c.call('SYNCOBJ_RESET', { handles: u32s(1), count_handles: 1 });
    caller.look();
    expect([caller.wakes, w.ret]).toEqual([1, undefined]);
    w.c.call('SYNCOBJ_SIGNAL', { handles: u32s(2), count_handles: 1 });
    expect(w.ret).toBeUndefined();
    caller.look();
    expect(w.ret).toBe(0);
    expect(w.c.drv.blockedCalls.size).toBe(0);
  });

  test('is woken once for a syncobj that it names a thousand times', () => {
    const w = new Waiter();
    const thousand = [...new Array(1000).fill(2), 1];
    expect(w.wait(thousand, FOR_SUBMIT)).toBe(BLOCKED);
    const caller = late(w);
    w.c.call('SYNCOBJ_SIGNAL', { handles: u32s(2), count_handles: 1 });
    expect(caller.wakes).toBe(1);
    caller.look();
    expect([w.ret, w.first]).toEqual([0, 0]);
    expect(w.syncobj(1).refs).toBe(1);
  });

  test('has the result before its time is over, and ETIME or EINTR otherwise', () => {
    for (const signalled of [true, false]) {
      for (const end of ['poll', 'cancel'] as const) {
        const w = new Waiter();
        expect(w.wait([1], FOR_SUBMIT, w.c.clock.ns + 1000)).toBe(BLOCKED);
        const caller = late(w);
        if (signalled) w.c.call('SYNCOBJ_SIGNAL', { handles: u32s(1), count_handles: 1 });
        w.c.clock.ns += 2000;
        if (end === 'poll') run(w.c.drv.poll());
        else w.c.file.blocked?.cancel();
        expect(w.ret).toBeUndefined();
        caller.look();
        expect(w.ret).toBe(signalled ? 0 : end === 'poll' ? -ETIME : -EINTR);
      }
    }
  });

  test('sees points of a timeline that were added one after the other', () => {
    const w = new Waiter();
    expect(w.waitPoints([3, 3, 3], [5, 2, 9], ALL | FOR_SUBMIT)).toBe(BLOCKED);
    const caller = late(w);
    for (const point of [2, 5, 9]) {
      expect(w.ret).toBeUndefined();
      w.syncobj(3).addPoint(stubFence(), BigInt(point));
      caller.look();
    }
    expect(w.ret).toBe(0);
  });
});

test('a blocked call with an argument of another size writes as much as it has', () => {
  const w = new Waiter();
  const short = ((DRM_IOCTL_SYNCOBJ_WAIT & 0xc000ffff) | (28 << 16)) >>> 0;
  const args = {
    handles: u32s(1),
    count_handles: 1,
    flags: FOR_SUBMIT,
    timeout_nsec: FOREVER,
    first_signaled: 7,
  };
  expect(w.c.call('SYNCOBJ_WAIT', args, short)).toBe(BLOCKED);
  expect(w.first).toBe(7);
  w.c.file.syncobjs.get(1)?.replaceFence(new Fence());
  w.c.file.syncobjs.get(1)?.fence?.signal();
  expect([w.first, w.c.file.blocked?.done]).toEqual([0, true]);
});
