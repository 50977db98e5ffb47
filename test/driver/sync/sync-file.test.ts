import { describe, expect, it } from 'vitest';
import { UserMemory } from '../../../src/driver/base/uaccess.ts';
import { ModelFdTable, type SyncFile } from '../../../src/driver/ioctl/fd-table.ts';
import { Fence, FenceArray, stubFence } from '../../../src/driver/sync/fence.ts';
import { FenceChain } from '../../../src/driver/sync/fence-chain.ts';
import { syncFileIoctl } from '../../../src/driver/sync/sync-file.ts';
import {
  SYNC_IOC_FILE_INFO,
  SYNC_IOC_MERGE,
  SYNC_IOC_SET_DEADLINE,
  sync_fence_info,
  sync_file_info,
  sync_merge_data,
} from '../../../uapi/drm.ts';
import { EFAULT, EINVAL, ENOENT, ENOTTY, ETIMEDOUT } from '../../../uapi/errno.ts';

const ARG = 0x1000;
const INFOS = 0x4000;

function job(seqno = 1n, context?: number): Fence {
  return new Fence(context, seqno, 'panthor-queue');
}

class Caller {
  readonly fds = new ModelFdTable();
  readonly mem = new UserMemory();
  at = 0;
  detachesNames = false;

  ask(file: SyncFile, request: number, fill: (view: DataView, at: number) => void, size = 56): number {
    this.mem.reset();
    this.at = this.mem.reserve(ARG, size);
    this.mem.reserve(INFOS, 10 * sync_fence_info.size);
    fill(this.mem.view, this.at);
    return syncFileIoctl(file, request, this.mem, ARG, this);
  }

  info(file: SyncFile, places: number): number {
    return this.ask(file, SYNC_IOC_FILE_INFO, (view, at) => {
      view.setUint32(at + sync_file_info.off.num_fences, places, true);
      view.setBigUint64(at + sync_file_info.off.sync_fence_info, BigInt(INFOS), true);
    });
  }

  merge(file: SyncFile, fd2: number, name = ''): SyncFile | number {
    const ret = this.ask(file, SYNC_IOC_MERGE, (view, at) => {
      for (let i = 0; i < name.length; i++) view.setUint8(at + i, name.charCodeAt(i));
      view.setInt32(at + sync_merge_data.off.fd2, fd2, true);
    });
    if (ret !== 0) return ret;
    return this.fds.lookup(this.mem.view.getInt32(this.at + sync_merge_data.off.fence, true)) as SyncFile;
  }

  text(at: number): string {
    return new TextDecoder().decode(this.mem.data.subarray(at, at + 32)).split('\0')[0];
  }

  get status(): number {
    return this.mem.view.getInt32(this.at + sync_file_info.off.status, true);
  }

  get count(): number {
    return this.mem.view.getUint32(this.at + sync_file_info.off.num_fences, true);
  }

  /** Timeline, driver and status of each fence that FILE_INFO told. */
  get fences(): [string, string, number][] {
    const from = this.mem.locate(INFOS, 1);
    return Array.from({ length: this.count }, (_, i) => {
      const at = from + i * sync_fence_info.size;
      const status = this.mem.view.getInt32(at + sync_fence_info.off.status, true);
      return [this.text(at), this.text(at + 32), status];
    });
  }
}

const file = (fence: Fence): SyncFile => ({ kind: 'sync-file', fence });

