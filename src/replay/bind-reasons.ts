/** Why the model refused a VM_BIND whose bytes are sound. */
import { hex } from '../../uapi/hex.ts';
import {
  DRM_IOCTL_PANTHOR_VM_BIND,
  DRM_PANTHOR_VM_BIND_ASYNC,
  DRM_PANTHOR_VM_BIND_OP_MAP_SPARSE,
  DRM_PANTHOR_VM_BIND_OP_TYPE_MAP,
  DRM_PANTHOR_VM_BIND_OP_TYPE_MASK,
  drm_panthor_vm_bind,
} from '../../uapi/panthor_drm.ts';
import type { CaptureRecord } from '../capture/record.ts';
import type { PanthorVm } from '../driver/mmu/vm.ts';
import type { Refusal } from '../payload/refusal.ts';
import { type View, view } from '../payload/rules/context.ts';
import { VM_BIND_COUNT_AT } from './failures.ts';
import type { ReplayModel } from './model.ts';
import type { Reason, RefusedCall } from './state-reasons.ts';

/** panthor_ioctl_vm_bind(): the VM, or the operation that was refused, of a synchronous one; else the first that could be. */
export function bindReason(call: RefusedCall): Reason | null {
  const { arg, file, model } = call;
  const vm = file.file.vms.get(file.ids.vm.toModel(Number(arg.get('vm_id'))));
  if (vm === undefined) return null;
  const ops = (arg.buffer('ops')?.items ?? []).map(view);
  const async = (Number(arg.get('flags')) & DRM_PANTHOR_VM_BIND_ASYNC) !== 0;
  if (async) {
    if (vm.unusable) return unusable('panthor_vm_bind_job_create');
    for (const op of ops) {
      const found = opReason(call, vm, op);
      if (found !== null) return found;
    }
    return null;
  }
  // How many were done stands there after a failure.
  const { mem, argAt } = model;
  const op = ops[mem.view.getUint32(argAt + VM_BIND_COUNT_AT, true)];
  if (op === undefined) return null;
  return opReason(call, vm, op) ?? (vm.unusable && isMap(op) ? unusable('panthor_vm_exec_op') : null);
}

/** Whether a reason that the bytes give is that of the operation which failed: a synchronous bind stops at the first. */
export function isOfFailedOp(refusal: Refusal, record: CaptureRecord, { mem, argAt }: ReplayModel): boolean {
  if (record.request !== DRM_IOCTL_PANTHOR_VM_BIND) return true;
  const flags = mem.view.getUint32(argAt + drm_panthor_vm_bind.off.flags, true);
  const index = /^ops\[(\d+)\]/.exec(refusal.field)?.[1];
  if (index === undefined || (flags & DRM_PANTHOR_VM_BIND_ASYNC) !== 0) return true;
  return Number(index) === mem.view.getUint32(argAt + VM_BIND_COUNT_AT, true);
}

const unusable = (name: string): Reason => {
  return { function: name, field: 'vm_id', why: 'the VM is unusable since an operation on it failed' };
};

function isMap(op: View): boolean {
  return (
    (Number(op.get('flags')) & DRM_PANTHOR_VM_BIND_OP_TYPE_MASK) >>> 0 === DRM_PANTHOR_VM_BIND_OP_TYPE_MAP
  );
}

/** panthor_vm_bind_prepare_op_ctx() and panthor_vm_prepare_map_op_ctx(): the VM's user range, and the object. */
function opReason({ file, model }: RefusedCall, vm: PanthorVm, op: View): Reason | null {
  const at = (field: string): string => `${op.node.path}.${field}`;
  const va = Number(op.get('va'));
  const size = Number(op.get('size'));
  const range = vm.userVaRange;
  if (model.device.b.userVaCheck && va + size > range) {
    const name = 'panthor_vm_bind_prepare_op_ctx';
    const end = va >= range ? `${hex(va)} is` : `ends at ${hex(va + size)},`;
    const why = `${end} past the user range of the VM (${hex(range)})`;
    return { function: name, field: at(va >= range ? 'va' : 'size'), why };
  }
  const sparse = (Number(op.get('flags')) & DRM_PANTHOR_VM_BIND_OP_MAP_SPARSE) !== 0;
  if (!isMap(op) || sparse) return null;
  const handle = Number(op.get('bo_handle'));
  const bo = file.file.lookupGem(file.ids.bo.toModel(handle));
  if (bo === undefined) return null;
  const name = 'panthor_vm_prepare_map_op_ctx';
  const has = `object ${handle} has ${hex(bo.size)} bytes`;
  if (size > bo.size) return { function: name, field: at('size'), why: `${hex(size)}, ${has}` };
  const offset = Number(op.get('bo_offset'));
  if (offset > bo.size - size) {
    return { function: name, field: at('bo_offset'), why: `ends at ${hex(offset + size)}, ${has}` };
  }
  if (bo.exclusiveVm === null || bo.exclusiveVm === vm) return null;
  return { function: name, field: at('bo_handle'), why: `object ${handle} belongs to another VM` };
}
