/** Runs nothing: every job is done as soon as it is there. What a replay without buffer contents has to do. */
export class InstantRunner {
    *doorbell(queue) {
        queue.group.sched.completeAll(queue);
    }
}
//# sourceMappingURL=job-runner.js.map