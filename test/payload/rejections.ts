/** Requests that the kernel refuses by their bytes alone: what, the errno, and the field that is at fault. */
import type { Json } from '../../uapi/codec.ts';

export type Rejection = readonly [what: string, json: Json, errno: string, path: string];

const addr = '0x1000';
const page = '0x1000';
const map = { bo_handle: 1, va: '0x100000', size: page };
const ops = (...items: Json[]) => ({
  ops: { stride: 48, count: items.length, array: addr },
  items: items.map((value) => ({ size: 48, value })),
});

function bind(items: readonly Json[], flags = 0, syncs: Json[] = []): Json {
  const { ops: array, items: list } = ops(...items);
  const buffers: Json[] = [{ addr, struct: 'vm_bind_op', items: list }];
  if (syncs.length > 0) {
    buffers.push({ addr: '0x9000', struct: 'sync_op', items: syncs.map((value) => ({ size: 16, value })) });
  }
  return { ioctl: 'VM_BIND', value: { vm_id: 1, flags, ops: array }, buffers };
}
const syncs = { stride: 16, count: 1, array: '0x9000' };
const asyncSync = (sync: Json) => bind([{ ...map, syncs }], 1, [sync]);

function submit(job: Json, sync?: Json): Json {
  const buffers: Json[] = [{ addr, struct: 'queue_submit', items: [{ size: 40, value: job }] }];
  if (sync !== undefined)
    buffers.push({ addr: '0x9000', struct: 'sync_op', items: [{ size: 16, value: sync }] });
  const value = { group_handle: 1, queue_submits: { stride: 40, count: 1, array: addr } };
  return { ioctl: 'GROUP_SUBMIT', value, buffers };
}

function group(value: Json, queue: Json = { ringbuf_size: 65536 }, count = 1): Json {
  const queues = { stride: 8, count, array: addr };
  const cores = { max_compute_cores: 1, max_fragment_cores: 1, max_tiler_cores: 1 };
  const masks = { compute_core_mask: '0x1', fragment_core_mask: '0x1', tiler_core_mask: '0x1', vm_id: 1 };
  return {
    ioctl: 'GROUP_CREATE',
    value: { queues, ...cores, ...masks, ...(value as object) } as Json,
    buffers: [{ addr, struct: 'queue_create', items: [{ size: 8, value: queue }] }],
  };
}

const heap = (value: object): Json => ({
  ioctl: 'TILER_HEAP_CREATE',
  value: {
    vm_id: 1,
    initial_chunk_count: 1,
    chunk_size: 0x200000,
    max_chunks: 8,
    target_in_flight: 1,
    ...value,
  },
});
const query = (type: number, size: number, buffer?: Json): Json => ({
  ioctl: 'DEV_QUERY',
  value: { type, size, pointer: addr },
  buffers: buffer === undefined ? [] : [buffer],
});
const wait = (name: string, value: object): Json => ({
  ioctl: name,
  value: { handles: addr, count_handles: 1, ...value },
});

