/**
 * Calls that the kernel refuses, with the error and the function that says so, as data: tests ask the driver model, real
 * clients ask the served one, and the documentation prints them.
 */
import { badBo } from './bad-ioctls/bo.ts';
import { badCore, badQuery } from './bad-ioctls/core.ts';
import { badGroup } from './bad-ioctls/group.ts';
import type { BadIoctl } from './bad-ioctls/row.ts';
import { badSyncobj } from './bad-ioctls/syncobj.ts';
import { badVm } from './bad-ioctls/vm.ts';

export { type BadIoctl, SETUP } from './bad-ioctls/row.ts';

export const BAD_IOCTLS: readonly BadIoctl[] = [
  ...badVm,
  ...badBo,
  ...badGroup,
  ...badQuery,
  ...badSyncobj,
  ...badCore,
];
