/** Loaded into a server's thread by test/innocent.mjs: notes where the kernel says how long that thread had no processor. */
import { readlinkSync, writeFileSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';

if (!isMainThread)
  writeFileSync(process.env.SERVER_THREAD, `/proc/${readlinkSync('/proc/thread-self')}/schedstat`);
