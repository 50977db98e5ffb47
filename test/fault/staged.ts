/** Faults that a real client brings about on the model with command streams, and the cause that each has to get. */
import type { CauseKind } from '../../src/fault/cause.ts';

export interface Staged {
  name: string;
  /** Arguments of test/live/programs/faults.c. */
  does: string;
  /** What the hardware reports. */
  status: string;
  cause: CauseKind;
  /** Words of the answer. */
  says: string;
}

const heap = 'bo:heap:0x10000 map:heap:0x1000000';
const row = (name: string, does: string, status: string, cause: CauseKind, says: string): Staged => ({
  name,
  does,
  status,
  cause,
  says,
});

export const STAGED: readonly Staged[] = [
  // Out of bounds, by level of the table that ends the walk, and by kind of access
  row(
    'a write at the end',
    `${heap} store:0x1010000`,
    'TRANSLATION_FAULT_3, WRITE',
    'past-the-end',
    "0x0 bytes past the end of BO 2 'heap'",
  ),
  row(
    'a write past the end',
    `${heap} store:0x1010040`,
    'TRANSLATION_FAULT_3, WRITE',
    'past-the-end',
    "0x40 bytes past the end of BO 2 'heap'",
  ),
  row(
    'a read past the end',
    `${heap} load:0x1010ffc`,
    'TRANSLATION_FAULT_3, READ',
    'past-the-end',
    "0xffc bytes past the end of BO 2 'heap'",
  ),
  row(
    'an atomic past the end',
    `${heap} add:0x1012000`,
    'TRANSLATION_FAULT_3, READ',
    'past-the-end',
    "0x2000 bytes past the end of BO 2 'heap'",
  ),
  row(
    'a read before the start',
    `${heap} load:0xfffff8`,
    'TRANSLATION_FAULT_2, READ',
    'before-the-start',
    "0x8 bytes before the start of BO 2 'heap'",
  ),
  row(
    'a write before the start',
    'bo:heap:0x10000 map:heap:0x1010000 store:0x100fffc',
    'TRANSLATION_FAULT_3, WRITE',
    'before-the-start',
    "0x4 bytes before the start of BO 2 'heap'",
  ),
  row(
    'a read in the next block',
    'bo:big:0x200000 map:big:0x40000000 load:0x40200010',
    'TRANSLATION_FAULT_2, READ',
    'past-the-end',
    "0x10 bytes past the end of BO 2 'big'",
  ),
  row(
    'a write past the last block of a table',
    'bo:big:0x200000 map:big:0x7fe00000 store:0x80000000',
    'TRANSLATION_FAULT_1, WRITE',
    'past-the-end',
    "0x0 bytes past the end of BO 2 'big'",
  ),
  row(
    'a write into a hole between two',
    'bo:a:0x1000 bo:b:0x1000 map:a:0x1000000 map:b:0x1003000 store:0x1001010',
    'TRANSLATION_FAULT_3, WRITE',
    'past-the-end',
    "0x10 bytes past the end of BO 2 'a'",
  ),
  row(
    'a write into the hole, near its end',
    'bo:a:0x1000 bo:b:0x1000 map:a:0x1000000 map:b:0x1003000 store:0x1002ff0',
    'TRANSLATION_FAULT_3, WRITE',
    'before-the-start',
    "0x10 bytes before the start of BO 3 'b'",
  ),
  row(
    'a jump past the end',
    `${heap} call:0x1010000`,
    'TRANSLATION_FAULT_3, READ',
    'past-the-end',
    "0x0 bytes past the end of BO 2 'heap'",
  ),
  // Pointers to nowhere
  row('a null pointer read', 'load:0x0', 'TRANSLATION_FAULT_0, READ', 'null-pointer', 'A null pointer'),
  row(
    'a field of a null pointer written',
    'store:0x48',
    'TRANSLATION_FAULT_0, WRITE',
    'null-pointer',
    '0x48',
  ),
  row('a call of a null pointer', 'call:0x0', 'TRANSLATION_FAULT_0, READ', 'null-pointer', 'A null pointer'),
  row(
    'a wild read, same 512 GiB',
    `${heap} load:0x900000000`,
    'TRANSLATION_FAULT_1, READ',
    'never-bound',
    'a wild pointer',
  ),
  row(
    'a wild write, other 512 GiB',
    `${heap} store:0x123456789000`,
    'TRANSLATION_FAULT_0, WRITE',
    'never-bound',
    'a wild pointer',
  ),
  row(
    'a wild read, same GiB',
    `${heap} load:0x8000000`,
    'TRANSLATION_FAULT_2, READ',
    'never-bound',
    'a wild pointer',
  ),
  row(
    'a wild atomic',
    `${heap} add:0x123456789000`,
    'TRANSLATION_FAULT_0, READ',
    'never-bound',
    'a wild pointer',
  ),
  row(
    "an address in the driver's part",
    `${heap} load:0xf00000000000`,
    'TRANSLATION_FAULT_0, READ',
    'driver-range',
    "driver's own part",
  ),
  // Permissions
  row(
    'a write to a read-only page',
    'bo:ro:0x1000 map:ro:0x1000000:ro store:0x1000000',
    'PERM_FAULT_3, WRITE',
    'write-to-read-only',
    'which is mapped READONLY',
  ),
  row(
    'a write to a read-only block',
    'bo:ro:0x200000 map:ro:0x40000000:ro store:0x40000000',
    'PERM_FAULT_2, WRITE',
    'write-to-read-only',
    'which is mapped READONLY',
  ),
  row(
    'an atomic on a read-only page',
    'bo:ro:0x1000 map:ro:0x1000000:ro add:0x1000008',
    'PERM_FAULT_3, WRITE',
    'write-to-read-only',
    "BO 2 'ro'",
  ),
  // Use after unmap
  row(
    'a read after an unmap',
    `${heap} load:0x1000000 unmap:0x1000000:0x10000 load:0x1000000`,
    'TRANSLATION_FAULT_3, READ',
    'use-after-unmap',
    "a read access to BO 2 'heap', which an unmap",
  ),
  row(
    'a write after an unmap',
    `${heap} unmap:0x1000000:0x10000 store:0x1008000`,
    'TRANSLATION_FAULT_3, WRITE',
    'use-after-unmap',
    "a write access to BO 2 'heap', which an unmap",
  ),
  row(
    'a write after the unmap of a part',
    `${heap} unmap:0x1004000:0x4000 store:0x1005000`,
    'TRANSLATION_FAULT_3, WRITE',
    'use-after-unmap',
    "a write access to BO 2 'heap', which an unmap",
  ),
  row(
    'a read after the unmap of a block',
    'bo:big:0x200000 map:big:0x40000000 unmap:0x40000000:0x200000 load:0x40010000',
    'TRANSLATION_FAULT_2, READ',
    'use-after-unmap',
    "a read access to BO 2 'big', which an unmap",
  ),
  row(
    'a read after unmap and close',
    `${heap} unmap:0x1000000:0x10000 close:heap load:0x1000000`,
    'TRANSLATION_FAULT_3, READ',
    'use-after-unmap',
    "BO 2 'heap' was freed",
  ),
  row(
    'a read after close and unmap',
    `${heap} close:heap unmap:0x1000000:0x10000 load:0x1000000`,
    'TRANSLATION_FAULT_3, READ',
    'use-after-unmap',
    "BO 2 'heap' was freed",
  ),
  row(
    'a read where two lived, the later named',
    `${heap} bo:next:0x10000 map:next:0x1000000 unmap:0x1000000:0x10000 load:0x1000000`,
    'TRANSLATION_FAULT_3, READ',
    'use-after-unmap',
    "BO 3 'next'",
  ),
  row(
    'a jump into what was unmapped',
    `${heap} unmap:0x1000000:0x10000 call:0x1000000`,
    'TRANSLATION_FAULT_3, READ',
    'use-after-unmap',
    "BO 2 'heap'",
  ),
  row(
    'an atomic after an unmap of sparse',
    'bo:s:0x200000 map:s:0x40000000:sparse unmap:0x40000000:0x200000 add:0x40000000',
    'TRANSLATION_FAULT_2, READ',
    'use-after-unmap',
    "the driver's dummy object",
  ),
  // Another VM, and a VM that comes again
  row(
    'the address of another VM',
    `${heap} vm load:0x1000000`,
    'TRANSLATION_FAULT_0, READ',
    'other-vm',
    'mapped in VM 1 of fd 0',
  ),
  row(
    'out of bounds in the second VM',
    `vm ${heap} store:0x1010010`,
    'TRANSLATION_FAULT_3, WRITE',
    'past-the-end',
    "0x10 bytes past the end of BO 3 'heap'",
  ),
];
