/** A client that submits jobs which signal syncobjs and end when the test says so. */
import { expect } from 'vitest';
import type { Op } from '../../../src/coroutine/op.ts';
import type { PanthorGroup } from '../../../src/driver/sched/group.ts';
import type { JobRunner } from '../../../src/driver/sched/job-runner.ts';
import { type PanthorQueue, SYNCOBJ_BYTES } from '../../../src/driver/sched/queue.ts';
import { drm_panthor_queue_submit, drm_panthor_sync_op } from '../../../uapi/panthor_drm.ts';
import { TestClient, type TestClientOptions } from '../client.ts';
import { type Struct, structs } from '../ioctl/arguments.ts';
import { groupArg } from '../ioctl/bad-ioctls/row.ts';

export const SIGNAL = 1 << 31;
export const STREAM = 0x1000000;

/** Remembers doorbells and finishes jobs when it is told to. */
export class ManualRunner implements JobRunner {
  readonly doorbells: PanthorQueue[] = [];
  readonly stopped: PanthorGroup[] = [];

  *doorbell(queue: PanthorQueue): Op<void> {
    this.doorbells.push(queue);
  }

  stop(group: PanthorGroup): boolean {
    this.stopped.push(group);
    return true;
  }

  /** The GPU has finished `count` more jobs of the queue. */
  finish(queue: PanthorQueue, count = 1): void {
    const at = queue.index * SYNCOBJ_BYTES;
    queue.group.syncobjs.contents.write64(at, queue.doneSeqno + count);
    queue.extract += 128 * count;
    queue.group.sched.reportSyncUpdate(queue.group);
  }
}

/** A client with VM 1 and syncobjs 1 to 4, whose jobs end when the test says so. */
export class Submitter extends TestClient {
  readonly runner = new ManualRunner();

  constructor(options: TestClientOptions = {}) {
    super(options);
    this.drv.sched.runner = this.runner;
    this.make('VM_CREATE', {}, 'id');
    for (let i = 0; i < 4; i++) this.make('SYNCOBJ_CREATE', {}, 'handle');
  }

  group(changes: Struct = {}): PanthorGroup {
    const handle = this.make('GROUP_CREATE', groupArg(changes), 'group_handle');
    return this.file.groups.get(handle) as PanthorGroup;
  }

  /** Submits jobs that each signal one syncobj; `size` 0 is a synchronization point. */
  submit(group: number, ...jobs: { queue?: number; signal: number; wait?: number; size?: number }[]): number {
    const list = jobs.map(({ queue = 0, signal, wait, size = 64 }): Struct => {
      const ops: Struct[] = [{ flags: SIGNAL, handle: signal }];
      if (wait !== undefined) ops.unshift({ handle: wait });
      return {
        queue_index: queue,
        stream_size: size,
        stream_addr: size === 0 ? 0 : STREAM,
        syncs: structs(drm_panthor_sync_op, ...ops),
      };
    });
    return this.call('GROUP_SUBMIT', {
      group_handle: group,
      queue_submits: structs(drm_panthor_queue_submit, ...list),
    });
  }

  state(handle: number): string | number {
    const fence = this.file.syncobjs.get(handle)?.fence;
    if (fence === null || fence === undefined) return 'none';
    return fence.signaled ? fence.error || 'done' : 'pending';
  }

  states(...handles: number[]): (string | number)[] {
    return handles.map((handle) => this.state(handle));
  }

  /** State flags and fatal queues. */
  groupState(handle: number): [number, number] {
    expect(this.call('GROUP_GET_STATE', { group_handle: handle })).toBe(0);
    return [this.out('GROUP_GET_STATE', 'state'), this.out('GROUP_GET_STATE', 'fatal_queues')];
  }
}
