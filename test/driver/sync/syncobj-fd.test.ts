import { describe, expect, test } from 'vitest';
import { ModelFdTable } from '../../../src/driver/ioctl/fd-table.ts';
import { Fence } from '../../../src/driver/sync/fence.ts';
import { EBADF, EINVAL } from '../../../uapi/errno.ts';
import { TestClient } from '../client.ts';
import { u32s } from '../ioctl/arguments.ts';

function client(): { c: TestClient; fds: ModelFdTable } {
  const fds = new ModelFdTable();
  const c = new TestClient({ fds });
  return { c, fds };
}

describe('a syncobj in a file', () => {
  test('is the same syncobj in another client', () => {
    const { c, fds } = client();
    const other = new TestClient({ of: c, fds });
    c.make('SYNCOBJ_CREATE', {}, 'handle');
    const fd = c.make('SYNCOBJ_HANDLE_TO_FD', { handle: 1 }, 'fd');
    expect(other.make('SYNCOBJ_FD_TO_HANDLE', { fd }, 'handle')).toBe(1);
    // Each import is a handle of its own.
    expect(other.make('SYNCOBJ_FD_TO_HANDLE', { fd }, 'handle')).toBe(2);
    expect(other.file.syncobjs.get(1)).toBe(c.file.syncobjs.get(1));
    expect(other.call('SYNCOBJ_SIGNAL', { handles: u32s(2), count_handles: 1 })).toBe(0);
    expect(c.call('SYNCOBJ_WAIT', { handles: u32s(1), count_handles: 1 })).toBe(0);
  });

  test('outlives its handles, as long as the file is open', () => {
    const { c, fds } = client();
    c.make('SYNCOBJ_CREATE', {}, 'handle');
    const syncobj = c.file.syncobjs.get(1);
    const fd = c.make('SYNCOBJ_HANDLE_TO_FD', { handle: 1 }, 'fd');
    c.call('SYNCOBJ_DESTROY', { handle: 1 });
    expect(syncobj?.refs).toBe(1);
    expect(c.make('SYNCOBJ_FD_TO_HANDLE', { fd }, 'handle')).toBe(1);
    expect(fds.close(fd)).toBe(0);
    expect(fds.close(fd)).toBe(-EBADF);
    expect(syncobj?.refs).toBe(1);
  });

  test('is no sync_file, nor the other way round', () => {
    const { c } = client();
    c.make('SYNCOBJ_CREATE', { flags: 1 }, 'handle');
    const fd = c.make('SYNCOBJ_HANDLE_TO_FD', { handle: 1 }, 'fd');
    const file = c.make('SYNCOBJ_HANDLE_TO_FD', { handle: 1, flags: 1 }, 'fd');
    expect(c.call('SYNCOBJ_FD_TO_HANDLE', { fd, handle: 1, flags: 1 })).toBe(-EINVAL);
    expect(c.call('SYNCOBJ_FD_TO_HANDLE', { fd: file })).toBe(-EINVAL);
    expect(c.call('PRIME_FD_TO_HANDLE', { fd })).toBe(-EINVAL);
  });
});

describe('a sync_file', () => {
  test('holds the fence that the syncobj had then', () => {
    const { c } = client();
    c.make('SYNCOBJ_CREATE', {}, 'handle');
    c.make('SYNCOBJ_CREATE', {}, 'handle');
    const fence = new Fence();
    c.file.syncobjs.get(1)?.replaceFence(fence);
    const fd = c.make('SYNCOBJ_HANDLE_TO_FD', { handle: 1, flags: 1 }, 'fd');
    c.call('SYNCOBJ_RESET', { handles: u32s(1), count_handles: 1 });
    expect(c.call('SYNCOBJ_FD_TO_HANDLE', { fd, handle: 2, flags: 1 })).toBe(0);
    expect(c.file.syncobjs.get(2)?.fence).toBe(fence);
  });

  test('comes from a point and goes to a point', () => {
    const { c } = client();
    c.make('SYNCOBJ_CREATE', {}, 'handle');
    c.make('SYNCOBJ_CREATE', {}, 'handle');
    const fence = new Fence();
    c.file.syncobjs.get(1)?.addPoint(fence, 5n);
    const fd = c.make('SYNCOBJ_HANDLE_TO_FD', { handle: 1, flags: 3, point: 5 }, 'fd');
    expect(c.call('SYNCOBJ_FD_TO_HANDLE', { fd, handle: 2, flags: 3, point: 8 })).toBe(0);
    expect(c.file.syncobjs.get(2)?.fence?.seqno).toBe(8n);
    fence.signal();
    expect(c.file.syncobjs.get(2)?.fence?.signaled).toBe(true);
  });
});

describe('an eventfd', () => {
  function eventfd(fds: ModelFdTable): { fd: number; count: () => number } {
    let count = 0;
    const fd = fds.install({ kind: 'eventfd', signal: () => count++ });
    return { fd, count: () => count };
  }

  test('is signalled once, when the point is done', () => {
    const { c, fds } = client();
    c.make('SYNCOBJ_CREATE', {}, 'handle');
    const event = eventfd(fds);
    expect(c.call('SYNCOBJ_EVENTFD', { handle: 1, point: 5, fd: event.fd })).toBe(0);
    const fence = new Fence();
    c.file.syncobjs.get(1)?.addPoint(fence, 6n);
    expect(event.count()).toBe(0);
    fence.signal();
    expect(event.count()).toBe(1);
    c.file.syncobjs.get(1)?.addPoint(new Fence(), 7n);
    expect(event.count()).toBe(1);
  });

  test('is signalled when the point is submitted, if that is asked for', () => {
    const { c, fds } = client();
    c.make('SYNCOBJ_CREATE', {}, 'handle');
    const event = eventfd(fds);
    expect(c.call('SYNCOBJ_EVENTFD', { handle: 1, point: 5, flags: 4, fd: event.fd })).toBe(0);
    c.file.syncobjs.get(1)?.addPoint(new Fence(), 5n);
    expect(event.count()).toBe(1);
  });

  test('is signalled at once for what is done', () => {
    const { c, fds } = client();
    c.make('SYNCOBJ_CREATE', { flags: 1 }, 'handle');
    const event = eventfd(fds);
    expect(c.call('SYNCOBJ_EVENTFD', { handle: 1, fd: event.fd })).toBe(0);
    expect(event.count()).toBe(1);
  });

  test('must be one', () => {
    const { c, fds } = client();
    c.make('SYNCOBJ_CREATE', { flags: 1 }, 'handle');
    const fd = fds.install(null);
    expect(c.call('SYNCOBJ_EVENTFD', { handle: 1, fd })).toBe(-EINVAL);
    expect(c.call('PRIME_FD_TO_HANDLE', { fd })).toBe(-EINVAL);
  });
});