describe('SYNC_IOC_FILE_INFO', () => {
  it('says 0, 1 or the error', () => {
    const c = new Caller();
    const fence = job();
    expect([c.info(file(fence), 0), c.status, c.count]).toEqual([0, 0, 1]);
    fence.signal();
    expect([c.info(file(fence), 0), c.status]).toEqual([0, 1]);
    const failed = job();
    failed.signal(-ETIMEDOUT);
    expect([c.info(file(failed), 0), c.status]).toEqual([0, -ETIMEDOUT]);
  });

  it('tells the fences inside, where there are places for all', () => {
    const c = new Caller();
    const [a, b] = [job(), job(7n)];
    const both = file(new FenceArray([a, b]));
    expect(c.info(both, 1)).toBe(-EINVAL);
    a.signal();
    expect([c.info(both, 5), c.status, c.count]).toEqual([0, 0, 2]);
    expect(c.fences).toEqual([
      ['panthor-queue', 'drm_sched', 1],
      ['panthor-queue', 'drm_sched', 0],
    ]);
    b.signal(-ETIMEDOUT);
    expect([c.info(both, 2), c.status]).toEqual([0, -ETIMEDOUT]);
  });

  it('names a file by its fence, and what has signalled as the release does', () => {
    const c = new Caller();
    const fence = job(12n, 34);
    c.info(file(fence), 0);
    expect(c.text(c.at)).toBe('drm_sched-panthor-queue34-12');
    c.info(file(stubFence()), 1);
    expect(c.fences).toEqual([['stub', 'stub', 1]]);
    c.detachesNames = true;
    c.info(file(stubFence()), 1);
    expect(c.fences).toEqual([['signaled-timeline', 'detached-driver', 1]]);
    c.info(file(new FenceChain(null, job(), 3n)), 0);
    expect(c.text(c.at)).toMatch(/^dma_fence_chain-unbound\d+-3$/);
  });

  it('wants its flags and padding 0 and its memory there', () => {
    const c = new Caller();
    const f = file(job());
    expect(c.ask(f, SYNC_IOC_FILE_INFO, (view, at) => view.setUint32(at + 36, 1, true))).toBe(-EINVAL);
    expect(c.ask(f, SYNC_IOC_FILE_INFO, (view, at) => view.setUint32(at + 44, 1, true))).toBe(-EINVAL);
    expect(c.ask(f, SYNC_IOC_FILE_INFO, (view, at) => view.setUint32(at + 40, 1, true))).toBe(-EFAULT);
    expect(c.ask(f, SYNC_IOC_FILE_INFO, () => {}, 8)).toBe(-EFAULT);
    expect(c.ask(f, 0xc0303e09, () => {})).toBe(-ENOTTY);
  });
});

describe('SYNC_IOC_MERGE', () => {
  it('makes a file of what is pending in both, one fence of each context', () => {
    const c = new Caller();
    const [a, later, b, done] = [job(1n, 5), job(2n, 5), job(), job()];
    done.signal();
    const other = c.fds.install(file(new FenceArray([later, b, done])));
    const merged = c.merge(file(a), other, 'both');
    if (typeof merged === 'number') throw new Error(`${merged}`);
    expect((merged.fence as FenceArray).fences).toEqual([later, b]);
    expect([c.info(merged, 0), c.text(c.at), c.status]).toEqual([0, 'both', 0]);
    later.signal();
    b.signal();
    expect([c.info(merged, 0), c.status]).toEqual([0, 1]);
  });

  it('of what is done is done', () => {
    const c = new Caller();
    const merged = c.merge(file(stubFence()), c.fds.install(file(stubFence())));
    expect((merged as SyncFile).fence.signaled).toBe(true);
  });

  it('is ENOENT with what is no sync_file, EINVAL with flags', () => {
    const c = new Caller();
    expect(c.merge(file(job()), 99)).toBe(-ENOENT);
    expect(c.merge(file(job()), c.fds.install({ kind: 'eventfd', signal: () => {} }))).toBe(-ENOENT);
    expect(c.ask(file(job()), SYNC_IOC_MERGE, (view, at) => view.setUint32(at + 40, 1, true))).toBe(-EINVAL);
  });
});

describe('SYNC_IOC_SET_DEADLINE', () => {
  it('is taken, with padding of 0', () => {
    const c = new Caller();
    expect(c.ask(file(job()), SYNC_IOC_SET_DEADLINE, () => {})).toBe(0);
    expect(c.ask(file(job()), SYNC_IOC_SET_DEADLINE, (view, at) => view.setUint32(at + 12, 1, true))).toBe(
      -EINVAL,
    );
  });
});