export const rejections: readonly Rejection[] = [
  ['flags of a new VM', { ioctl: 'VM_CREATE', value: { flags: 1 } }, 'EINVAL', 'flags'],
  [
    'a user range that leaves no kernel range',
    { ioctl: 'VM_CREATE', value: { user_va_range: '0xfffff0001000' } },
    'EINVAL',
    'user_va_range',
  ],
  ['padding of VM_DESTROY', { ioctl: 'VM_DESTROY', value: { id: 1, pad: 2 } }, 'EINVAL', 'pad'],
  [
    'operations without what they need',
    { ioctl: 'VM_BIND', value: { vm_id: 1, ops: { stride: 47, count: 1, array: addr } } },
    'EINVAL',
    'ops.stride',
  ],
  [
    'operations at NULL',
    { ioctl: 'VM_BIND', value: { vm_id: 1, ops: { stride: 48, count: 1 } } },
    'EFAULT',
    'ops.array',
  ],
  [
    'operations that end early',
    {
      ioctl: 'VM_BIND',
      value: { vm_id: 1, ops: { stride: 48, count: 2, array: addr } },
      buffers: [{ addr, struct: 'vm_bind_op', items: [{ value: map }] }],
    },
    'EFAULT',
    'ops.array',
  ],
  [
    'an operation with more than is known',
    {
      ioctl: 'VM_BIND',
      value: { vm_id: 1, ops: { stride: 56, count: 1, array: addr } },
      buffers: [{ addr, struct: 'vm_bind_op', items: [{ size: 56, value: map, tail: '0000000000000001' }] }],
    },
    'E2BIG',
    'ops[0]',
  ],
  ['an unaligned address', bind([{ ...map, va: '0x100800' }]), 'EINVAL', 'ops[0].va'],
  ['an unaligned size', bind([{ ...map, size: '0x1001' }]), 'EINVAL', 'ops[0].size'],
  ['an unaligned object offset', bind([{ ...map, bo_offset: '0x10' }]), 'EINVAL', 'ops[0].bo_offset'],
  ['an address past any VM', bind([{ ...map, va: '0x1000000000000' }]), 'EINVAL', 'ops[0].va'],
  [
    'a range that ends past any VM',
    bind([{ ...map, va: '0xffffeffff000', size: '0x2000' }]),
    'EINVAL',
    'ops[0].size',
  ],
  ['a range that wraps around', bind([{ ...map, size: '0xfffffffffffff000' }]), 'EINVAL', 'ops[0].size'],
  ['an operation of no type', bind([{ ...map, flags: '0x30000000' }]), 'EINVAL', 'ops[0].flags'],
  ['unknown map flags', bind([{ ...map, flags: '0x10' }]), 'EINVAL', 'ops[0].flags'],
  ['a map of no object', bind([{ ...map, bo_handle: 0 }]), 'EINVAL', 'ops[0].bo_handle'],
  ['a sparse map that may execute', bind([{ va: page, size: page, flags: 8 }]), 'EINVAL', 'ops[0].flags'],
  ['a sparse map of an object', bind([{ ...map, flags: 10 }]), 'EINVAL', 'ops[0].bo_handle'],
  [
    'a sparse map with an offset',
    bind([{ ...map, bo_handle: 0, bo_offset: page, flags: 10 }]),
    'EINVAL',
    'ops[0].bo_offset',
  ],
  ['map flags of an unmap', bind([{ va: page, size: page, flags: '0x10000001' }]), 'EINVAL', 'ops[0].flags'],
  ['an object of an unmap', bind([{ ...map, flags: '0x10000000' }]), 'EINVAL', 'ops[0].bo_handle'],
  [
    'an object offset of an unmap',
    bind([{ va: page, size: page, bo_offset: page, flags: '0x10000000' }]),
    'EINVAL',
    'ops[0].bo_offset',
  ],
  [
    'a synchronization point with a range',
    bind([{ size: page, flags: '0x20000000' }]),
    'EINVAL',
    'ops[0].size',
  ],
  [
    'a synchronization point without operations',
    bind([{ flags: '0x20000000' }], 1),
    'EINVAL',
    'ops[0].syncs.count',
  ],
  [
    'synchronization operations of a synchronous bind',
    bind([{ ...map, syncs }]),
    'EINVAL',
    'ops[0].syncs.count',
  ],
  [
    'the second of two operations',
    bind([
      { ...map, size: '0x0' },
      { ...map, va: '0x1' },
    ]),
    'EINVAL',
    'ops[1].va',
  ],
  [
    'unknown flags of a synchronization operation',
    asyncSync({ flags: 0x100, handle: 1 }),
    'EINVAL',
    'ops[0].syncs[0].flags',
  ],
  ['a handle of an unknown type', asyncSync({ flags: 2, handle: 1 }), 'EINVAL', 'ops[0].syncs[0].flags'],
  [
    'a point of a binary syncobj',
    asyncSync({ handle: 1, timeline_value: '0x1' }),
    'EINVAL',
    'ops[0].syncs[0].timeline_value',
  ],
  [
    'synchronization operations that are too small',
    bind([{ ...map, syncs: { ...syncs, stride: 15 } }], 1, [{}]),
    'EINVAL',
    'ops[0].syncs.stride',
  ],
  ['an object of no bytes', { ioctl: 'BO_CREATE', value: {} }, 'EINVAL', 'size'],
  ['padding of BO_CREATE', { ioctl: 'BO_CREATE', value: { size: page, pad: 1 } }, 'EINVAL', 'pad'],
  ['unknown object flags', { ioctl: 'BO_CREATE', value: { size: page, flags: 4 } }, 'EINVAL', 'flags'],
  ['contrary object flags', { ioctl: 'BO_CREATE', value: { size: page, flags: 3 } }, 'EINVAL', 'flags'],
  ['padding of BO_MMAP_OFFSET', { ioctl: 'BO_MMAP_OFFSET', value: { handle: 1, pad: 1 } }, 'EINVAL', 'pad'],
  ['padding of BO_SET_LABEL', { ioctl: 'BO_SET_LABEL', value: { handle: 1, pad: 1 } }, 'EINVAL', 'pad'],
  [
    'a label without end',
    { ioctl: 'BO_SET_LABEL', value: { handle: 1, label: addr }, buffers: [{ addr, text: 'x'.repeat(4096) }] },
    'E2BIG',
    'label',
  ],
  [
    'a label that ends in nothing',
    { ioctl: 'BO_SET_LABEL', value: { handle: 1, label: addr }, buffers: [{ addr, text: 'x'.repeat(40) }] },
    'EFAULT',
    'label',
  ],
  ['another MMIO offset', { ioctl: 'SET_USER_MMIO_OFFSET', value: { offset: '0x1000' } }, 'EINVAL', 'offset'],
  [
    'an unknown kind of cache maintenance',
    {
      ioctl: 'BO_SYNC',
      value: { ops: { stride: 24, count: 1, array: addr } },
      buffers: [{ addr, struct: 'bo_sync_op', items: [{ value: { handle: 1, type: 2 } }] }],
    },
    'EINVAL',
    'ops[0].type',
  ],
  [
    'cache maintenance that wraps around',
    {
      ioctl: 'BO_SYNC',
      value: { ops: { stride: 24, count: 1, array: addr } },
      buffers: [
        {
          addr,
          struct: 'bo_sync_op',
          items: [{ value: { handle: 1, offset: '0xfffffffffffff000', size: '0x2000' } }],
        },
      ],
    },
    'EINVAL',
    'ops[0].size',
  ],
  [
    'cache maintenance that is too small',
    { ioctl: 'BO_SYNC', value: { ops: { stride: 23, count: 1, array: addr } } },
    'EINVAL',
    'ops.stride',
  ],
  ['no queues', group({}, {}, 0), 'EINVAL', 'queues.count'],
  ['too many queues', group({}, {}, 33), 'EINVAL', 'queues.count'],
  [
    'queues that are too small',
    group({ queues: { stride: 7, count: 1, array: addr } }),
    'EINVAL',
    'queues.stride',
  ],
  ['an unknown priority', group({ priority: 4 }), 'EINVAL', 'priority'],
  ['padding of GROUP_CREATE', group({ pad: 1 }), 'EINVAL', 'pad'],
  ['more compute cores than the mask has', group({ max_compute_cores: 2 }), 'EINVAL', 'max_compute_cores'],
  ['more fragment cores than the mask has', group({ max_fragment_cores: 2 }), 'EINVAL', 'max_fragment_cores'],
  ['more tilers than the mask has', group({ max_tiler_cores: 2 }), 'EINVAL', 'max_tiler_cores'],
  ['padding of a queue', group({}, { ringbuf_size: 4096, pad: [0, 1, 0] }), 'EINVAL', 'queues[0].pad'],
  ['a ring buffer of three pages', group({}, { ringbuf_size: 12288 }), 'EINVAL', 'queues[0].ringbuf_size'],
  [
    'a ring buffer that is too large',
    group({}, { ringbuf_size: 131072 }),
    'EINVAL',
    'queues[0].ringbuf_size',
  ],
  ['a ring buffer that is too small', group({}, { ringbuf_size: 2048 }), 'EINVAL', 'queues[0].ringbuf_size'],
  [
    'a queue above the highest priority',
    group({}, { ringbuf_size: 4096, priority: 16 }),
    'EINVAL',
    'queues[0].priority',
  ],
  [
    'padding of GROUP_DESTROY',
    { ioctl: 'GROUP_DESTROY', value: { group_handle: 1, pad: 1 } },
    'EINVAL',
    'pad',
  ],
  ['padding of GROUP_SUBMIT', { ioctl: 'GROUP_SUBMIT', value: { pad: 1 } }, 'EINVAL', 'pad'],
  [
    'jobs that are too small',
    { ioctl: 'GROUP_SUBMIT', value: { queue_submits: { stride: 39, count: 1, array: addr } } },
    'EINVAL',
    'queue_submits.stride',
  ],
  ['padding of a job', submit({ pad: 1 }), 'EINVAL', 'queue_submits[0].pad'],
  ['a stream without address', submit({ stream_size: 8 }), 'EINVAL', 'queue_submits[0].stream_addr'],
  ['a stream without size', submit({ stream_addr: '0x40' }), 'EINVAL', 'queue_submits[0].stream_addr'],
  [
    'an unaligned stream',
    submit({ stream_size: 8, stream_addr: '0x20' }),
    'EINVAL',
    'queue_submits[0].stream_addr',
  ],
  [
    'half an instruction',
    submit({ stream_size: 4, stream_addr: '0x40' }),
    'EINVAL',
    'queue_submits[0].stream_size',
  ],
  [
    'reserved bits of the flush id',
    submit({ latest_flush: 0x01000000 }),
    'EINVAL',
    'queue_submits[0].latest_flush',
  ],
  [
    'a point of a binary syncobj in a job',
    submit({ syncs }, { timeline_value: '0x1' }),
    'EINVAL',
    'queue_submits[0].syncs[0].timeline_value',
  ],
  ['a heap without chunks', heap({ initial_chunk_count: 0 }), 'EINVAL', 'initial_chunk_count'],
  ['a heap with too few chunks', heap({ initial_chunk_count: 9 }), 'EINVAL', 'initial_chunk_count'],
  ['chunks that are too small', heap({ chunk_size: 0x10000 }), 'EINVAL', 'chunk_size'],
  ['chunks that are too large', heap({ chunk_size: 0x900000 }), 'EINVAL', 'chunk_size'],
  ['chunks of half a page', heap({ chunk_size: 0x200800 }), 'EINVAL', 'chunk_size'],
  [
    'padding of TILER_HEAP_DESTROY',
    { ioctl: 'TILER_HEAP_DESTROY', value: { handle: 1, pad: 1 } },
    'EINVAL',
    'pad',
  ],
  ['an unknown query', query(5, 8), 'EINVAL', 'type'],
  ['a query for too little', query(0, 95), 'EINVAL', 'size'],
  ['a query for nothing', query(1, 0), 'EINVAL', 'size'],
  [
    'a timestamp query with more than is known',
    query(2, 64, { addr, bytes: `${'00'.repeat(63)}01` }),
    'E2BIG',
    'pointer',
  ],
  [
    'two CPU clocks',
    query(2, 56, { addr, bytes: `${'00'.repeat(24)}06${'00'.repeat(31)}` }),
    'EINVAL',
    'pointer.flags',
  ],
  [
    'unknown timestamp flags',
    query(2, 56, { addr, bytes: `${'00'.repeat(25)}01${'00'.repeat(30)}` }),
    'EINVAL',
    'pointer.flags',
  ],
  [
    'a capability of mode setting',
    { ioctl: 'GET_CAP', value: { capability: 'DRM_CAP_DUMB_BUFFER' } },
    'EOPNOTSUPP',
    'capability',
  ],
  [
    'a client capability',
    { ioctl: 'SET_CLIENT_CAP', value: { capability: '0x3', value: '0x1' } },
    'EACCES',
    'capability',
  ],
  [
    'a client name that is too long',
    { ioctl: 'SET_CLIENT_NAME', value: { name_len: '0x41', name: addr } },
    'EINVAL',
    'name_len',
  ],
  [
    'a client name with a blank',
    { ioctl: 'SET_CLIENT_NAME', value: { name_len: '0x3', name: addr }, buffers: [{ addr, text: 'a b' }] },
    'EINVAL',
    'name',
  ],
  ['flags of an export', { ioctl: 'PRIME_HANDLE_TO_FD', value: { handle: 1, flags: 1 } }, 'EINVAL', 'flags'],
  ['flags of a new syncobj', { ioctl: 'SYNCOBJ_CREATE', value: { flags: 2 } }, 'EINVAL', 'flags'],
  ['padding of SYNCOBJ_DESTROY', { ioctl: 'SYNCOBJ_DESTROY', value: { pad: 1 } }, 'EINVAL', 'pad'],
  ['padding of an exported syncobj', { ioctl: 'SYNCOBJ_HANDLE_TO_FD', value: { pad: 1 } }, 'EINVAL', 'pad'],
  ['flags of an exported syncobj', { ioctl: 'SYNCOBJ_HANDLE_TO_FD', value: { flags: 4 } }, 'EINVAL', 'flags'],
  [
    'a point of an exported syncobj',
    { ioctl: 'SYNCOBJ_HANDLE_TO_FD', value: { point: '0x1' } },
    'EINVAL',
    'point',
  ],
  ['flags of an imported syncobj', { ioctl: 'SYNCOBJ_FD_TO_HANDLE', value: { flags: 8 } }, 'EINVAL', 'flags'],
  ['WAIT_AVAILABLE of a binary wait', wait('SYNCOBJ_WAIT', { flags: 4 }), 'EINVAL', 'flags'],
  ['flags of a timeline wait', wait('SYNCOBJ_TIMELINE_WAIT', { flags: 16 }), 'EINVAL', 'flags'],
  ['a wait for handles at NULL', wait('SYNCOBJ_WAIT', { handles: 0 }), 'EFAULT', 'handles'],
  ['a reset of nothing', wait('SYNCOBJ_RESET', { count_handles: 0 }), 'EINVAL', 'count_handles'],
  ['padding of a reset', wait('SYNCOBJ_RESET', { pad: 1 }), 'EINVAL', 'pad'],
  ['a signal of nothing', wait('SYNCOBJ_SIGNAL', { count_handles: 0 }), 'EINVAL', 'count_handles'],
  ['flags of a timeline signal', wait('SYNCOBJ_TIMELINE_SIGNAL', { flags: 1 }), 'EINVAL', 'flags'],
  [
    'a timeline signal of nothing',
    wait('SYNCOBJ_TIMELINE_SIGNAL', { count_handles: 0 }),
    'EINVAL',
    'count_handles',
  ],
  ['flags of a query', wait('SYNCOBJ_QUERY', { flags: 2 }), 'EINVAL', 'flags'],
  ['padding of a transfer', { ioctl: 'SYNCOBJ_TRANSFER', value: { pad: 1 } }, 'EINVAL', 'pad'],
  ['flags of an eventfd', { ioctl: 'SYNCOBJ_EVENTFD', value: { flags: 1 } }, 'EINVAL', 'flags'],
  ['padding of an eventfd', { ioctl: 'SYNCOBJ_EVENTFD', value: { pad: 1 } }, 'EINVAL', 'pad'],
  ['a dma-buf ioctl', { ioctl: 'DMA_BUF_IOCTL_EXPORT_SYNC_FILE', value: { flags: 1 } }, 'ENOTTY', ''],
];
