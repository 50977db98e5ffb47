// How the calls of the comparison are put together: objects with usual values, of which a row changes one.

import { buffer, ioctl, mmap, objects, slot, soon, store } from '../script.mjs';

export const PAGE = 0x1000;
/** A user address at which nothing is mapped. */
export const NOWHERE = 0x1000;
export const READ = 1;
export const READ_WRITE = 3;

export const UNMAP = 1 << 28;
export const ASYNC = 1;
export const SIGNAL = 0x80000000;
export const TIMELINE = 1;
export const WAIT_ALL = 1;
export const FOR_SUBMIT = 2;
export const AVAILABLE = 4;

/** Rows of a section. */
export const section = (name, list) => list.map((row) => ({ section: name, ...row }));
/**
 * A call, what Linux 7.2 answers a process without CAP_SYS_NICE, and the function that decides. `more`: `before`, the
 * calls that prepare it; `show` and `showOnError`, what to print of its output; `timed`, whether it waited.
 */
export const row = (what, call, kernel, source, more = {}) => ({ what, call, kernel, source, ...more });

export const vm = ioctl('VM_CREATE', {}, { vm: 'id' });
export const bo = ioctl('BO_CREATE', { size: 2 * PAGE }, { bo: 'handle' });
export const syncobj = ioctl('SYNCOBJ_CREATE', {}, { sync: 'handle' });
export const signaled = ioctl('SYNCOBJ_CREATE', { flags: 1 }, { sync: 'handle' });
export const mapped = [
  bo,
  ioctl('BO_MMAP_OFFSET', { handle: slot('bo') }, { offset: 'offset' }),
  mmap(2 * PAGE, READ_WRITE, slot('offset')),
];
export const ready = [vm, bo];

export const syncs = (list) => objects('drm_panthor_sync_op', list);
export const mapOp = (more) => ({ bo_handle: slot('bo'), va: 0x100000, size: PAGE, ...more });
export const bind = (list, more = {}, array = {}) =>
  ioctl('VM_BIND', { vm_id: slot('vm'), ops: objects('drm_panthor_vm_bind_op', list, array), ...more });

export const queue = (more) => objects('drm_panthor_queue_create', [{ ringbuf_size: 0x1000, ...more }]);
export const group = (more = {}, queues = queue()) =>
  ioctl(
    'GROUP_CREATE',
    {
      queues,
      priority: 1,
      vm_id: slot('vm'),
      compute_core_mask: 1,
      fragment_core_mask: 1,
      tiler_core_mask: 1,
      max_compute_cores: 1,
      max_fragment_cores: 1,
      max_tiler_cores: 1,
      ...more,
    },
    { group: 'group_handle' },
  );
export const submit = (list, more = {}) =>
  ioctl('GROUP_SUBMIT', {
    group_handle: slot('group'),
    queue_submits: objects('drm_panthor_queue_submit', list),
    ...more,
  });

export const wait = (flags, timeout, more = {}) =>
  ioctl('SYNCOBJ_WAIT', {
    handles: buffer([slot('sync')]),
    count_handles: 1,
    flags,
    timeout_nsec: timeout,
    ...more,
  });
export const waitPoint = (point, flags, timeout) =>
  ioctl('SYNCOBJ_TIMELINE_WAIT', {
    handles: buffer([slot('sync')]),
    points: buffer([point], 8),
    count_handles: 1,
    flags,
    timeout_nsec: timeout,
  });

/** Where streams are in the GPU's address space; the page behind them is free for what they store. */
export const STREAM = 0x200000;

// The CSF instruction set: opcode in bits 63:56.
const mov48 = (register, value) => (1n << 56n) | (BigInt(register) << 48n) | BigInt(value);
const mov32 = (register, value) => (2n << 56n) | (BigInt(register) << 48n) | BigInt(value);
const waitForAll = (3n << 56n) | (0xffn << 16n);
const storeMultiple = (register, address) =>
  (21n << 56n) | (BigInt(register) << 48n) | (BigInt(address) << 40n) | (1n << 16n);

/** A stream, written through the CPU's mapping, submitted and waited for, that stores 0xdeadbeef at `address`. */
export const streamTo = (address) => [
  vm,
  ...mapped,
  store(0, [mov48(68, address), mov32(70, 0xdeadbeef), storeMultiple(70, 68), waitForAll]),
  bind([{ bo_handle: slot('bo'), va: STREAM, size: 2 * PAGE }]),
  syncobj,
  group(),
  submit([
    {
      queue_index: 0,
      stream_size: 32,
      stream_addr: STREAM,
      syncs: syncs([{ flags: SIGNAL, handle: slot('sync') }]),
    },
  ]),
];
export const waitForStream = wait(0, soon(5000));
