/**
 * Calls of a scenario that enter the driver where a client does: bytes in user memory, through drm_ioctl(). So lookups
 * and references, drm_dev_enter(), the decoding of operations, syncobjs and the submission context take part.
 */
import { encode } from '../../../uapi/codec.ts';
import {
  DRM_IOCTL_GEM_CLOSE,
  DRM_IOCTL_SYNCOBJ_CREATE,
  DRM_IOCTL_SYNCOBJ_SIGNAL,
  drm_gem_close,
  drm_syncobj_array,
  drm_syncobj_create,
} from '../../../uapi/drm.ts';
import {
  DRM_IOCTL_PANTHOR_BO_CREATE,
  DRM_IOCTL_PANTHOR_VM_BIND,
  DRM_IOCTL_PANTHOR_VM_DESTROY,
  DRM_PANTHOR_SYNC_OP_HANDLE_TYPE_SYNCOBJ,
  DRM_PANTHOR_SYNC_OP_SIGNAL,
  DRM_PANTHOR_VM_BIND_ASYNC,
  drm_panthor_bo_create,
  drm_panthor_obj_array,
  drm_panthor_sync_op,
  drm_panthor_vm_bind,
  drm_panthor_vm_bind_op,
  drm_panthor_vm_destroy,
} from '../../../uapi/panthor_drm.ts';
import { type Op, run } from '../../coroutine/op.ts';
import { UserMemory } from '../../driver/base/uaccess.ts';
import type { PanthorDevice } from '../../driver/device.ts';
import { PanthorDrv } from '../../driver/ioctl/drv.ts';
import type { DrmFile } from '../../driver/ioctl/file.ts';
import type { BindOp } from '../../driver/mmu/vm-bind.ts';
import type { Fence } from '../../driver/sync/fence.ts';
import type { ObjectState } from './checks/freed.ts';
import type { Harness, VmState } from './harness.ts';

/** Where a call's argument, its operations and their syncs are in user memory. */
export const ARGUMENT = 0x10000;
export const OPS = 0x20000;
export const SYNCS = 0x30000;
/** Bytes; calls of a scenario need less. */
export const USER_MEMORY = 1024;

/** The driver's front for a device whose resets and faults the scenario's own threads handle, and a file on it. */
export function openFile(device: PanthorDevice): DrmFile {
  const drv = new PanthorDrv(device);
  drv.drainsInline = false;
  return run(drv.open({ sysNice: true }));
}

/** One call; its argument is in `mem`. */
export function* ioctl(harness: Harness, request: number, mem: UserMemory): Op<number> {
  const file = harness.file as DrmFile;
  return yield* file.drv.ioctl(file, request, mem, ARGUMENT);
}

/** DRM_IOCTL_SYNCOBJ_CREATE: the handle. */
export function* syncobjCreate(harness: Harness): Op<number> {
  const mem = new UserMemory(USER_MEMORY);
  mem.add(ARGUMENT, encode(drm_syncobj_create, {}));
  yield* ioctl(harness, DRM_IOCTL_SYNCOBJ_CREATE, mem);
  return mem.view.getUint32(mem.locate(ARGUMENT, 8) + drm_syncobj_create.off.handle, true);
}

/** DRM_IOCTL_SYNCOBJ_SIGNAL */
export function* syncobjSignal(harness: Harness, name: string): Op<number> {
  const mem = new UserMemory(USER_MEMORY);
  const handles = new Uint8Array(4);
  new DataView(handles.buffer).setUint32(0, harness.fenceHandle(name), true);
  mem.add(OPS, handles);
  mem.add(ARGUMENT, encode(drm_syncobj_array, { handles: OPS, count_handles: 1 }));
  return yield* ioctl(harness, DRM_IOCTL_SYNCOBJ_SIGNAL, mem);
}

/** The fence that a syncobj holds at present. */
export function fenceOf(harness: Harness, name: string): Fence | null {
  return harness.file?.syncobjs.get(harness.fenceHandle(name))?.lookup(0n) ?? null;
}

/** What a VM_BIND waits for and signals, by the names of syncobjs; an asynchronous one. */
export interface Syncs {
  waits: readonly string[];
  signals: readonly string[];
}

