import { describe, expect, test } from 'vitest';
import { UserMemory } from '../../../src/driver/base/uaccess.ts';
import { type DmaBuf, dmaBufIoctl } from '../../../src/driver/gem/dma-buf.ts';
import { ModelFdTable } from '../../../src/driver/ioctl/fd-table.ts';
import { Fence } from '../../../src/driver/sync/fence.ts';
import {
  DMA_BUF_IOCTL_EXPORT_SYNC_FILE,
  DMA_BUF_IOCTL_IMPORT_SYNC_FILE,
  DMA_BUF_IOCTL_SYNC,
} from '../../../uapi/drm.ts';
import { EFAULT, EINVAL, ENOTTY } from '../../../uapi/errno.ts';
import { TestClient } from '../client.ts';

const READ = 1;
const WRITE = 2;

/** An exported object and the ioctls of its descriptor. */
class Exported {
  readonly fds = new ModelFdTable();
  readonly buf: DmaBuf;
  readonly mem = new UserMemory();

  constructor() {
    const c = new TestClient({ fds: this.fds });
    c.make('BO_CREATE', { size: 4096 }, 'handle');
    this.buf = this.fds.lookup(c.make('PRIME_HANDLE_TO_FD', { handle: 1 }, 'fd')) as DmaBuf;
  }

  call(request: number, flags: number, fd = 0): number {
    this.mem.reset();
    const at = this.mem.add(0x1000, new Uint8Array(8));
    this.mem.view.setUint32(at, flags, true);
    this.mem.view.setInt32(at + 4, fd, true);
    return dmaBufIoctl(this.buf, request, this.mem, 0x1000, this.fds);
  }

  importFence(fence: Fence, flags: number): number {
    return this.call(DMA_BUF_IOCTL_IMPORT_SYNC_FILE, flags, this.fds.install({ kind: 'sync-file', fence }));
  }

  /** The fence that a reader or a writer has to wait for. */
  exportFence(flags: number): Fence {
    expect(this.call(DMA_BUF_IOCTL_EXPORT_SYNC_FILE, flags)).toBe(0);
    const file = this.fds.lookup(this.mem.view.getInt32(this.mem.offsets[0] + 4, true));
    if (file?.kind !== 'sync-file') throw new Error('no sync_file');
    return file.fence;
  }
}

describe('an exported object', () => {
  test('without a fence has nothing to wait for', () => {
    expect(new Exported().exportFence(READ | WRITE).signaled).toBe(true);
  });

  test('lets readers wait for writers, and writers for all', () => {
    const e = new Exported();
    const [reader, writer] = [new Fence(), new Fence()];
    expect(e.importFence(reader, READ)).toBe(0);
    expect(e.importFence(writer, WRITE)).toBe(0);
    const toRead = e.exportFence(READ);
    const toWrite = e.exportFence(WRITE);
    writer.signal();
    expect([toRead.signaled, toWrite.signaled]).toEqual([true, false]);
    reader.signal();
    expect(toWrite.signaled).toBe(true);
    expect(e.exportFence(WRITE).signaled).toBe(true);
  });

  test('brackets CPU access without doing anything', () => {
    const e = new Exported();
    expect(e.call(DMA_BUF_IOCTL_SYNC, READ | 4)).toBe(0);
    expect(e.call(DMA_BUF_IOCTL_SYNC, 4)).toBe(-EINVAL);
    expect(e.call(DMA_BUF_IOCTL_SYNC, READ | 8)).toBe(-EINVAL);
  });

  test.each([
    ['no direction', DMA_BUF_IOCTL_EXPORT_SYNC_FILE, 0],
    ['an unknown flag', DMA_BUF_IOCTL_EXPORT_SYNC_FILE, READ | 4],
    ['no direction', DMA_BUF_IOCTL_IMPORT_SYNC_FILE, 0],
    ['an unknown flag', DMA_BUF_IOCTL_IMPORT_SYNC_FILE, READ | 4],
    ['a descriptor that is no sync_file', DMA_BUF_IOCTL_IMPORT_SYNC_FILE, READ],
  ])('refuses %s (%i)', (_what, request, flags) => {
    expect(new Exported().call(request, flags, 3)).toBe(-EINVAL);
  });

  test('refuses other calls, and arguments that are not there', () => {
    const e = new Exported();
    expect(e.call(0x40086207, 0)).toBe(-ENOTTY);
    expect(dmaBufIoctl(e.buf, DMA_BUF_IOCTL_SYNC, new UserMemory(), 0x1000, e.fds)).toBe(-EFAULT);
    expect(dmaBufIoctl(e.buf, DMA_BUF_IOCTL_EXPORT_SYNC_FILE, new UserMemory(), 1, e.fds)).toBe(-EFAULT);
  });
});
