// The calls of the comparison, good and bad. `kernel` is what the source of Linux 7.2 answers a process without
// CAP_SYS_NICE, `source` the function that decides. Each row runs in a process and an open file of its own.

import { buffer, file, ioctl, load, mmap, objects, poll, raw, slot, soon, store } from './script.mjs';

const PAGE = 0x1000;
const NOWHERE = 0x1000; // a user address at which nothing is mapped
const READ = 1;
const READ_WRITE = 3;
const FLUSH_ID = 1n << 56n; // DRM_PANTHOR_USER_MMIO_OFFSET_64BIT

const NOEXEC = 1 << 1;
const SPARSE = 1 << 3;
const UNMAP = 1 << 28;
const SYNC_ONLY = 2 << 28;
const ASYNC = 1;
const SIGNAL = 0x80000000;
const TIMELINE = 1;
const WAIT_ALL = 1;
const FOR_SUBMIT = 2;
const AVAILABLE = 4;

const vm = ioctl('VM_CREATE', {}, { vm: 'id' });
const bo = ioctl('BO_CREATE', { size: 2 * PAGE }, { bo: 'handle' });
const syncobj = ioctl('SYNCOBJ_CREATE', {}, { sync: 'handle' });
const signaled = ioctl('SYNCOBJ_CREATE', { flags: 1 }, { sync: 'handle' });

const ops = (list, more) => objects('drm_panthor_vm_bind_op', list, more);
const syncs = (list) => objects('drm_panthor_sync_op', list);
const mapOp = (more) => ({ bo_handle: slot('bo'), va: 0x100000, size: PAGE, ...more });
const bind = (list, more = {}, stride = {}) =>
  ioctl('VM_BIND', { vm_id: slot('vm'), ops: ops(list, stride), ...more });
const ready = [vm, bo];

const queue = (more) => objects('drm_panthor_queue_create', [{ ringbuf_size: 0x1000, ...more }]);
const group = (more = {}, queues = queue()) =>
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
const submit = (list, more = {}) =>
  ioctl('GROUP_SUBMIT', {
    group_handle: slot('group'),
    queue_submits: objects('drm_panthor_queue_submit', list),
    ...more,
  });
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
const wait = (flags, timeout, more = {}) =>
  ioctl('SYNCOBJ_WAIT', {
    handles: buffer([slot('sync')]),
    count_handles: 1,
    flags,
    timeout_nsec: timeout,
    ...more,
  });
const waitPoint = (point, flags, timeout) =>
  ioctl('SYNCOBJ_TIMELINE_WAIT', {
    handles: buffer([slot('sync')]),
    points: buffer([point], 8),
    count_handles: 1,
    flags,
    timeout_nsec: timeout,
  });
const advance = (point) =>
  ioctl('SYNCOBJ_TIMELINE_SIGNAL', {
    handles: buffer([slot('sync')]),
    points: buffer([point], 8),
    count_handles: 1,
  });
const query = (type, size, more = {}) => ioctl('DEV_QUERY', { type, size, pointer: buffer(size), ...more });

// Streams at 0x200000 of the GPU, written through the CPU's mapping of the object; the encoding is panthor_fw.h's
// neighbour, the CSF instruction set: opcode in bits 63:56.
const STREAM = 0x200000;
const mov48 = (register, value) => (1n << 56n) | (BigInt(register) << 48n) | BigInt(value);
const mov32 = (register, value) => (2n << 56n) | (BigInt(register) << 48n) | BigInt(value);
const waitAll = (3n << 56n) | (0xffn << 16n);
const storeOne = (register, address) =>
  (21n << 56n) | (BigInt(register) << 48n) | (BigInt(address) << 40n) | (1n << 16n);
