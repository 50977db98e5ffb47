// The calls of the comparison, good and bad: what the source of Linux 7.2 answers, and the function that decides.

import { BINDS } from './calls/binds.mjs';
import { GROUPS } from './calls/groups.mjs';
import { OBJECTS } from './calls/objects.mjs';
import { REQUESTS } from './calls/requests.mjs';
import { SYNCOBJS } from './calls/syncobjs.mjs';
import { VMS } from './calls/vms.mjs';

export const CALLS = [...REQUESTS, ...VMS, ...OBJECTS, ...BINDS, ...GROUPS, ...SYNCOBJS];
