/** Operations of a stream on VMs. */
import { EINVAL, ENOENT } from '../../uapi/errno.ts';
import { hex } from '../../uapi/hex.ts';
import { run } from '../coroutine/op.ts';
import { PanthorVm } from '../driver/mmu/vm.ts';
import { mapBoRange, unmapRange } from '../driver/mmu/vm-kernel-map.ts';
import { hasOutputWidth } from '../driver/mmu/vm-pool.ts';
import { flushRange, lockRegion, unlockRegion } from '../driver/mmu/vm-region.ts';
import { type Fields, num, type StreamOp } from './op-fields.ts';
import type { Stage } from './stage.ts';

/** A VM of a file, or the firmware's: its handle, its number and its ranges. */
export function vmCreate(stage: Stage, op: StreamOp): Fields {
  if (op.op === 'mcu_vm_create') {
    // panthor_fw_init(): 4 GiB, all of it for the firmware's interface, automatic VAs in the shared region.
    if (!hasOutputWidth(stage.device.params.paBits)) return { r: -EINVAL };
    const vm = new PanthorVm(stage.device, true, 0, 2 ** 32, 0x04000000, 0x04000000);
    stage.vms.set(vm.uid, vm);
    return { r: 0, uid: vm.uid };
  }
  const id = stage.pool.create(num(op, 'user_va_range'), num(op, 'flags'));
  if (id < 0) return { r: id };
  const vm = stage.pool.get(id) as PanthorVm;
  stage.vms.set(vm.uid, vm);
  return {
    r: id,
    uid: vm.uid,
    user_va_range: hex(vm.userVaRange),
    kernel_va: [hex(vm.kernelVa.start), hex(vm.kernelVa.end)],
  };
}

/** panthor_vm_alloc_va() */
export function allocVa(stage: Stage, op: StreamOp): Fields {
  const vm = stage.vms.get(num(op, 'vm'));
  if (vm === undefined) return without(stage, num(op, 'vm'));
  // Number() would round a size just below 2^64 to a multiple of a page.
  if ((BigInt((op.size as string | undefined) ?? 0) & 0xfffn) !== 0n) return { r: -EINVAL };
  const node = vm.allocVa(op.va === undefined ? -1 : num(op, 'va'), num(op, 'size'));
  if (typeof node === 'number') return { r: node };
  const id = ++stage.nodeCount;
  stage.nodes.set(id, { vm, node });
  return { r: 0, node: id, start: hex(node.start) };
}

/** panthor_vm_free_va() */
export function freeVa(stage: Stage, op: StreamOp): Fields {
  const found = stage.nodes.get(num(op, 'node'));
  if (found === undefined) return { r: -EINVAL };
  stage.nodes.delete(num(op, 'node'));
  if (!stage.vms.has(found.vm.uid)) return { r: 0, skipped: 1 };
  found.vm.freeVa(found.node);
  return { r: 0 };
}

/** What an operation comes to on a VM that is not there: passed over where it was destroyed, refused where it never was. */
function without(stage: Stage, uid: number): Fields {
  return uid > 0 && uid <= stage.device.mmu.created ? { r: 0, skipped: 1 } : { r: -EINVAL };
}

/** An operation on one VM. */
export function vmOp(stage: Stage, op: StreamOp): Fields {
  const uid = num(op, 'vm');
  const vm = stage.vms.get(uid);
  if (vm === undefined) return without(stage, uid);
  const { b } = stage.device;
  switch (op.op) {
    case 'vm_destroy':
      stage.vms.delete(uid);
      return { r: run(stage.pool.destroyVm(vm.id)) };
    case 'active':
      return { r: run(vm.active()) };
    case 'idle':
      if (vm.activeCount === 0) return { r: 0, skipped: 1 };
      run(vm.idle());
      return { r: 0 };
    case 'bind':
      return bind(stage, vm, op);
    case 'kmap': {
      const bo = stage.bos.get(num(op, 'bo'));
      if (bo === undefined) return { r: -EINVAL };
      const r = run(mapBoRange(vm, bo, num(op, 'bo_off'), num(op, 'size'), num(op, 'va'), num(op, 'flags')));
      return { r };
    }
    case 'kunmap':
      return { r: run(unmapRange(vm, num(op, 'va'), num(op, 'size'))) };
    case 'lookup': {
      const found = run(vm.getBoForVa(num(op, 'va')));
      return found === null ? { r: -ENOENT } : { r: 0, bo: found.bo.id, bo_off: hex(found.offset) };
    }
    case 'get_state':
      return { r: 0 };
    case 'lock':
      if (!b.lockAroundOp) return { r: 0, skipped: 1 };
      return { r: run(lockRegion(vm, num(op, 'start'), num(op, 'size'))) };
    case 'unlock':
      if (!b.lockAroundOp) return { r: 0, skipped: 1 };
      run(unlockRegion(vm));
      return { r: 0 };
    case 'flush_all':
      if (!b.flushOnEnable || b.lockFlushUnlock) return { r: 0, skipped: 1 };
      return { r: run(flushRange(vm, 0, vm.fullRange)) };
    default:
      throw new Error(`unknown operation '${op.op}'`);
  }
}

/** One VM_BIND operation, synchronous or as a job that runs at once. */
function bind(stage: Stage, vm: PanthorVm, op: StreamOp): Fields {
  const bindOp = {
    flags: num(op, 'flags'),
    boHandle: num(op, 'bo'),
    boOffset: num(op, 'bo_off'),
    va: num(op, 'va'),
    size: num(op, 'size'),
    syncCount: num(op, 'nsync'),
  };
  if (num(op, 'async') === 0) return { r: run(vm.bindExecSyncOp(stage, bindOp)) };
  const job = vm.bindJobCreate(stage, bindOp);
  if (typeof job === 'number') return { r: job };
  const fence = run(job.run());
  run(job.cleanup());
  return { r: 0, fence };
}