const streamTo = (address) => [mov48(68, address), mov32(70, 0xdeadbeef), storeOne(70, 68), waitAll];
const streamSetup = (address) => [
  ...ready,
  ioctl('BO_MMAP_OFFSET', { handle: slot('bo') }, { offset: 'offset' }),
  mmap(2 * PAGE, READ_WRITE, slot('offset')),
  store(0, streamTo(address)),
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

const aligned = (arg) => {
  const offset = arg.readBigUInt64LE(8);
  return offset !== 0n && offset % 4096n === 0n ? 'offset page aligned' : `offset 0x${offset.toString(16)}`;
};
const aFile = (at) => (arg) => (arg.readInt32LE(at) > 2 ? 'a new file' : `fd ${arg.readInt32LE(at)}`);

const rows = (section, list) => list.map((row) => ({ section, ...row }));

export const CALLS = [
  ...rows('Requests', [
    {
      what: 'VERSION',
      call: ioctl('VERSION', { name: buffer(16), name_len: 15 }),
      show: ['version_major', 'version_minor', (_, [name]) => `name ${name.toString().replace(/\0+$/, '')}`],
      kernel: '0, version_major 1, version_minor 8, name panthor',
      source: 'drm_version',
    },
    {
      what: 'GET_CAP of PRIME',
      call: ioctl('GET_CAP', { capability: 5 }),
      show: ['value'],
      kernel: '0, value 0x3',
      source: 'drm_getcap',
    },
    {
      what: 'GET_CAP of DUMB_BUFFER, which needs a display',
      call: ioctl('GET_CAP', { capability: 1 }),
      kernel: 'EOPNOTSUPP',
      source: 'drm_getcap',
    },
    {
      what: 'SET_CLIENT_CAP on a render node',
      call: ioctl('SET_CLIENT_CAP', { capability: 3, value: 1 }),
      kernel: 'EACCES',
      source: 'drm_ioctl_permit',
    },
    {
      what: 'GEM_FLINK on a render node',
      before: [bo],
      call: ioctl('GEM_FLINK', { handle: slot('bo') }),
      kernel: 'EACCES',
      source: 'drm_ioctl_permit',
    },
    {
      what: 'a core request with no function, 0xf0',
      call: raw(0xc00864f0, '0000000000000000'),
      kernel: 'EINVAL',
      source: 'drm_ioctl',
    },
    {
      what: 'a driver request beyond the last, 0x9f',
      call: raw(0xc008649f, '0000000000000000'),
      kernel: 'EINVAL',
      source: 'drm_ioctl',
    },
    {
      what: 'a request of another type (‘x’)',
      call: raw(0xc0087840, '0000000000000000'),
      kernel: 'ENOTTY',
      source: 'drm_ioctl',
    },
    {
      what: 'VM_CREATE with a pointer to nothing',
      call: raw(0xc0106441, `@${NOWHERE.toString(16)}`),
      kernel: 'EFAULT',
      source: 'drm_ioctl',
    },
    {
      what: 'VM_CREATE with an argument of 8 bytes: the rest is zero',
      call: raw(0xc0086441, '0000000000000000'),
      kernel: '0',
      source: 'drm_ioctl',
    },
  ]),
  ...rows('DEV_QUERY', [
    {
      what: 'size of GPU_INFO',
      call: ioctl('DEV_QUERY', { type: 0 }),
      show: ['size'],
      kernel: '0, size 112',
      source: 'panthor_ioctl_dev_query',
    },
    {
      what: 'GPU_INFO',
      call: query(0, 112),
      show: [{ buffer: 0, struct: 'drm_panthor_gpu_info', field: 'gpu_id' }],
      kernel: '0, gpu_id 0xa8670000',
      source: 'panthor_set_uobj',
    },
    { what: 'GPU_INFO into 64 bytes', call: query(0, 64), kernel: 'EINVAL', source: 'panthor_set_uobj' },
    {
      what: 'GPU_INFO to an address of nothing',
      call: query(0, 112, { pointer: NOWHERE }),
      kernel: 'EFAULT',
      source: 'panthor_set_uobj',
    },
    {
      what: 'GROUP_PRIORITIES_INFO',
      call: query(3, 4),
      show: [{ buffer: 0, at: 0, size: 1, as: 'allowed_mask' }],
      kernel: '0, allowed_mask 3',
      source: 'group_priority_permit',
    },
    {
      what: 'TIMESTAMP_INFO with an unknown flag',
      call: ioctl('DEV_QUERY', {
        type: 2,
        size: 56,
        pointer: buffer([...Array(6).fill(0), 0x80000000, ...Array(7).fill(0)]),
      }),
      kernel: 'EINVAL',
      source: 'panthor_query_timestamp_info',
    },
    { what: 'type 99', call: query(99, 8), kernel: 'EINVAL', source: 'panthor_ioctl_dev_query' },
  ]),
  ...rows('VM_CREATE, VM_DESTROY, VM_GET_STATE', [
    {
      what: 'a VM of the default range',
      call: vm,
      show: ['id', 'user_va_range'],
      kernel: '0, id 1, user_va_range 0x800000000000',
      source: 'panthor_vm_pool_create_vm',
    },
    {
      what: 'a VM of 4 GiB: the kernel’s half starts at a power of two',
      call: ioctl('VM_CREATE', { user_va_range: 1n << 32n }),
      show: ['id', 'user_va_range'],
      kernel: '0, id 1, user_va_range 0x800000000000',
      source: 'panthor_vm_create_check_args',
    },
    {
      what: 'no room left for the kernel',
      call: ioctl('VM_CREATE', { user_va_range: 1n << 48n }),
      kernel: 'EINVAL',
      source: 'panthor_vm_create_check_args',
    },
    {
      what: 'a flag',
      call: ioctl('VM_CREATE', { flags: 1 }),
      kernel: 'EINVAL',
      source: 'panthor_vm_create_check_args',
    },
    {
      what: 'the 33rd VM of a file',
      before: Array(32).fill(vm),
      call: vm,
      kernel: 'EBUSY',
      source: 'panthor_vm_pool_create_vm',
    },
    {
      what: 'destroying a VM',
      before: [vm],
      call: ioctl('VM_DESTROY', { id: slot('vm') }),
      kernel: '0',
      source: 'panthor_vm_pool_destroy_vm',
    },
    {
      what: 'destroying a VM twice',
      before: [vm, ioctl('VM_DESTROY', { id: slot('vm') })],
      call: ioctl('VM_DESTROY', { id: slot('vm') }),
      kernel: 'EINVAL',
      source: 'panthor_vm_pool_destroy_vm',
    },
    {
      what: 'destroying VM 99',
      call: ioctl('VM_DESTROY', { id: 99 }),
      kernel: 'EINVAL',
      source: 'panthor_vm_pool_destroy_vm',
    },
    {
      what: 'padding set',
      before: [vm],
      call: ioctl('VM_DESTROY', { id: slot('vm'), pad: 1 }),
      kernel: 'EINVAL',
      source: 'panthor_ioctl_vm_destroy',
    },
    {
      what: 'state of a VM, the field being 7 before',
      before: [vm],
      call: ioctl('VM_GET_STATE', { vm_id: slot('vm'), state: 7 }),
      show: ['state'],
      kernel: '0, state 0',
      source: 'panthor_ioctl_vm_get_state',
    },
    {
      what: 'state of VM 99',
      call: ioctl('VM_GET_STATE', { vm_id: 99 }),
      kernel: 'EINVAL',
      source: 'panthor_ioctl_vm_get_state',
    },
  ]),
  ...rows('Buffer objects', [
    {
      what: 'BO_CREATE of 1 byte',
      call: ioctl('BO_CREATE', { size: 1 }),
      show: ['size', 'handle'],
      kernel: '0, size 0x1000, handle 1',
      source: 'panthor_gem_create_with_handle',
    },
    {
      what: 'of 0 bytes',
      call: ioctl('BO_CREATE', { size: 0 }),
      kernel: 'EINVAL',
      source: 'panthor_ioctl_bo_create',
    },
    {
      what: 'with padding set',
      call: ioctl('BO_CREATE', { size: PAGE, pad: 1 }),
      kernel: 'EINVAL',
      source: 'panthor_ioctl_bo_create',
    },
    {
      what: 'with an unknown flag',
      call: ioctl('BO_CREATE', { size: PAGE, flags: 8 }),
      kernel: 'EINVAL',
      source: 'panthor_ioctl_bo_create',
    },
    {
      what: 'NO_MMAP and WB_MMAP',
      call: ioctl('BO_CREATE', { size: PAGE, flags: 3 }),
      kernel: 'EINVAL',
      source: 'panthor_ioctl_bo_create',
    },
    {
      what: 'exclusive to VM 99',
      call: ioctl('BO_CREATE', { size: PAGE, exclusive_vm_id: 99 }),
      kernel: 'EINVAL',
      source: 'panthor_ioctl_bo_create',
    },
    {
      what: 'BO_MMAP_OFFSET',
      before: [bo],
      call: ioctl('BO_MMAP_OFFSET', { handle: slot('bo') }),
      show: [aligned],
      kernel: '0, offset page aligned',
      source: 'panthor_ioctl_bo_mmap_offset',
    },
    {
      what: 'of handle 77',
      call: ioctl('BO_MMAP_OFFSET', { handle: 77 }),
      kernel: 'ENOENT',
      source: 'panthor_ioctl_bo_mmap_offset',
    },
    {
      what: 'of a NO_MMAP object',
      before: [ioctl('BO_CREATE', { size: PAGE, flags: 1 }, { bo: 'handle' })],
      call: ioctl('BO_MMAP_OFFSET', { handle: slot('bo') }),
      kernel: 'EPERM',
      source: 'panthor_ioctl_bo_mmap_offset',
    },
    {
      what: 'mmap of an object',
      before: [bo, ioctl('BO_MMAP_OFFSET', { handle: slot('bo') }, { offset: 'offset' })],
      call: mmap(2 * PAGE, READ_WRITE, slot('offset')),
      kernel: '0',
      source: 'drm_gem_mmap',
    },
    {
      what: 'mmap of more than the object',
      before: [bo, ioctl('BO_MMAP_OFFSET', { handle: slot('bo') }, { offset: 'offset' })],
      call: mmap(16 * PAGE, READ_WRITE, slot('offset')),
      kernel: 'EINVAL',
      source: 'drm_gem_mmap',
    },
    {
      what: 'mmap where no object is',
      call: mmap(PAGE, READ_WRITE, 0x7654321000),
      kernel: 'EINVAL',
      source: 'drm_gem_mmap',
    },
    {
      what: 'a new object read through its mapping',
      before: [
        bo,
        ioctl('BO_MMAP_OFFSET', { handle: slot('bo') }, { offset: 'offset' }),
        mmap(2 * PAGE, READ_WRITE, slot('offset')),
      ],
      call: load(PAGE),
      kernel: '0x0',
      source: 'shmem_file_setup',
    },
    {
      what: 'mmap of the flush id',
      call: mmap(PAGE, READ, FLUSH_ID),
      kernel: '0',
      source: 'panthor_device_mmap_io',
    },
    {
      what: 'the flush id, for writing',
      call: mmap(PAGE, READ_WRITE, FLUSH_ID),
      kernel: 'EINVAL',
      source: 'panthor_device_mmap_io',
    },
    {
      what: 'the flush id, two pages',
      call: mmap(2 * PAGE, READ, FLUSH_ID),
      kernel: 'EINVAL',
      source: 'panthor_device_mmap_io',
    },
    {
      what: 'SET_USER_MMIO_OFFSET to somewhere else',
      call: ioctl('SET_USER_MMIO_OFFSET', { offset: 1n << 40n }),
      kernel: 'EINVAL',
      source: 'panthor_ioctl_set_user_mmio_offset',
    },
    {
      what: 'BO_SET_LABEL',
      before: [bo],
      call: ioctl('BO_SET_LABEL', { handle: slot('bo'), label: buffer('a label\0') }),
      kernel: '0',
      source: 'panthor_ioctl_bo_set_label',
    },
    {
      what: 'of handle 77',
      call: ioctl('BO_SET_LABEL', { handle: 77, label: buffer('a label\0') }),
      kernel: 'ENOENT',
      source: 'panthor_ioctl_bo_set_label',
    },
    {
      what: 'of 5000 characters',
      before: [bo],
      call: ioctl('BO_SET_LABEL', { handle: slot('bo'), label: buffer('x'.repeat(5000)) }),
      kernel: 'E2BIG',
      source: 'panthor_ioctl_bo_set_label',
    },
    {
      what: 'BO_QUERY_INFO',
      before: [ioctl('BO_CREATE', { size: PAGE, flags: 2 }, { bo: 'handle' })],
      call: ioctl('BO_QUERY_INFO', { handle: slot('bo') }),
      show: ['create_flags', 'extra_flags'],
      kernel: '0, create_flags 2, extra_flags 0',
      source: 'panthor_ioctl_bo_query_info',
    },
    {
      what: 'BO_SYNC beyond the object',
      before: [bo],
      call: ioctl('BO_SYNC', {
        ops: objects('drm_panthor_bo_sync_op', [{ handle: slot('bo'), offset: 2 * PAGE, size: 1 }]),
      }),
      kernel: 'EINVAL',
      source: 'panthor_gem_sync',
    },
    {
      what: 'BO_SYNC of handle 77',
      call: ioctl('BO_SYNC', { ops: objects('drm_panthor_bo_sync_op', [{ handle: 77 }]) }),
      kernel: 'ENOENT',
      source: 'panthor_ioctl_bo_sync',
    },
    {
      what: 'GEM_CLOSE',
      before: [bo],
      call: ioctl('GEM_CLOSE', { handle: slot('bo') }),
      kernel: '0',
      source: 'drm_gem_handle_delete',
    },
    {
      what: 'GEM_CLOSE of handle 77',
      call: ioctl('GEM_CLOSE', { handle: 77 }),
      kernel: 'EINVAL',
      source: 'drm_gem_handle_delete',
    },
  ]),
  ...rows('PRIME', [
    {
      what: 'PRIME_HANDLE_TO_FD',
      before: [bo],
      call: ioctl('PRIME_HANDLE_TO_FD', { handle: slot('bo'), flags: 0o2000002 }),
      show: [aFile(8)],
      kernel: '0, a new file',
      source: 'drm_gem_prime_handle_to_fd',
    },
    {
      what: 'with a flag that open(2) would take',
      before: [bo],
      call: ioctl('PRIME_HANDLE_TO_FD', { handle: slot('bo'), flags: 0o100 }),
      kernel: 'EINVAL',
      source: 'drm_prime_handle_to_fd_ioctl',
    },
    {
      what: 'of handle 77',
      call: ioctl('PRIME_HANDLE_TO_FD', { handle: 77 }),
      kernel: 'ENOENT',
      source: 'drm_gem_prime_handle_to_dmabuf',
    },
    {
      what: 'PRIME_FD_TO_HANDLE of one’s own export',
      before: [bo, ioctl('PRIME_HANDLE_TO_FD', { handle: slot('bo'), flags: 0o2000002 }, { fd: 'fd' })],
      call: ioctl('PRIME_FD_TO_HANDLE', { fd: slot('fd') }),
      show: ['handle'],
      kernel: '0, handle 1',
      source: 'drm_gem_prime_fd_to_handle',
    },
    {
      what: 'of a file that is no dma-buf',
      before: [file('memfd', 'fd')],
      call: ioctl('PRIME_FD_TO_HANDLE', { fd: slot('fd') }),
      kernel: 'EINVAL',
      source: 'dma_buf_get',
    },
    {
      what: 'of fd -1',
      call: ioctl('PRIME_FD_TO_HANDLE', { fd: 0xffffffff }),
      kernel: 'EBADF',
      source: 'dma_buf_get',
    },
  ]),
  ...rows('VM_BIND, synchronous', [
    { what: 'a map', before: ready, call: bind([mapOp()]), kernel: '0', source: 'panthor_vm_exec_op' },
    {
      what: 'a map of VM 99',
      before: ready,
      call: bind([mapOp()], { vm_id: 99 }),
      kernel: 'EINVAL',
      source: 'panthor_ioctl_vm_bind_sync',
    },
    {
      what: 'a stride of 1',
      before: ready,
      call: bind([mapOp()], {}, { stride: 1 }),
      kernel: 'EINVAL',
      source: 'panthor_get_uobj_array',
    },
    {
      what: 'a stride of 1 on VM 99',
      call: bind([mapOp({ bo_handle: 1 })], { vm_id: 99 }, { stride: 1 }),
      kernel: 'EINVAL',
      source: 'panthor_ioctl_vm_bind_sync',
    },
    {
      what: 'a larger stride, zero beyond what 7.2 knows',
      before: ready,
      call: bind([mapOp()], {}, { stride: 56 }),
      kernel: '0',
      source: 'copy_struct_from_user',
    },
    {
      what: 'a larger stride, something beyond',
      before: ready,
      call: bind([mapOp({ tail: 1 })], {}, { stride: 56 }),
      kernel: 'E2BIG',
      source: 'copy_struct_from_user',
    },
    {
      what: 'an array at an address of nothing',
      before: ready,
      call: bind([], {}, { address: NOWHERE, count: 1 }),
      kernel: 'EFAULT',
      source: 'panthor_get_uobj_array',
    },
    {
      what: 'an address in the middle of a page',
      before: ready,
      call: bind([mapOp({ va: 0x100800 })]),
      kernel: 'EINVAL',
      source: 'panthor_vm_bind_prepare_op_ctx',
    },
    {
      what: 'beyond the object',
      before: ready,
      call: bind([mapOp({ size: 3 * PAGE })]),
      kernel: 'EINVAL',
      source: 'panthor_vm_prepare_map_op_ctx',
    },
    {
      what: 'into the kernel’s range',
      before: ready,
      call: bind([mapOp({ va: 0x800000000000n })]),
      kernel: 'EINVAL',
      source: 'panthor_vm_bind_prepare_op_ctx',
    },
    {
      what: 'an address that overflows',
      before: ready,
      call: bind([mapOp({ va: 0xfffffffffffff000n, size: 2 * PAGE })]),
      kernel: 'EINVAL',
      source: 'panthor_vm_bind_prepare_op_ctx',
    },
    {
      what: 'handle 77',
      before: ready,
      call: bind([mapOp({ bo_handle: 77 })]),
      kernel: 'EINVAL',
      source: 'panthor_vm_prepare_map_op_ctx',
    },
    {
      what: 'an object that is exclusive to another VM',
      before: [
        vm,
        ioctl('VM_CREATE', {}, { other: 'id' }),
        ioctl('BO_CREATE', { size: PAGE, exclusive_vm_id: slot('other') }, { bo: 'handle' }),
      ],
      call: bind([mapOp()]),
      kernel: 'EINVAL',
      source: 'panthor_vm_prepare_map_op_ctx',
    },
    {
      what: 'an unknown flag of an operation',
      before: ready,
      call: bind([mapOp({ flags: 0x100 })]),
      kernel: 'EINVAL',
      source: 'panthor_vm_prepare_map_op_ctx',
    },
    {
      what: 'an unknown flag of the ioctl, which nobody looks at',
      before: ready,
      call: bind([mapOp()], { flags: 2 }),
      kernel: '0',
      source: 'panthor_ioctl_vm_bind',
    },
    {
      what: 'a sparse map',
      before: [vm],
      call: bind([{ flags: SPARSE | NOEXEC, va: 0x200000, size: 0x400000 }]),
      kernel: '0',
      source: 'panthor_vm_map_sparse',
    },
    {
      what: 'a sparse map that may be executed',
      before: [vm],
      call: bind([{ flags: SPARSE, va: 0x200000, size: 0x400000 }]),
      kernel: 'EINVAL',
      source: 'panthor_vm_prepare_map_op_ctx',
    },
    {
      what: 'three operations, the second bad',
      before: ready,
      call: bind([mapOp(), mapOp({ va: 1 }), mapOp({ va: 0x300000 })]),
      showOnError: [{ path: 'ops.count', offset: 12, size: 4 }],
      kernel: 'EINVAL, ops.count 1',
      source: 'panthor_ioctl_vm_bind_sync',
    },
    {
      what: 'unmapping a hole',
      before: [vm],
      call: bind([{ flags: UNMAP, va: 0x100000, size: PAGE }]),
      kernel: '0',
      source: 'panthor_vm_exec_op',
    },
    {
      what: 'unmapping with an object',
      before: ready,
      call: bind([mapOp({ flags: UNMAP })]),
      kernel: 'EINVAL',
      source: 'panthor_vm_bind_prepare_op_ctx',
    },
    {
      what: 'an operation of type 5',
      before: ready,
      call: bind([mapOp({ flags: 5 << 28 })]),
      kernel: 'EINVAL',
      source: 'panthor_vm_bind_prepare_op_ctx',
    },
    {
      what: 'an operation of 0 bytes, otherwise nonsense',
      before: ready,
      call: bind([mapOp({ flags: 5 << 28, size: 0, va: 1 })]),
      kernel: '0',
      source: 'panthor_vm_bind_exec_sync_op',
    },
    {
      what: 'an operation with syncs',
      before: [...ready, signaled],
      call: bind([mapOp({ syncs: syncs([{ handle: slot('sync') }]) })]),
      kernel: 'EINVAL',
      source: 'panthor_vm_bind_exec_sync_op',
    },
  ]),
  ...rows('VM_BIND, asynchronous', [
    {
      what: 'a map that signals a syncobj',
      before: [...ready, syncobj],
      call: bind([mapOp({ syncs: syncs([{ flags: SIGNAL, handle: slot('sync') }]) })], { flags: ASYNC }),
      kernel: '0',
      source: 'panthor_submit_ctx_push_fences',
    },
    {
      what: 'the wait for it',
      before: [
        ...ready,
        syncobj,
        bind([mapOp({ syncs: syncs([{ flags: SIGNAL, handle: slot('sync') }]) })], { flags: ASYNC }),
      ],
      call: wait(0, soon(5000)),
      kernel: '0',
      source: 'drm_syncobj_array_wait_timeout',
    },
    {
      what: 'SYNC_ONLY without syncs',
      before: [vm],
      call: bind([{ flags: SYNC_ONLY }], { flags: ASYNC }),
      kernel: 'EINVAL',
      source: 'panthor_vm_bind_prepare_op_ctx',
    },
    {
      what: 'waiting for a syncobj without a fence',
      before: [...ready, syncobj],
      call: bind([mapOp({ syncs: syncs([{ handle: slot('sync') }]) })], { flags: ASYNC }),
      kernel: 'EINVAL',
      source: 'drm_syncobj_find_fence',
    },
    {
      what: 'waiting for syncobj 77',
      before: ready,
      call: bind([mapOp({ syncs: syncs([{ handle: 77 }]) })], { flags: ASYNC }),
      kernel: 'ENOENT',
      source: 'drm_syncobj_find_fence',
    },
    {
      what: 'signalling syncobj 77',
      before: ready,
      call: bind([mapOp({ syncs: syncs([{ flags: SIGNAL, handle: 77 }]) })], { flags: ASYNC }),
      kernel: 'EINVAL',
      source: 'panthor_submit_ctx_add_sync_signal',
    },
    {
      what: 'a binary syncobj with a point',
      before: [...ready, signaled],
      call: bind([mapOp({ syncs: syncs([{ handle: slot('sync'), timeline_value: 3 }]) })], { flags: ASYNC }),
      kernel: 'EINVAL',
      source: 'panthor_check_sync_op',
    },
    {
      what: 'a kind of syncobj that there is not',
      before: [...ready, signaled],
      call: bind([mapOp({ syncs: syncs([{ flags: 9, handle: slot('sync') }]) })], { flags: ASYNC }),
      kernel: 'EINVAL',
      source: 'panthor_check_sync_op',
    },
    {
      what: 'a point of a timeline, then the wait for it',
      before: [
        ...ready,
        syncobj,
        bind(
          [mapOp({ syncs: syncs([{ flags: SIGNAL | TIMELINE, handle: slot('sync'), timeline_value: 7 }]) })],
          { flags: ASYNC },
        ),
      ],
      call: waitPoint(7, WAIT_ALL | FOR_SUBMIT, soon(5000)),
      kernel: '0',
      source: 'drm_syncobj_array_wait_timeout',
    },
  ]),
  ...rows('Groups', [
    {
      what: 'GROUP_CREATE',
      before: [vm],
      call: group(),
      show: ['group_handle'],
      kernel: '0, group_handle 1',
      source: 'panthor_group_create',
    },
    { what: 'for VM 99', call: group({ vm_id: 99 }), kernel: 'EINVAL', source: 'panthor_group_create' },
    {
      what: 'of realtime priority, as anybody',
      before: [vm],
      call: group({ priority: 3 }),
      kernel: 'EACCES',
      source: 'group_priority_permit',
    },
    {
      what: 'of priority 9',
      before: [vm],
      call: group({ priority: 9 }),
      kernel: 'EINVAL',
      source: 'group_priority_permit',
    },
    {
      what: 'without queues',
      before: [vm],
      call: group({}, objects('drm_panthor_queue_create', [])),
      kernel: 'EINVAL',
      source: 'panthor_ioctl_group_create',
    },
    {
      what: 'with a ring of 3000 bytes',
      before: [vm],
      call: group({}, queue({ ringbuf_size: 3000 })),
      kernel: 'EINVAL',
      source: 'group_create_queue',
    },
    {
      what: 'with a shader core that the GPU has not',
      before: [vm],
      call: group({ compute_core_mask: 2 }),
      kernel: 'EINVAL',
      source: 'panthor_group_create',
    },
    {
      what: 'with more cores than its mask has',
      before: [vm],
      call: group({ max_compute_cores: 2 }),
      kernel: 'EINVAL',
      source: 'panthor_group_create',
    },
    {
      what: 'GROUP_GET_STATE, the field being 7 before',
      before: [vm, group()],
      call: ioctl('GROUP_GET_STATE', { group_handle: slot('group'), state: 7 }),
      show: ['state', 'fatal_queues'],
      kernel: '0, state 0, fatal_queues 0',
      source: 'panthor_group_get_state',
    },
    {
      what: 'of group 77',
      call: ioctl('GROUP_GET_STATE', { group_handle: 77 }),
      kernel: 'EINVAL',
      source: 'panthor_group_get_state',
    },
    {
      what: 'GROUP_DESTROY of group 77',
      call: ioctl('GROUP_DESTROY', { group_handle: 77 }),
      kernel: 'EINVAL',
      source: 'panthor_group_destroy',
    },
    {
      what: 'GROUP_SUBMIT to group 77',
      call: submit([{ queue_index: 0 }], { group_handle: 77 }),
      kernel: 'EINVAL',
      source: 'panthor_job_create',
    },
    {
      what: 'to a queue that the group has not',
      before: [vm, group()],
      call: submit([{ queue_index: 5 }]),
      kernel: 'EINVAL',
      source: 'panthor_job_create',
    },
    {
      what: 'a size without an address',
      before: [vm, group()],
      call: submit([{ queue_index: 0, stream_size: 8 }]),
      kernel: 'EINVAL',
      source: 'panthor_job_create',
    },
    {
      what: 'an address that is no multiple of 64',
      before: [vm, group()],
      call: submit([{ queue_index: 0, stream_size: 8, stream_addr: STREAM + 8 }]),
      kernel: 'EINVAL',
      source: 'panthor_job_create',
    },
    {
      what: 'a flush id of more than 24 bits',
      before: [vm, group()],
      call: submit([{ queue_index: 0, stream_size: 8, stream_addr: STREAM, latest_flush: 1 << 24 }]),
      kernel: 'EINVAL',
      source: 'panthor_job_create',
    },
    {
      what: 'the wait for a stream that stores a word',
      before: streamSetup(STREAM + PAGE),
      call: wait(0, soon(5000)),
      kernel: '0',
      source: 'drm_syncobj_array_wait_timeout',
    },
    {
      what: 'the word, through the client’s mapping',
      before: [...streamSetup(STREAM + PAGE), wait(0, soon(5000))],
      call: load(PAGE),
      kernel: '0xdeadbeef',
      source: 'STORE_MULTIPLE',
    },
    {
      what: 'state of a group whose stream stored where nothing is mapped',
      before: [...streamSetup(0x7000000), wait(0, soon(5000))],
      call: ioctl('GROUP_GET_STATE', { group_handle: slot('group') }),
      show: ['state', 'fatal_queues'],
      kernel: '0, state 2, fatal_queues 1',
      source: 'panthor_group_get_state',
    },
    {
      what: 'a submission to it',
      before: [...streamSetup(0x7000000), wait(0, soon(5000))],
      call: submit([{ queue_index: 0 }]),
      kernel: 'EINVAL',
      source: 'group_can_run',
    },
  ]),
  ...rows('Tiler heaps', [
    {
      what: 'TILER_HEAP_CREATE',
      before: [vm],
      call: heap(),
      show: ['handle'],
      kernel: '0, handle 65536',
      source: 'panthor_ioctl_tiler_heap_create',
    },
    {
      what: 'for VM 99',
      call: heap({ vm_id: 99 }),
      kernel: 'EINVAL',
      source: 'panthor_ioctl_tiler_heap_create',
    },
    {
      what: 'with chunks of 64 KiB',
      before: [vm],
      call: heap({ chunk_size: 0x10000 }),
      kernel: 'EINVAL',
      source: 'panthor_heap_create',
    },
    {
      what: 'with no chunk',
      before: [vm],
      call: heap({ initial_chunk_count: 0 }),
      kernel: 'EINVAL',
      source: 'panthor_heap_create',
    },
    {
      what: 'with more chunks than its maximum',
      before: [vm],
      call: heap({ initial_chunk_count: 5, max_chunks: 4 }),
      kernel: 'EINVAL',
      source: 'panthor_heap_create',
    },
    {
      what: 'TILER_HEAP_DESTROY twice',
      before: [vm, heap(), ioctl('TILER_HEAP_DESTROY', { handle: slot('heap') })],
      call: ioctl('TILER_HEAP_DESTROY', { handle: slot('heap') }),
      kernel: 'EINVAL',
      source: 'panthor_heap_destroy_locked',
    },
    {
      what: 'in a VM that never had one',
      before: [vm],
      call: ioctl('TILER_HEAP_DESTROY', { handle: 0x10000 }),
      kernel: 'ENOENT',
      source: 'panthor_vm_get_heap_pool',
    },
  ]),
  ...rows('Syncobjs', [
    {
      what: 'SYNCOBJ_CREATE',
      call: ioctl('SYNCOBJ_CREATE'),
      show: ['handle'],
      kernel: '0, handle 1',
      source: 'drm_syncobj_create_as_handle',
    },
    {
      what: 'with an unknown flag',
      call: ioctl('SYNCOBJ_CREATE', { flags: 2 }),
      kernel: 'EINVAL',
      source: 'drm_syncobj_create_ioctl',
    },
    {
      what: 'SYNCOBJ_DESTROY of syncobj 77',
      call: ioctl('SYNCOBJ_DESTROY', { handle: 77 }),
      kernel: 'EINVAL',
      source: 'drm_syncobj_destroy',
    },
    {
      what: 'a wait for one that is signalled',
      before: [signaled],
      call: wait(0, soon(5000)),
      show: ['first_signaled'],
      kernel: '0, first_signaled 0',
      source: 'drm_syncobj_array_wait_timeout',
    },
    {
      what: 'a wait for one without a fence',
      before: [syncobj],
      call: wait(0, soon(5000)),
      kernel: 'EINVAL',
      source: 'drm_syncobj_array_wait_timeout',
    },
    {
      what: 'the same with WAIT_FOR_SUBMIT, for 50 ms',
      before: [syncobj],
      call: wait(FOR_SUBMIT, soon(50)),
      timed: true,
      kernel: 'ETIME after a wait',
      source: 'drm_syncobj_array_wait_timeout',
    },
    {
      what: 'the same with a time that is past',
      before: [syncobj],
      call: wait(FOR_SUBMIT, 1),
      timed: true,
      kernel: 'ETIME at once',
      source: 'drm_timeout_abs_to_jiffies',
    },
    {
      what: 'a wait for syncobj 77',
      call: wait(0, soon(50), { handles: buffer([77]) }),
      kernel: 'ENOENT',
      source: 'drm_syncobj_array_find',
    },
    {
      what: 'a wait for no syncobj',
      call: wait(0, soon(50), { count_handles: 0 }),
      kernel: '0',
      source: 'drm_syncobj_wait_ioctl',
    },
    {
      what: 'a wait with an unknown flag',
      before: [signaled],
      call: wait(0x80, soon(50)),
      kernel: 'EINVAL',
      source: 'drm_syncobj_wait_ioctl',
    },
    {
      what: 'handles at an address of nothing',
      call: wait(0, soon(50), { handles: NOWHERE }),
      kernel: 'EFAULT',
      source: 'drm_syncobj_array_find',
    },
    {
      what: 'a wait for a point that is signalled',
      before: [syncobj, advance(5)],
      call: waitPoint(5, WAIT_ALL, soon(5000)),
      kernel: '0',
      source: 'drm_syncobj_array_wait_timeout',
    },
    {
      what: 'whether a point is there yet',
      before: [syncobj, advance(5)],
      call: waitPoint(6, WAIT_ALL | FOR_SUBMIT | AVAILABLE, 0),
      kernel: 'ETIME',
      source: 'drm_syncobj_array_wait_timeout',
    },
    {
      what: 'SYNCOBJ_QUERY',
      before: [syncobj, advance(5)],
      call: ioctl('SYNCOBJ_QUERY', {
        handles: buffer([slot('sync')]),
        points: buffer([0], 8),
        count_handles: 1,
      }),
      show: [{ buffer: 1, at: 0, size: 8, as: 'point' }],
      kernel: '0, point 5',
      source: 'drm_syncobj_query_ioctl',
    },
    {
      what: 'SYNCOBJ_TRANSFER of a fence that is not there',
      before: [syncobj],
      call: ioctl('SYNCOBJ_TRANSFER', { src_handle: slot('sync'), dst_handle: slot('sync'), dst_point: 9 }),
      kernel: 'EINVAL',
      source: 'drm_syncobj_find_fence',
    },
    {
      what: 'SYNCOBJ_RESET of none',
      call: ioctl('SYNCOBJ_RESET', { handles: buffer([0]), count_handles: 0 }),
      kernel: 'EINVAL',
      source: 'drm_syncobj_reset_ioctl',
    },
    {
      what: 'SYNCOBJ_HANDLE_TO_FD',
      before: [syncobj],
      call: ioctl('SYNCOBJ_HANDLE_TO_FD', { handle: slot('sync') }),
      show: [aFile(8)],
      kernel: '0, a new file',
      source: 'drm_syncobj_get_fd',
    },
    {
      what: 'a sync file of one without a fence',
      before: [syncobj],
      call: ioctl('SYNCOBJ_HANDLE_TO_FD', { handle: slot('sync'), flags: 1 }),
      kernel: 'EINVAL',
      source: 'drm_syncobj_export_sync_file',
    },
    {
      what: 'SYNCOBJ_FD_TO_HANDLE of another kind of file',
      before: [file('memfd', 'fd')],
      call: ioctl('SYNCOBJ_FD_TO_HANDLE', { fd: slot('fd') }),
      kernel: 'EINVAL',
      source: 'drm_syncobj_fd_to_handle',
    },
    {
      what: 'an eventfd of SYNCOBJ_EVENTFD after the signal',
      before: [
        syncobj,
        file('eventfd', 'fd'),
        ioctl('SYNCOBJ_EVENTFD', { handle: slot('sync'), fd: slot('fd') }),
        ioctl('SYNCOBJ_SIGNAL', { handles: buffer([slot('sync')]), count_handles: 1 }),
      ],
      call: poll('fd'),
      kernel: 'readable',
      source: 'syncobj_eventfd_entry_func',
    },
  ]),
];
