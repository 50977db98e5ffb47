/** Why the driver refused a VM_BIND whose bytes are sound. */
import { EEXIST, EINVAL, ENOMEM } from '../../uapi/errno.ts';
import { hex } from '../../uapi/hex.ts';
import {
  DRM_PANTHOR_VM_BIND_ASYNC,
  DRM_PANTHOR_VM_BIND_OP_MAP_SPARSE,
  DRM_PANTHOR_VM_BIND_OP_TYPE_MAP,
  DRM_PANTHOR_VM_BIND_OP_TYPE_MASK,
} from '../../uapi/panthor_drm.ts';
import { SZ_2M } from '../../uapi/sizes.ts';
import type { PanthorVm } from '../driver/mmu/vm.ts';
import { MAX_TABLES, tablesFor } from '../driver/mmu/vm-op.ts';
import { walk } from '../hw/walker.ts';
import { pathOf, type View, view } from '../payload/rules/context.ts';
import type { Asked, Reason } from './refused-call.ts';
import { syncReason } from './syncs.ts';

/** panthor_ioctl_vm_bind(): the operation that was refused, of a synchronous one; else the first that could be. */
export function bindReason(call: Asked): Reason | null {
  const { arg, file } = call;
  const vm = file.vms.get(call.toDriver('vm', Number(arg.get('vm_id'))));
  if (vm === undefined) return null;
  const ops = (arg.buffer('ops')?.items ?? []).map(view);
  if ((Number(arg.get('flags')) & DRM_PANTHOR_VM_BIND_ASYNC) === 0) {
    const op = ops[call.opsDone];
    return op === undefined ? null : (prepareReason(call, vm, op) ?? execReason(call, vm, op));
  }
  if (vm.unusable && call.errno === EINVAL) return unusable('panthor_vm_bind_job_create');
  for (const op of ops) {
    const found = prepareReason(call, vm, op);
    if (found !== null) return found;
  }
  return syncReason(call, ops);
}

const unusable = (name: string): Reason => {
  return { function: name, field: 'vm_id', why: 'the VM is unusable since an operation on it failed' };
};

function isMap(op: View): boolean {
  return (
    (Number(op.get('flags')) & DRM_PANTHOR_VM_BIND_OP_TYPE_MASK) >>> 0 === DRM_PANTHOR_VM_BIND_OP_TYPE_MAP
  );
}

/** panthor_vm_bind_prepare_op_ctx() and panthor_vm_prepare_map_op_ctx(): the VM's user range, the object, the tables. */
function prepareReason(call: Asked, vm: PanthorVm, op: View): Reason | null {
  const va = Number(op.get('va'));
  const size = Number(op.get('size'));
  const range = vm.userVaRange;
  if (call.errno === EINVAL && vm.device.b.userVaCheck && va + size > range) {
    const end = va >= range ? `${hex(va)} is` : `ends at ${hex(va + size)},`;
    const why = `${end} past the user range of the VM (${hex(range)})`;
    return {
      function: 'panthor_vm_bind_prepare_op_ctx',
      field: pathOf(op, va >= range ? 'va' : 'size'),
      why,
    };
  }
  if (!isMap(op)) return null;
  const sparse = (Number(op.get('flags')) & DRM_PANTHOR_VM_BIND_OP_MAP_SPARSE) !== 0;
  if (call.errno === EINVAL) return sparse ? null : objectReason(call, vm, op, size);
  const tables = tablesFor(va, va + size);
  if (call.errno !== ENOMEM || tables <= MAX_TABLES) return null;
  const why = `${hex(size)} may need ${tables} page tables, kcalloc() has room for ${MAX_TABLES} pointers`;
  return { function: 'panthor_vm_op_ctx_prealloc_pts', field: pathOf(op, 'size'), why };
}

/** panthor_vm_prepare_map_op_ctx(): the object, and what of it is asked for. */
function objectReason(call: Asked, vm: PanthorVm, op: View, size: number): Reason | null {
  const handle = Number(op.get('bo_handle'));
  const bo = call.file.lookupGem(call.toDriver('bo', handle));
  const reason = (field: string, why: string): Reason => {
    return { function: 'panthor_vm_prepare_map_op_ctx', field: pathOf(op, field), why };
  };
  if (bo === undefined) return reason('bo_handle', `there is no object ${handle}`);
  const has = `object ${handle} has ${hex(bo.size)} bytes`;
  if (size > bo.size) return reason('size', `${hex(size)}, ${has}`);
  const offset = Number(op.get('bo_offset'));
  if (offset > bo.size - size) return reason('bo_offset', `ends at ${hex(offset + size)}, ${has}`);
  const isOthers = bo.exclusiveVm !== null && bo.exclusiveVm !== vm;
  return isOthers ? reason('bo_handle', `object ${handle} belongs to another VM`) : null;
}

/** panthor_vm_exec_op(): the address space, the VM, and the pages that are there. */
function execReason({ errno }: Asked, vm: PanthorVm, op: View): Reason | null {
  const va = Number(op.get('va'));
  const end = va + Number(op.get('size'));
  if (errno === EEXIST) {
    const why = 'pages are mapped there already that no mapping of the VM covers';
    return { function: 'panthor_vm_map_pages', field: pathOf(op, 'va'), why };
  }
  if (errno !== EINVAL) return null;
  if (end > vm.fullRange) {
    const why = `ends at ${hex(end)}, past the address space (${hex(vm.fullRange)})`;
    return {
      function: isMap(op) ? 'drm_gpuvm_sm_map' : 'drm_gpuvm_sm_unmap',
      field: pathOf(op, 'size'),
      why,
    };
  }
  if (vm.unusable && isMap(op)) return unusable('panthor_vm_exec_op');
  return cutBlock(vm, va, op, 'va') ?? cutBlock(vm, end, op, 'size');
}

/** panthor_vm_unmap_pages(): a block across an end of the range, which this page-table code does not split. */
function cutBlock(vm: PanthorVm, at: number, op: View, field: string): Reason | null {
  if (at % SZ_2M === 0) return null;
  const { ttbr, vaBits } = vm.pgtable;
  if (2 ** walk(vm.device.machine.memory, ttbr, vaBits, at).log2 !== SZ_2M) return null;
  const [from, to] = [at - (at % SZ_2M), at - (at % SZ_2M) + SZ_2M];
  const why = `${hex(at)} is within the 2 MiB block at ${hex(from)} to ${hex(to)}, which cannot be unmapped in part`;
  return { function: 'panthor_vm_unmap_pages', field: pathOf(op, field), why };
}
