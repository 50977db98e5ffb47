import type { PanthorDrv } from '../../driver/ioctl/drv.ts';
import { StreamRunner } from '../../firmware/job-runner.ts';
import { ObjectPages } from '../../firmware/object-pages.ts';
import { StreamNotices } from '../../firmware/stream-notices.ts';
import type { Translations } from '../../hw/command-stream/translations.ts';
import type { Dispatcher } from './dispatcher.ts';

/**
 * Has the driver behind a server execute streams, in the memory that it shares with its clients. `translations`: where not its own
 * page tables say which memory that is.
 */
export function executeStreams(
  drv: PanthorDrv,
  dispatcher: Dispatcher,
  translations?: Translations,
): StreamRunner {
  const notices = new StreamNotices(dispatcher.tell);
  const flushId = dispatcher.flushIdPage.page(0);
  return new StreamRunner({
    unshaded: notices.unshaded,
    fatal: notices.fatal,
    fault: notices.fault,
    sched: drv.sched,
    translations,
    physical: new ObjectPages(drv.device.gem, dispatcher.memories.pageOf),
    flushed: (id) => flushId?.setUint32(0, id, true),
  });
}
