/** What records say of failures that a replay cannot come to by itself. */
import { EINVAL } from '../../uapi/errno.ts';
import {
  DRM_IOCTL_PANTHOR_GROUP_GET_STATE,
  DRM_IOCTL_PANTHOR_GROUP_SUBMIT,
  DRM_IOCTL_PANTHOR_VM_BIND,
  DRM_PANTHOR_VM_BIND_ASYNC,
  drm_panthor_group_get_state,
  drm_panthor_group_submit,
  drm_panthor_vm_bind,
} from '../../uapi/panthor_drm.ts';
import type { CaptureRecord } from '../capture/record.ts';
import type { ClientFile } from './client-file.ts';

const BIND = drm_panthor_vm_bind.off;
const BIND_COUNT = BIND.ops + 4;

/**
 * How many operations of a failed synchronous VM_BIND were done before the one that failed: panthor_ioctl_vm_bind_sync()
 * writes that number back as the count. 0 for every other call, and where the count was left as it was.
 */
export function operationsDone(record: CaptureRecord): number {
  if (record.request !== DRM_IOCTL_PANTHOR_VM_BIND) return 0;
  const view = viewOf(record.bytes);
  if ((view.getUint32(record.argInAt + BIND.flags, true) & DRM_PANTHOR_VM_BIND_ASYNC) !== 0) return 0;
  const done = view.getUint32(record.argOutAt + BIND_COUNT, true);
  return done < view.getUint32(record.argInAt + BIND_COUNT, true) ? done : 0;
}

/** Where the count of operations stands in VM_BIND's argument. */
export const VM_BIND_COUNT_AT = BIND_COUNT;

/** The state in a GROUP_GET_STATE's argument at `at`: flags of drm_panthor_group_state_flags; 0 for every other call. */
export function groupState(record: CaptureRecord, bytes: Uint8Array, at: number): number {
  if (record.request !== DRM_IOCTL_PANTHOR_GROUP_GET_STATE) return 0;
  return viewOf(bytes).getUint32(at + drm_panthor_group_get_state.off.state, true);
}

/** The capture's handle of the group that a GROUP_GET_STATE asks about. */
export function readGroup(record: CaptureRecord): number {
  return viewOf(record.bytes).getUint32(record.argInAt + drm_panthor_group_get_state.off.group_handle, true);
}

/**
 * Why a group there took no submission that is sound here, in words: it had faulted. Null for every other call. A group
 * that cannot run any more is the one reason that does not stand in the arguments.
 */
export function refusedGroup(record: CaptureRecord, file: ClientFile): string | null {
  if (record.request !== DRM_IOCTL_PANTHOR_GROUP_SUBMIT || record.errno !== EINVAL) return null;
  const at = record.argInAt + drm_panthor_group_submit.off.group_handle;
  const group = viewOf(record.bytes).getUint32(at, true);
  const seen = file.faultedGroups.get(group);
  return seen === undefined
    ? `group ${group} could not run any more, it must have faulted; a replay runs no streams`
    : `group ${group} had faulted, as record ${seen} says; a replay runs no streams`;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset);
}
