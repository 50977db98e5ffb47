import { describe, expect, test } from 'vitest';
import { ECANCELED, EINVAL, ETIMEDOUT } from '../../uapi/errno.ts';
import { add, FOREVER, GT, StreamClient, store, waitFor } from '../live/fuzz/stream-client.ts';

describe('a stream that does not end', () => {
  test('lets the call return, and times out after five seconds', () => {
    const c = new StreamClient();
    const { handle } = c.group();
    expect(c.submit(handle, [FOREVER])).toBe(0);
    expect(c.state()).toBe('pending');
    c.pass(4.9e9);
    expect([c.state(), c.groupState(handle)]).toEqual(['pending', [0, 0]]);
    const { instructions } = c.runner.stats;
    c.pass(0.2e9);
    expect([c.state(), c.groupState(handle)]).toEqual([-ETIMEDOUT, [1, 0]]);
    expect(c.submit(handle, [['NOP']])).toBe(-EINVAL);
    c.pass(1e9);
    expect(c.drv.nextDeadlineNs).toBe(Number.POSITIVE_INFINITY);
    // It had the thread, but less and less often.
    expect(instructions).toBeGreaterThan(1e5);
    expect(instructions).toBeLessThan(5e7);
  });

  test('does not keep other groups from running', () => {
    const c = new StreamClient();
    const [busy, quick] = [c.group(), c.group()];
    c.submit(busy.handle, [FOREVER]);
    c.submit(quick.handle, store(0, 3), { signal: 2 });
    expect([c.state(1), c.state(2), c.view.getUint32(0, true)]).toEqual(['pending', 'done', 3]);
  });

  test('shares its slot with others, however many there are', () => {
    const c = new StreamClient();
    for (let i = 0; i < 64; i++) c.submit(c.group().handle, [FOREVER], { signal: 2 });
    const quick = c.group();
    c.submit(quick.handle, store(0, 3));
    c.pass(1e9);
    expect([c.state(), c.view.getUint32(0, true)]).toEqual(['done', 3]);
  });

  test('ends when its group is destroyed, or its file closed', () => {
    for (const end of ['destroy', 'close']) {
      const c = new StreamClient();
      const { handle } = c.group();
      c.submit(handle, [FOREVER]);
      const fence = c.file.syncobjs.get(1)?.fence;
      if (end === 'close') c.close();
      else c.call('GROUP_DESTROY', { group_handle: handle });
      expect([fence?.signaled, fence?.error]).toEqual([true, -ECANCELED]);
      c.pass(1e9);
      expect(c.drv.nextDeadlineNs).toBe(Number.POSITIVE_INFINITY);
    }
  });

  test('with many instructions but an end gets there', () => {
    const c = new StreamClient();
    const { handle } = c.group();
    c.submit(handle, [
      ['MOV32', { dst: 10, imm: 200_000 }],
      ['ADD_IMM32', { dst: 10, src: 10, imm: -1 }],
      ['BRANCH', { value: 10, condition: GT, offset: -2 }],
    ]);
    expect(c.state()).toBe('pending');
    c.pass(1e9);
    expect(c.state()).toBe('done');
  });
});

describe('a SYNC_WAIT', () => {
  test('blocks its queue; another queue of the group ends it', () => {
    const c = new StreamClient();
    const { handle, group } = c.group(2);
    c.submit(handle, [...waitFor(64), ...store(0, 1)]);
    expect([c.state(), group.blockedQueues]).toEqual(['pending', 1]);
    c.submit(handle, add(64), { queue: 1, signal: 2 });
    expect([c.state(1), c.state(2), group.blockedQueues, c.view.getUint32(0, true)]).toEqual([
      'done',
      'done',
      0,
      1,
    ]);
  });

  test('sees what the client writes itself', () => {
    const c = new StreamClient();
    const { handle } = c.group();
    c.submit(handle, waitFor(64));
    c.view.setUint32(64, 1, true);
    expect(c.state()).toBe('pending');
    c.pass(5e6);
    expect(c.state()).toBe('done');
    // No stream looks at memory any more; the device suspends.
    expect(c.drv.nextDeadlineNs).toBe(c.drv.device.pm.deadlineNs);
  });

  test('that no other stream ends times out', () => {
    const c = new StreamClient();
    const { handle } = c.group();
    c.submit(handle, waitFor(64));
    c.pass(5e9);
    expect([c.state(), c.groupState(handle)]).toEqual([-ETIMEDOUT, [1, 0]]);
  });

  test('in more groups than there are slots: each gets its turn when it can go on', () => {
    const c = new StreamClient({ sysNice: true });
    const groups = [...Array(20).keys()].map(() => c.group());
    const fences = groups.map(({ handle }, i) => {
      expect(c.submit(handle, [...waitFor(64, i), ...store(1024 + 4 * i, 1)])).toBe(0);
      return c.file.syncobjs.get(1)?.fence;
    });
    const done = (): number => fences.filter((fence) => fence?.signaled).length;
    expect(done()).toBe(0);
    const signaller = c.group().handle;
    for (let i = 1; i <= 20; i++) {
      c.submit(signaller, add(64), { signal: 2 });
      expect([i, done(), c.view.getUint32(1024 + 4 * (i - 1), true)]).toEqual([i, i, 1]);
    }
    expect(fences.every((fence) => fence?.error === 0)).toBe(true);
    expect([...c.drv.device.warnings.keys()]).toEqual([]);
  });

  test('in more VMs than there are address spaces', () => {
    const first = new StreamClient();
    const clients = [first, ...Array.from({ length: 9 }, () => new StreamClient({ of: first }))];
    for (const c of clients) c.submit(c.group().handle, waitFor(64));
    expect(clients.map((c) => c.state())).toEqual(new Array(10).fill('pending'));
    for (const c of clients) c.view.setUint32(64, 1, true);
    first.pass(20e6);
    expect(clients.map((c) => c.state())).toEqual(new Array(10).fill('done'));
    expect([...first.drv.device.warnings.keys()]).toEqual([]);
  });

  test('of a group without a slot times out too', () => {
    const c = new StreamClient();
    const groups = [...Array(12).keys()].map(() => c.group());
    const fences = groups.map(({ handle }) => {
      c.submit(handle, waitFor(64));
      return c.file.syncobjs.get(1)?.fence;
    });
    c.pass(5e9);
    expect(fences.map((fence) => fence?.error)).toEqual(new Array(12).fill(-ETIMEDOUT));
    expect(groups.map(({ group }) => group.slot)).toEqual(new Array(12).fill(-1));
  });
});
