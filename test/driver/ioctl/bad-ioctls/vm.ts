import { drm_panthor_sync_op, drm_panthor_vm_bind_op } from '../../../../uapi/panthor_drm.ts';
import { type Buffer, nowhere, type Struct, strided, structs } from '../arguments.ts';
import { type BadIoctl, KIB, MIB, rows, USER_VA_RANGE } from './row.ts';

const UNMAP = 1 << 28;
const SYNC_ONLY = 2 << 28;
const SPARSE = 8;
const NOEXEC = 2;
const ASYNC = 1;
const SIGNAL = 1 << 31;
const TIMELINE = 1;

/** A map that works, with changes. */
function map(changes: Struct = {}): Struct {
  return { bo_handle: 1, va: 32 * MIB, size: 64 * KIB, ...changes };
}

function bind(...ops: Struct[]): Struct {
  return { vm_id: 1, ops: structs(drm_panthor_vm_bind_op, ...ops) };
}

function async(...ops: Struct[]): Struct {
  return { ...bind(...ops), flags: ASYNC };
}

function syncs(...ops: Struct[]): Buffer {
  return structs(drm_panthor_sync_op, ...ops);
}

const prepare = 'panthor_vm_bind_prepare_op_ctx';
const prepareMap = 'panthor_vm_prepare_map_op_ctx';
const getArray = 'panthor_get_uobj_array';

/** What fails the same way in a synchronous and in an asynchronous bind. */
const operations: readonly [what: string, op: Struct, by: string][] = [
  ['an address that is not on a page', map({ va: 32 * MIB + 2048 }), prepare],
  ['a size that is not whole pages', map({ size: 64 * KIB - 1 }), prepare],
  ['an offset that is not on a page', map({ bo_offset: 512, size: 4 * KIB }), prepare],
  ['a range that ends in the kernel’s part', map({ va: USER_VA_RANGE - 4 * KIB }), prepare],
  ['a range in the kernel’s part', map({ va: USER_VA_RANGE }), prepare],
  ['a range that wraps around', map({ va: 2n ** 64n - 4096n, size: 8 * KIB }), prepare],
  ['a size that reaches 2^64', map({ va: 4 * KIB, size: 2n ** 64n - 4096n }), prepare],
  ['an address of which only the upper half is wrong', map({ va: 2n ** 63n + 32n * 1048576n }), prepare],
  ['an operation of an unknown type', map({ flags: 3 << 28 }), prepare],
  ['an operation of the last type', map({ flags: 15 << 28 }), prepare],
  ['no object', map({ bo_handle: 0 }), prepareMap],
  ['an object that does not exist', map({ bo_handle: 77 }), prepareMap],
  ['an object that was closed', map({ bo_handle: 5 }), prepareMap],
  ['the largest handle there is', map({ bo_handle: 0xffffffff }), prepareMap],
  ['an unknown map flag', map({ flags: 1 << 4 }), prepareMap],
  ['a flag next to the type', map({ flags: 1 << 27 }), prepareMap],
  ['more than the object', map({ size: 68 * KIB }), prepareMap],
  ['an offset beyond the object', map({ bo_offset: 64 * KIB, size: 4 * KIB }), prepareMap],
  ['an offset from which the object is too short', map({ bo_offset: 4 * KIB }), prepareMap],
  ['an offset near 2^64', map({ bo_offset: 2n ** 64n - 4096n, size: 4 * KIB }), prepareMap],
  ['another VM’s own object', map({ bo_handle: 4 }), prepareMap],
  ['a sparse map that may be executed', map({ flags: SPARSE, bo_handle: 0 }), prepareMap],
  ['a sparse map of an object', map({ flags: SPARSE | NOEXEC }), prepareMap],
  [
    'a sparse map with an offset',
    map({ flags: SPARSE | NOEXEC, bo_handle: 0, bo_offset: 4 * KIB }),
    prepareMap,
  ],
  ['an unmap of an object', map({ flags: UNMAP }), prepare],
  ['an unmap with an offset', { flags: UNMAP, va: 16 * MIB, size: 4 * KIB, bo_offset: 4 * KIB }, prepare],
  ['an unmap with a map flag', { flags: UNMAP | 1, va: 16 * MIB, size: 4 * KIB }, prepare],
  ['an unmap with the sparse flag', { flags: UNMAP | SPARSE, va: 16 * MIB, size: 4 * KIB }, prepare],
  ['an unmap in the kernel’s part', { flags: UNMAP, va: USER_VA_RANGE, size: 4 * KIB }, prepare],
  ['a synchronization point with a range', { flags: SYNC_ONLY, va: 16 * MIB, size: 4 * KIB }, prepare],
];

