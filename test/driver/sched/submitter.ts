/** A client with a VM and groups, whose jobs end when the test says so. */
import type { Op } from '../../../src/coroutine/op.ts';
import type { PanthorGroup } from '../../../src/driver/sched/group.ts';
import type { JobRunner } from '../../../src/driver/sched/job-runner.ts';
import { type PanthorQueue, SYNCOBJ_BYTES } from '../../../src/driver/sched/queue.ts';
import { drm_panthor_queue_submit } from '../../../uapi/panthor_drm.ts';
import { TestClient, type TestClientOptions } from '../client.ts';
import { type Struct, structs } from '../ioctl/arguments.ts';
import { groupArg } from '../ioctl/bad-ioctls/row.ts';

/** Where streams are said to be. */
export const STREAM = 0x1000000;

/** Remembers doorbells and finishes jobs when it is told to. */
export class ManualRunner implements JobRunner {
  readonly doorbells: PanthorQueue[] = [];
  readonly stopped: PanthorGroup[] = [];
  /** Whether the firmware answers when a group is to leave its slot. */
  answers = true;

  *doorbell(queue: PanthorQueue): Op<void> {
    this.doorbells.push(queue);
  }

  stop(group: PanthorGroup): boolean {
    this.stopped.push(group);
    return this.answers;
  }

  /** The GPU has finished `count` more jobs of the queue. */
  finish(queue: PanthorQueue, count = 1): void {
    const at = queue.index * SYNCOBJ_BYTES;
    queue.group.syncobjs.contents.write64(at, queue.doneSeqno + count);
    queue.extract += 128 * count;
    queue.group.sched.reportSyncUpdate(queue.group);
  }
}

/** A client with VM 1. */
export class SchedClient extends TestClient {
  readonly runner = new ManualRunner();

  constructor(options: TestClientOptions = {}) {
    super(options);
    this.drv.sched.runner = this.runner;
    this.make('VM_CREATE', {}, 'id');
  }

  group(changes: Struct = {}): PanthorGroup {
    const handle = this.make('GROUP_CREATE', groupArg(changes), 'group_handle');
    return this.file.groups.get(handle) as PanthorGroup;
  }

  /** Submits one job to the first queue of the group with that handle. */
  submit(handle: number): number {
    const job = { stream_size: 64, stream_addr: STREAM };
    return this.call('GROUP_SUBMIT', {
      group_handle: handle,
      queue_submits: structs(drm_panthor_queue_submit, job),
    });
  }

  /** State flags of a group. */
  state(handle: number): number {
    return this.make('GROUP_GET_STATE', { group_handle: handle }, 'state');
  }

  /** Time passes, and timers run. */
  pass(ns: number): void {
    this.clock.ns += ns;
    this.call('VERSION');
  }
}
