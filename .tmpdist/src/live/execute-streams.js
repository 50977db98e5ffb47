import { StreamRunner } from './job-runner.js';
import { ObjectPages } from './object-pages.js';
import { StreamNotices } from './stream-notices.js';
/** Has the driver behind a server execute streams, in the memory that it shares with its clients. */
export function executeStreams(drv, desk) {
    const notices = new StreamNotices();
    const flushId = desk.flushIdPage.page(0);
    return new StreamRunner({
        unshaded: notices.unshaded,
        fatal: notices.fatal,
        fault: notices.fault,
        sched: drv.sched,
        physical: new ObjectPages(drv.device.gem, desk.memories.pageOf),
        flushed: (id) => flushId?.setUint32(0, id, true),
    });
}
//# sourceMappingURL=execute-streams.js.map