import { ioctl, slot, soon } from '../script.mjs';
import {
  ASYNC,
  bind,
  FOR_SUBMIT,
  mapOp,
  NOWHERE,
  PAGE,
  ready,
  row,
  SIGNAL,
  section,
  signaled,
  syncobj,
  syncs,
  TIMELINE,
  UNMAP,
  vm,
  WAIT_ALL,
  wait,
  waitPoint,
} from './recipes.mjs';

const NOEXEC = 1 << 1;
const SPARSE = 1 << 3;
const SYNC_ONLY = 2 << 28;

export const BINDS = [
  ...section('VM_BIND, synchronous', [
    row('a map', bind([mapOp()]), '0', 'panthor_vm_exec_op', { before: ready }),
    row('a map of VM 99', bind([mapOp()], { vm_id: 99 }), 'EINVAL', 'panthor_ioctl_vm_bind_sync', {
      before: ready,
    }),
    row('a stride of 1', bind([mapOp()], {}, { stride: 1 }), 'EINVAL', 'panthor_get_uobj_array', {
      before: ready,
    }),
    row(
      'a stride of 1 on VM 99',
      bind([mapOp({ bo_handle: 1 })], { vm_id: 99 }, { stride: 1 }),
      'EINVAL',
      'panthor_ioctl_vm_bind_sync',
    ),
    row(
      'a larger stride, zero beyond what 7.2 knows',
      bind([mapOp()], {}, { stride: 56 }),
      '0',
      'copy_struct_from_user',
      { before: ready },
    ),
    row(
      'a larger stride, something beyond',
      bind([mapOp({ tail: 1 })], {}, { stride: 56 }),
      'E2BIG',
      'copy_struct_from_user',
      { before: ready },
    ),
    row(
      'an array at an address of nothing',
      bind([], {}, { address: NOWHERE, count: 1 }),
      'EFAULT',
      'panthor_get_uobj_array',
      { before: ready },
    ),
    row(
      'an address in the middle of a page',
      bind([mapOp({ va: 0x100800 })]),
      'EINVAL',
      'panthor_vm_bind_prepare_op_ctx',
      { before: ready },
    ),
    row('beyond the object', bind([mapOp({ size: 3 * PAGE })]), 'EINVAL', 'panthor_vm_prepare_map_op_ctx', {
      before: ready,
    }),
    row(
      'into the kernel’s range',
      bind([mapOp({ va: 0x800000000000n })]),
      'EINVAL',
      'panthor_vm_bind_prepare_op_ctx',
      { before: ready },
    ),
    row(
      'an address that overflows',
      bind([mapOp({ va: 0xfffffffffffff000n, size: 2 * PAGE })]),
      'EINVAL',
      'panthor_vm_bind_prepare_op_ctx',
      { before: ready },
    ),
    row('handle 77', bind([mapOp({ bo_handle: 77 })]), 'EINVAL', 'panthor_vm_prepare_map_op_ctx', {
      before: ready,
    }),
    row(
      'an object that is exclusive to another VM',
      bind([mapOp()]),
      'EINVAL',
      'panthor_vm_prepare_map_op_ctx',
      {
        before: [
          vm,
          ioctl('VM_CREATE', {}, { other: 'id' }),
          ioctl('BO_CREATE', { size: PAGE, exclusive_vm_id: slot('other') }, { bo: 'handle' }),
        ],
      },
    ),
    row(
      'an unknown flag of an operation',
      bind([mapOp({ flags: 0x100 })]),
      'EINVAL',
      'panthor_vm_prepare_map_op_ctx',
      { before: ready },
    ),
    row(
      'an unknown flag of the ioctl, which the kernel does not look at',
      bind([mapOp()], { flags: 2 }),
      '0',
      'panthor_ioctl_vm_bind',
      { before: ready },
    ),
    row(
      'a sparse map',
      bind([{ flags: SPARSE | NOEXEC, va: 0x200000, size: 0x400000 }]),
      '0',
      'panthor_vm_map_sparse',
      { before: [vm] },
    ),
    row(
      'a sparse map that may be executed',
      bind([{ flags: SPARSE, va: 0x200000, size: 0x400000 }]),
      'EINVAL',
      'panthor_vm_prepare_map_op_ctx',
      { before: [vm] },
    ),
    row(
      'three operations, the second bad',
      bind([mapOp(), mapOp({ va: 1 }), mapOp({ va: 0x300000 })]),
      'EINVAL, ops.count 1',
      'panthor_ioctl_vm_bind_sync',
      { before: ready, showOnError: [{ path: 'ops.count', offset: 12, size: 4 }] },
    ),
    row('unmapping a hole', bind([{ flags: UNMAP, va: 0x100000, size: PAGE }]), '0', 'panthor_vm_exec_op', {
      before: [vm],
    }),
    row(
      'unmapping with an object',
      bind([mapOp({ flags: UNMAP })]),
      'EINVAL',
      'panthor_vm_bind_prepare_op_ctx',
      { before: ready },
    ),
    row(
      'an operation of type 5',
      bind([mapOp({ flags: 5 << 28 })]),
      'EINVAL',
      'panthor_vm_bind_prepare_op_ctx',
      { before: ready },
    ),
    row(
      'an operation of 0 bytes, otherwise nonsense',
      bind([mapOp({ flags: 5 << 28, size: 0, va: 1 })]),
      '0',
      'panthor_vm_bind_exec_sync_op',
      { before: ready },
    ),
    row(
      'an operation with syncs',
      bind([mapOp({ syncs: syncs([{ handle: slot('sync') }]) })]),
      'EINVAL',
      'panthor_vm_bind_exec_sync_op',
      { before: [...ready, signaled] },
    ),
  ]),
  ...section('VM_BIND, asynchronous', [
    row(
      'a map that signals a syncobj',
      bind([mapOp({ syncs: syncs([{ flags: SIGNAL, handle: slot('sync') }]) })], { flags: ASYNC }),
      '0',
      'panthor_submit_ctx_push_fences',
      { before: [...ready, syncobj] },
    ),
    row('the wait for it', wait(0, soon(5000)), '0', 'drm_syncobj_array_wait_timeout', {
      before: [
        ...ready,
        syncobj,
        bind([mapOp({ syncs: syncs([{ flags: SIGNAL, handle: slot('sync') }]) })], { flags: ASYNC }),
      ],
    }),
    row(
      'SYNC_ONLY without syncs',
      bind([{ flags: SYNC_ONLY }], { flags: ASYNC }),
      'EINVAL',
      'panthor_vm_bind_prepare_op_ctx',
      { before: [vm] },
    ),
    row(
      'waiting for a syncobj without a fence',
      bind([mapOp({ syncs: syncs([{ handle: slot('sync') }]) })], { flags: ASYNC }),
      'EINVAL',
      'drm_syncobj_find_fence',
      { before: [...ready, syncobj] },
    ),
    row(
      'waiting for syncobj 77',
      bind([mapOp({ syncs: syncs([{ handle: 77 }]) })], { flags: ASYNC }),
      'ENOENT',
      'drm_syncobj_find_fence',
      { before: ready },
    ),
    row(
      'signalling syncobj 77',
      bind([mapOp({ syncs: syncs([{ flags: SIGNAL, handle: 77 }]) })], { flags: ASYNC }),
      'EINVAL',
      'panthor_submit_ctx_add_sync_signal',
      { before: ready },
    ),
    row(
      'a binary syncobj with a point',
      bind([mapOp({ syncs: syncs([{ handle: slot('sync'), timeline_value: 3 }]) })], { flags: ASYNC }),
      'EINVAL',
      'panthor_check_sync_op',
      { before: [...ready, signaled] },
    ),
    row(
      'a kind of syncobj that there is not',
      bind([mapOp({ syncs: syncs([{ flags: 9, handle: slot('sync') }]) })], { flags: ASYNC }),
      'EINVAL',
      'panthor_check_sync_op',
      { before: [...ready, signaled] },
    ),
    row(
      'a point of a timeline, then the wait for it',
      waitPoint(7, WAIT_ALL | FOR_SUBMIT, soon(5000)),
      '0',
      'drm_syncobj_array_wait_timeout',
      {
        before: [
          ...ready,
          syncobj,
          bind(
            [
              mapOp({
                syncs: syncs([{ flags: SIGNAL | TIMELINE, handle: slot('sync'), timeline_value: 7 }]),
              }),
            ],
            { flags: ASYNC },
          ),
        ],
      },
    ),
  ]),
];
