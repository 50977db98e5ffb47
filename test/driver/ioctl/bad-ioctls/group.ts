import {
  drm_panthor_queue_create,
  drm_panthor_queue_submit,
  drm_panthor_sync_op,
} from '../../../../uapi/panthor_drm.ts';
import { nowhere, type Struct, strided, structs } from '../arguments.ts';
import { type BadIoctl, groupArg, heapArg, KIB, MIB, rows } from './row.ts';

const SIGNAL = 1 << 31;
const create = 'panthor_group_create';
const createQueue = 'group_create_queue';
const createJob = 'panthor_job_create';
const createHeap = 'panthor_heap_create';
const getArray = 'panthor_get_uobj_array';

function queues(...list: Struct[]): Struct {
  return groupArg({ queues: structs(drm_panthor_queue_create, ...list) });
}

/** A submission that works, with changes to its one job. */
function submit(changes: Struct = {}, more: Struct = {}): Struct {
  const job: Struct = { stream_size: 64, stream_addr: 16 * MIB, ...changes };
  return { group_handle: 1, queue_submits: structs(drm_panthor_queue_submit, job), ...more };
}

const nine = new Array(9).fill({ ringbuf_size: 4096 });

export const badGroup: readonly BadIoctl[] = [
  ...rows(
    'GROUP_CREATE',
    ['without queues', queues(), 'EINVAL', 'panthor_ioctl_group_create'],
    ['with 33 queues', groupArg({ 'queues.count': 33 }), 'EINVAL', 'panthor_ioctl_group_create'],
    ['with more queues than the firmware has streams', queues(...nine), 'EINVAL', create],
    ['with a stride of 4', groupArg({ 'queues.stride': 4 }), 'EINVAL', getArray],
    [
      'with queues that are not there',
      groupArg({ queues: nowhere, 'queues.stride': 8, 'queues.count': 1 }),
      'EFAULT',
      getArray,
    ],
    [
      'with queues from the future',
      groupArg({ queues: strided(drm_panthor_queue_create, 16, 1, { ringbuf_size: 4096 }) }),
      'E2BIG',
      getArray,
    ],
    ['of an unknown priority', groupArg({ priority: 4 }), 'EINVAL', 'group_priority_permit'],
    ['of priority 255', groupArg({ priority: 255 }), 'EINVAL', 'group_priority_permit'],
    ['of high priority', groupArg({ priority: 2 }), 'EACCES', 'group_priority_permit'],
    ['of realtime priority', groupArg({ priority: 3 }), 'EACCES', 'group_priority_permit'],
    [
      'of realtime priority, on 6.12',
      groupArg({ priority: 3 }),
      'EINVAL',
      'group_priority_permit',
      { kernel: '6.12' },
    ],
    ['with padding', groupArg({ pad: 1 }), 'EINVAL', create],
    ['for compute cores that are not there', groupArg({ compute_core_mask: 0x50007 }), 'EINVAL', create],
    ['for a compute core beyond 2^32', groupArg({ compute_core_mask: 2n ** 40n }), 'EINVAL', create],
    ['for fragment cores that are not there', groupArg({ fragment_core_mask: 0x80000 }), 'EINVAL', create],
    ['for tilers that are not there', groupArg({ tiler_core_mask: 3 }), 'EINVAL', create],
    ['for more compute cores than in its mask', groupArg({ max_compute_cores: 5 }), 'EINVAL', create],
    [
      'for more fragment cores than in its mask',
      groupArg({ fragment_core_mask: 1, max_fragment_cores: 2 }),
      'EINVAL',
      create,
    ],
    ['for more tilers than in its mask', groupArg({ max_tiler_cores: 2 }), 'EINVAL', create],
    ['for a tiler with an empty mask', groupArg({ tiler_core_mask: 0 }), 'EINVAL', create],
    ['on VM 0', groupArg({ vm_id: 0 }), 'EINVAL', create],
    ['on a VM that was destroyed', groupArg({ vm_id: 3 }), 'EINVAL', create],
    ['with padding in a queue', queues({ ringbuf_size: 4096, pad: 1 }), 'EINVAL', createQueue],
    ['with a queue of priority 16', queues({ ringbuf_size: 4096, priority: 16 }), 'EINVAL', createQueue],
    ['with a ring buffer of no size', queues({ ringbuf_size: 0 }), 'EINVAL', createQueue],
    ['with a ring buffer of 2 KiB', queues({ ringbuf_size: 2 * KIB }), 'EINVAL', createQueue],
    ['with a ring buffer of 128 KiB', queues({ ringbuf_size: 128 * KIB }), 'EINVAL', createQueue],
    ['with a ring buffer that is no power of two', queues({ ringbuf_size: 12 * KIB }), 'EINVAL', createQueue],
    [
      'with a second queue that is wrong',
      queues({ ringbuf_size: 4096 }, { ringbuf_size: 1 }),
      'EINVAL',
      createQueue,
    ],
  ),
  ...rows(
    'GROUP_DESTROY',
    ['of no group', { group_handle: 0 }, 'EINVAL', 'panthor_group_destroy'],
    ['of a group that was destroyed', { group_handle: 2 }, 'EINVAL', 'panthor_group_destroy'],
    ['of a handle that is 1 in its low half', { group_handle: 0x10001 }, 'EINVAL', 'panthor_group_destroy'],
    ['with padding', { group_handle: 1, pad: 1 }, 'EINVAL', 'panthor_ioctl_group_destroy'],
  ),
  ...rows(
    'GROUP_GET_STATE',
    ['of no group', { group_handle: 0 }, 'EINVAL', 'panthor_group_get_state'],
    ['of a group that was destroyed', { group_handle: 2 }, 'EINVAL', 'panthor_group_get_state'],
    ['with padding', { group_handle: 1, pad: 1 }, 'EINVAL', 'panthor_group_get_state'],
  ),
  ...rows(
    'GROUP_SUBMIT',
    ['with padding', submit({}, { pad: 1 }), 'EINVAL', 'panthor_ioctl_group_submit'],
    ['with a stride of 24', submit({}, { 'queue_submits.stride': 24 }), 'EINVAL', getArray],
    [
      'with jobs that are not there',
      { group_handle: 1, queue_submits: nowhere, 'queue_submits.stride': 40, 'queue_submits.count': 1 },
      'EFAULT',
      getArray,
    ],
    [
      'with jobs from the future',
      { group_handle: 1, queue_submits: strided(drm_panthor_queue_submit, 48, 9, {}) },
      'E2BIG',
      getArray,
    ],
    ['with padding in a job', submit({ pad: 1 }), 'EINVAL', createJob],
    ['of a stream without an address', submit({ stream_addr: 0 }), 'EINVAL', createJob],
    ['of a stream without a size', submit({ stream_size: 0 }), 'EINVAL', createJob],
    ['of a stream that is not on a cache line', submit({ stream_addr: 16 * MIB + 32 }), 'EINVAL', createJob],
    ['of a stream that is not whole instructions', submit({ stream_size: 60 }), 'EINVAL', createJob],
    ['with reserved bits in the flush id', submit({ latest_flush: 1 << 24 }), 'EINVAL', createJob],
    ['with the last reserved bit in the flush id', submit({ latest_flush: 1 << 30 }), 'EINVAL', createJob],
    ['to no group', submit({}, { group_handle: 0 }), 'EINVAL', createJob],
    ['to a group that was destroyed', submit({}, { group_handle: 2 }), 'EINVAL', createJob],
    ['to a queue that is not there', submit({ queue_index: 2 }), 'EINVAL', createJob],
    ['to the largest queue index', submit({ queue_index: 0xffffffff }), 'EINVAL', createJob],
    ['with a short stride of syncs', submit({ 'syncs.stride': 8, 'syncs.count': 1 }), 'EINVAL', getArray],
    ['with syncs that are not there', submit({ 'syncs.stride': 16, 'syncs.count': 1 }), 'EFAULT', getArray],
    [
      'waiting for a syncobj that does not exist',
      submit({ syncs: structs(drm_panthor_sync_op, { handle: 4 }) }),
      'ENOENT',
      'drm_syncobj_find_fence',
    ],
    [
      'waiting for a syncobj without a fence',
      submit({ syncs: structs(drm_panthor_sync_op, { handle: 2 }) }),
      'EINVAL',
      'drm_syncobj_find_fence',
    ],
    [
      'signalling a syncobj that does not exist',
      submit({ syncs: structs(drm_panthor_sync_op, { flags: SIGNAL, handle: 4 }) }),
      'EINVAL',
      'panthor_submit_ctx_add_sync_signal',
    ],
    [
      'with a handle of an unknown type',
      submit({ syncs: structs(drm_panthor_sync_op, { flags: 0xff, handle: 1 }) }),
      'EINVAL',
      'panthor_check_sync_op',
    ],
    [
      'with an unknown sync flag',
      submit({ syncs: structs(drm_panthor_sync_op, { flags: SIGNAL | (1 << 12), handle: 1 }) }),
      'EINVAL',
      'panthor_check_sync_op',
    ],
  ),
  ...rows(
    'TILER_HEAP_CREATE',
    ['on VM 0', heapArg({ vm_id: 0 }), 'EINVAL', 'panthor_ioctl_tiler_heap_create'],
    ['on a VM that was destroyed', heapArg({ vm_id: 3 }), 'EINVAL', 'panthor_ioctl_tiler_heap_create'],
    ['without chunks', heapArg({ initial_chunk_count: 0 }), 'EINVAL', createHeap],
    ['with more chunks than it may ever have', heapArg({ max_chunks: 4 }), 'EINVAL', createHeap],
    ['that may have no chunks', heapArg({ max_chunks: 0 }), 'EINVAL', createHeap],
    ['with chunks that are not whole pages', heapArg({ chunk_size: 2 * MIB + 1 }), 'EINVAL', createHeap],
    ['with chunks of 124 KiB', heapArg({ chunk_size: 124 * KIB }), 'EINVAL', createHeap],
    ['with chunks of more than 8 MiB', heapArg({ chunk_size: 8 * MIB + 4 * KIB }), 'EINVAL', createHeap],
    ['with chunks of no size', heapArg({ chunk_size: 0 }), 'EINVAL', createHeap],
  ),
  ...rows(
    'TILER_HEAP_DESTROY',
    ['of heap 0 of VM 0', { handle: 0 }, 'EINVAL', 'panthor_ioctl_tiler_heap_destroy'],
    ['of a heap that does not exist', { handle: 0x10001 }, 'EINVAL', 'panthor_heap_destroy_locked'],
    ['of a VM without heaps', { handle: 0x20000 }, 'ENOENT', 'panthor_vm_get_heap_pool'],
    ['of a VM that was destroyed', { handle: 0x30000 }, 'EINVAL', 'panthor_ioctl_tiler_heap_destroy'],
    ['with padding', { handle: 0x10000, pad: 1 }, 'EINVAL', 'panthor_ioctl_tiler_heap_destroy'],
  ),
];