const failFirst = { out: { 'ops.count': 0 } };

export const badVm: readonly BadIoctl[] = [
  ...rows(
    'VM_CREATE',
    ['with a flag', { flags: 1 }, 'EINVAL', 'panthor_vm_create_check_args'],
    ['with all flags', { flags: 0xffffffff }, 'EINVAL', 'panthor_vm_create_check_args'],
    [
      'with a user range of the whole space',
      { user_va_range: 2 ** 48 },
      'EINVAL',
      'panthor_vm_create_check_args',
    ],
    [
      'leaving less than 256 MiB to the kernel',
      { user_va_range: 2 ** 48 - 255 * MIB },
      'EINVAL',
      'panthor_vm_create_check_args',
    ],
    [
      'with a range beyond any space',
      { user_va_range: 2n ** 64n - 1n },
      'EINVAL',
      'panthor_vm_create_check_args',
    ],
  ),
  ...rows(
    'VM_DESTROY',
    ['of VM 0', { id: 0 }, 'EINVAL', 'panthor_vm_pool_destroy_vm'],
    ['of a VM that never was', { id: 99 }, 'EINVAL', 'panthor_vm_pool_destroy_vm'],
    ['of a VM that was destroyed', { id: 3 }, 'EINVAL', 'panthor_vm_pool_destroy_vm'],
    ['with padding', { id: 1, pad: 1 }, 'EINVAL', 'panthor_ioctl_vm_destroy'],
  ),
  ...rows(
    'VM_GET_STATE',
    ['of VM 0', { vm_id: 0 }, 'EINVAL', 'panthor_ioctl_vm_get_state'],
    ['of a VM that was destroyed', { vm_id: 3 }, 'EINVAL', 'panthor_ioctl_vm_get_state'],
    [
      'of a VM whose number has the right low bits',
      { vm_id: 0x10001 },
      'EINVAL',
      'panthor_ioctl_vm_get_state',
    ],
  ),
  ...operations.flatMap(([what, op, by]) =>
    rows('VM_BIND', [`sync: ${what}`, bind(op), 'EINVAL', by, failFirst]),
  ),
  ...operations.flatMap(([what, op, by]) =>
    rows('VM_BIND', [`async: ${what}`, async(op), 'EINVAL', by, { out: { 'ops.count': 1 } }]),
  ),
  ...rows(
    'VM_BIND',
    [
      'of VM 0',
      { ...bind(map()), vm_id: 0 },
      'EINVAL',
      'panthor_ioctl_vm_bind_sync',
      { out: { 'ops.count': 1 } },
    ],
    ['of a VM that was destroyed', { ...bind(map()), vm_id: 3 }, 'EINVAL', 'panthor_ioctl_vm_bind_sync'],
    [
      'asynchronously of a VM that does not exist',
      { ...async(map()), vm_id: 32 },
      'EINVAL',
      'panthor_ioctl_vm_bind_async',
    ],
    [
      'of a VM that does not exist with a bad array',
      { vm_id: 3, 'ops.stride': 1, 'ops.count': 1 },
      'EINVAL',
      'panthor_ioctl_vm_bind_sync',
    ],
    ['with a stride of 1', { ...bind(map()), 'ops.stride': 1 }, 'EINVAL', getArray],
    ['with a stride of 0', { ...bind(map()), 'ops.stride': 0 }, 'EINVAL', getArray],
    ['with a stride that leaves out half of syncs', { ...bind(map()), 'ops.stride': 40 }, 'EINVAL', getArray],
    [
      'with an array that is not there',
      { ...bind(), 'ops.count': 1, ops: nowhere, 'ops.stride': 48 },
      'EFAULT',
      getArray,
    ],
    ['with a NULL array', { vm_id: 1, 'ops.stride': 48, 'ops.count': 1 }, 'EFAULT', getArray],
    ['with an array that is shorter than it says', { ...bind(map()), 'ops.count': 2 }, 'EFAULT', getArray],
    [
      'with more operations than fit into memory',
      { ...bind(map()), 'ops.count': 0xffffffff },
      'ENOMEM',
      getArray,
    ],
    [
      'with operations from the future that ask for something',
      { vm_id: 1, ops: strided(drm_panthor_vm_bind_op, 56, 1, map()) },
      'E2BIG',
      getArray,
    ],
    [
      'with a second operation that is wrong',
      bind(map(), map({ va: 1 })),
      'EINVAL',
      prepare,
      { out: { 'ops.count': 1 } },
    ],
    [
      'with a third operation that is wrong',
      bind(map(), map({ va: 64 * MIB }), map({ bo_handle: 9 })),
      'EINVAL',
      prepareMap,
      { out: { 'ops.count': 2 } },
    ],
    [
      'synchronously with something to wait for',
      bind(map({ syncs: syncs({ handle: 1 }) })),
      'EINVAL',
      'panthor_vm_bind_exec_sync_op',
      failFirst,
    ],
    [
      'synchronously as a synchronization point',
      bind({ flags: SYNC_ONLY, va: 4096, size: 4096 }),
      'EINVAL',
      prepare,
      failFirst,
    ],
    ['asynchronously as a synchronization point without any', async({ flags: SYNC_ONLY }), 'EINVAL', prepare],
    [
      'as a synchronization point of an object',
      async({ flags: SYNC_ONLY, bo_handle: 1, syncs: syncs({ handle: 1 }) }),
      'EINVAL',
      prepare,
    ],
    [
      'asynchronously with a short stride of syncs',
      async(map({ syncs: syncs({ handle: 1 }), 'syncs.stride': 8 })),
      'EINVAL',
      getArray,
    ],
    [
      'asynchronously with syncs that are not there',
      async(map({ 'syncs.count': 1, 'syncs.stride': 16 })),
      'EFAULT',
      getArray,
    ],
    [
      'waiting for a syncobj that does not exist',
      async(map({ syncs: syncs({ handle: 9 }) })),
      'ENOENT',
      'drm_syncobj_find_fence',
    ],
    [
      'waiting for a syncobj without a fence',
      async(map({ syncs: syncs({ handle: 2 }) })),
      'EINVAL',
      'drm_syncobj_find_fence',
    ],
    [
      'waiting for a point that is not submitted',
      async(map({ syncs: syncs({ flags: TIMELINE, handle: 3, timeline_value: 6 }) })),
      'EINVAL',
      'drm_syncobj_find_fence',
    ],
    [
      'waiting for a point of a binary syncobj',
      async(map({ syncs: syncs({ flags: TIMELINE, handle: 1, timeline_value: 1 }) })),
      'EINVAL',
      'drm_syncobj_find_fence',
    ],
    [
      'signalling a syncobj that does not exist',
      async(map({ syncs: syncs({ flags: SIGNAL, handle: 4 }) })),
      'EINVAL',
      'panthor_submit_ctx_add_sync_signal',
    ],
    [
      'waiting with an unknown flag',
      async(map({ syncs: syncs({ flags: 1 << 8, handle: 1 }) })),
      'EINVAL',
      'panthor_check_sync_op',
    ],
    [
      'signalling with an unknown flag',
      async(map({ syncs: syncs({ flags: SIGNAL | (1 << 30), handle: 1 }) })),
      'EINVAL',
      'panthor_check_sync_op',
    ],
    [
      'with a handle of an unknown type',
      async(map({ syncs: syncs({ flags: 2, handle: 1 }) })),
      'EINVAL',
      'panthor_check_sync_op',
    ],
    [
      'signalling a point of what is said to be binary',
      async(map({ syncs: syncs({ flags: SIGNAL, handle: 1, timeline_value: 1 }) })),
      'EINVAL',
      'panthor_check_sync_op',
    ],
    [
      'waiting for a point of what is said to be binary',
      async(map({ syncs: syncs({ handle: 1, timeline_value: 5 }) })),
      'EINVAL',
      'panthor_check_sync_op',
    ],
    [
      'waiting for what a later operation signals',
      async(
        map({ syncs: syncs({ handle: 2 }) }),
        map({ va: 64 * MIB, syncs: syncs({ flags: SIGNAL, handle: 2 }) }),
      ),
      'EINVAL',
      'panthor_submit_ctx_add_sync_deps_to_job',
    ],
    [
      'a sparse map that 6.12 does not know',
      bind(map({ flags: SPARSE | NOEXEC, bo_handle: 0 })),
      'EINVAL',
      prepareMap,
      { kernel: '6.12' },
    ],
    [
      'a sparse flag on an object that 6.12 does not know',
      bind(map({ flags: SPARSE | NOEXEC })),
      'EINVAL',
      prepareMap,
      { kernel: '6.12' },
    ],
  ),
];