/** DRM_IOCTL_PANTHOR_VM_BIND; without `syncs` a synchronous one. */
export function* vmBind(
  harness: Harness,
  state: VmState,
  ops: readonly BindOp[],
  syncs: Syncs | null,
): Op<number> {
  yield 'VM_BIND';
  const mem = new UserMemory(USER_MEMORY);
  const { size } = drm_panthor_vm_bind_op;
  const count = syncs === null ? 0 : addSyncs(harness, mem, syncs);
  const bytes = new Uint8Array(ops.length * size);
  for (let i = 0; i < ops.length; i++) {
    const { flags, boHandle, boOffset, va, size: range } = ops[i];
    // The first operation waits, the last one signals: jobs of one queue run in order.
    const fields = { flags, bo_handle: boHandle, bo_offset: boOffset, va, size: range };
    const list = { stride: drm_panthor_sync_op.size, count, array: SYNCS };
    bytes.set(encode(drm_panthor_vm_bind_op, count > 0 ? { ...fields, syncs: list } : fields), i * size);
  }
  mem.add(OPS, bytes);
  const flags = syncs === null ? 0 : DRM_PANTHOR_VM_BIND_ASYNC;
  const array = { stride: size, count: ops.length, array: OPS };
  mem.add(ARGUMENT, encode(drm_panthor_vm_bind, { vm_id: state.id, flags, ops: array }));
  state.spec.begins();
  const ret = yield* ioctl(harness, DRM_IOCTL_PANTHOR_VM_BIND, mem);
  state.spec.observe();
  if (syncs === null) state.spec.returned(ops, ret, failedOp(mem));
  return ret;
}

/** Which operation of a synchronous VM_BIND failed: the driver leaves that in `ops.count`. */
function failedOp(mem: UserMemory): number {
  const at = mem.locate(ARGUMENT, drm_panthor_vm_bind.size);
  return mem.view.getUint32(at + drm_panthor_vm_bind.off.ops + drm_panthor_obj_array.off.count, true);
}

/** Every operation of the call waits for and signals the same syncobjs. How many they are. */
export function addSyncs(harness: Harness, mem: UserMemory, { waits, signals }: Syncs): number {
  const { size } = drm_panthor_sync_op;
  const bytes = new Uint8Array((waits.length + signals.length) * size);
  const type = DRM_PANTHOR_SYNC_OP_HANDLE_TYPE_SYNCOBJ;
  for (let i = 0; i < waits.length; i++) {
    bytes.set(encode(drm_panthor_sync_op, { flags: type, handle: harness.fenceHandle(waits[i]) }), i * size);
  }
  for (let i = 0; i < signals.length; i++) {
    const flags = (type | DRM_PANTHOR_SYNC_OP_SIGNAL) >>> 0;
    const handle = harness.fenceHandle(signals[i]);
    bytes.set(encode(drm_panthor_sync_op, { flags, handle }), (waits.length + i) * size);
  }
  if (bytes.length > 0) mem.add(SYNCS, bytes);
  return waits.length + signals.length;
}

/** DRM_IOCTL_PANTHOR_VM_DESTROY */
export function* vmDestroy(harness: Harness, state: VmState): Op<number> {
  const mem = new UserMemory(USER_MEMORY);
  mem.add(ARGUMENT, encode(drm_panthor_vm_destroy, { id: state.id }));
  return yield* ioctl(harness, DRM_IOCTL_PANTHOR_VM_DESTROY, mem);
}

/** DRM_IOCTL_PANTHOR_BO_CREATE */
export function* boCreate(harness: Harness, object: ObjectState, size: number): Op<number> {
  yield 'BO_CREATE';
  const mem = new UserMemory(USER_MEMORY);
  mem.add(ARGUMENT, encode(drm_panthor_bo_create, { size }));
  const ret = yield* ioctl(harness, DRM_IOCTL_PANTHOR_BO_CREATE, mem);
  if (ret !== 0) return ret;
  const at = mem.locate(ARGUMENT, drm_panthor_bo_create.size);
  object.handle = mem.view.getUint32(at + drm_panthor_bo_create.off.handle, true);
  object.bo = (harness.file as DrmFile).lookupGem(object.handle) ?? null;
  if (object.bo?.pin()) object.pa = object.bo.sgt.pa[0];
  return 0;
}

/** DRM_IOCTL_GEM_CLOSE */
export function* gemClose(harness: Harness, object: ObjectState): Op<number> {
  yield 'GEM_CLOSE';
  const mem = new UserMemory(USER_MEMORY);
  mem.add(ARGUMENT, encode(drm_gem_close, { handle: object.handle }));
  return yield* ioctl(harness, DRM_IOCTL_GEM_CLOSE, mem);
}

/** close() of the file: drm_release(), panthor_postclose(). */
export function* closeFile(harness: Harness): Op<number> {
  yield 'drm_release';
  const file = harness.file as DrmFile;
  yield* file.drv.release(file);
  return 0;
}
