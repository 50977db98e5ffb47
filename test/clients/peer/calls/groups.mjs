import { ioctl, load, objects, slot } from '../script.mjs';
import { group, PAGE, queue, row, STREAM, section, streamTo, submit, vm, waitForStream } from './recipes.mjs';

const heap = (more = {}) =>
  ioctl(
    'TILER_HEAP_CREATE',
    {
      vm_id: slot('vm'),
      initial_chunk_count: 1,
      chunk_size: 0x200000,
      max_chunks: 64,
      target_in_flight: 64,
      ...more,
    },
    { heap: 'handle' },
  );

export const GROUPS = [
  ...section('Groups', [
    row('GROUP_CREATE', group(), '0, group_handle 1', 'panthor_group_create', {
      before: [vm],
      show: ['group_handle'],
    }),
    row('for VM 99', group({ vm_id: 99 }), 'EINVAL', 'panthor_group_create'),
    row(
      'of realtime priority, without privileges',
      group({ priority: 3 }),
      'EACCES',
      'group_priority_permit',
      {
        before: [vm],
      },
    ),
    row('of priority 9', group({ priority: 9 }), 'EINVAL', 'group_priority_permit', { before: [vm] }),
    row(
      'without queues',
      group({}, objects('drm_panthor_queue_create', [])),
      'EINVAL',
      'panthor_ioctl_group_create',
      { before: [vm] },
    ),
    row(
      'with a ring of 3000 bytes',
      group({}, queue({ ringbuf_size: 3000 })),
      'EINVAL',
      'group_create_queue',
      { before: [vm] },
    ),
    row(
      'with a shader core that the GPU has not',
      group({ compute_core_mask: 2 }),
      'EINVAL',
      'panthor_group_create',
      { before: [vm] },
    ),
    row(
      'with more cores than its mask has',
      group({ max_compute_cores: 2 }),
      'EINVAL',
      'panthor_group_create',
      { before: [vm] },
    ),
    row(
      'GROUP_GET_STATE, the field being 7 before',
      ioctl('GROUP_GET_STATE', { group_handle: slot('group'), state: 7 }),
      '0, state 0, fatal_queues 0x0',
      'panthor_group_get_state',
      { before: [vm, group()], show: ['state', 'fatal_queues'] },
    ),
    row('of group 77', ioctl('GROUP_GET_STATE', { group_handle: 77 }), 'EINVAL', 'panthor_group_get_state'),
    row(
      'GROUP_DESTROY of group 77',
      ioctl('GROUP_DESTROY', { group_handle: 77 }),
      'EINVAL',
      'panthor_group_destroy',
    ),
    row(
      'GROUP_SUBMIT to group 77',
      submit([{ queue_index: 0 }], { group_handle: 77 }),
      'EINVAL',
      'panthor_job_create',
    ),
    row('to a queue that the group has not', submit([{ queue_index: 5 }]), 'EINVAL', 'panthor_job_create', {
      before: [vm, group()],
    }),
    row(
      'a size without an address',
      submit([{ queue_index: 0, stream_size: 8 }]),
      'EINVAL',
      'panthor_job_create',
      { before: [vm, group()] },
    ),
    row(
      'an address that is no multiple of 64',
      submit([{ queue_index: 0, stream_size: 8, stream_addr: STREAM + 8 }]),
      'EINVAL',
      'panthor_job_create',
      { before: [vm, group()] },
    ),
    row(
      'a flush id of more than 24 bits',
      submit([{ queue_index: 0, stream_size: 8, stream_addr: STREAM, latest_flush: 1 << 24 }]),
      'EINVAL',
      'panthor_job_create',
      { before: [vm, group()] },
    ),
    row('the wait for a stream that stores a word', waitForStream, '0', 'drm_syncobj_array_wait_timeout', {
      before: streamTo(STREAM + PAGE),
    }),
    row('the word, through the client’s mapping', load(PAGE), '0xdeadbeef', 'STORE_MULTIPLE', {
      before: [...streamTo(STREAM + PAGE), waitForStream],
    }),
    row(
      'state of a group whose stream stored where nothing is mapped',
      ioctl('GROUP_GET_STATE', { group_handle: slot('group') }),
      '0, state 2, fatal_queues 0x1',
      'panthor_group_get_state',
      { before: [...streamTo(0x7000000), waitForStream], show: ['state', 'fatal_queues'] },
    ),
    row('a submission to it', submit([{ queue_index: 0 }]), 'EINVAL', 'group_can_run', {
      before: [...streamTo(0x7000000), waitForStream],
    }),
  ]),
  ...section('Tiler heaps', [
    row('TILER_HEAP_CREATE', heap(), '0, handle 0x10000', 'panthor_ioctl_tiler_heap_create', {
      before: [vm],
      show: ['handle'],
    }),
    row('for VM 99', heap({ vm_id: 99 }), 'EINVAL', 'panthor_ioctl_tiler_heap_create'),
    row('with chunks of 64 KiB', heap({ chunk_size: 0x10000 }), 'EINVAL', 'panthor_heap_create', {
      before: [vm],
    }),
    row('with no chunk', heap({ initial_chunk_count: 0 }), 'EINVAL', 'panthor_heap_create', { before: [vm] }),
    row(
      'with more chunks than its maximum',
      heap({ initial_chunk_count: 5, max_chunks: 4 }),
      'EINVAL',
      'panthor_heap_create',
      { before: [vm] },
    ),
    row(
      'TILER_HEAP_DESTROY twice',
      ioctl('TILER_HEAP_DESTROY', { handle: slot('heap') }),
      'EINVAL',
      'panthor_heap_destroy_locked',
      { before: [vm, heap(), ioctl('TILER_HEAP_DESTROY', { handle: slot('heap') })] },
    ),
    row(
      'in a VM that never had one',
      ioctl('TILER_HEAP_DESTROY', { handle: 0x10000 }),
      'ENOENT',
      'panthor_vm_get_heap_pool',
      { before: [vm] },
    ),
  ]),
];
