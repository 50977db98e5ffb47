import type { Op } from '../../coroutine/op.ts';
import type { PanthorGroup } from './group.ts';
import type { PanthorQueue } from './queue.ts';

/**
 * What runs the jobs of groups that have a slot: the firmware and the command-stream hardware, as the driver sees them.
 * It reads instructions from `queue.ringbuf` between `queue.extract` and `queue.insert` (bytes since the queue was made,
 * modulo the ring's size), advances `extract`, and tells the scheduler what happened: reportSyncUpdate(),
 * reportFault(), reportFatal(). It keeps `group.blockedQueues`.
 */
export interface JobRunner {
  /** CSF_DOORBELL: there are new instructions, or the group has just got its slot. */
  doorbell(queue: PanthorQueue): Op<void>;
  /** The group loses its slot; its jobs stop where they are. False: the firmware did not answer. */
  stop?(group: PanthorGroup): boolean;
  /** When poll() has something to do, CLOCK_MONOTONIC in ns; streams go on then that took too long for one turn. */
  readonly nextNs?: number;
  poll?(nowNs: number): void;
}

/** Runs nothing: every job is done as soon as it is there. What a replay without buffer contents has to do. */
export class InstantRunner implements JobRunner {
  *doorbell(queue: PanthorQueue): Op<void> {
    queue.group.sched.completeAll(queue);
  }
}
