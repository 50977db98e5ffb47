/** Further calls that enter the driver where a client does: DEV_QUERY, VM_GET_STATE, TILER_HEAP_CREATE, TILER_HEAP_DESTROY. */
import { encode } from '../../../uapi/codec.ts';
import {
  DRM_IOCTL_PANTHOR_DEV_QUERY,
  DRM_IOCTL_PANTHOR_TILER_HEAP_CREATE,
  DRM_IOCTL_PANTHOR_TILER_HEAP_DESTROY,
  DRM_IOCTL_PANTHOR_VM_GET_STATE,
  DRM_PANTHOR_DEV_QUERY_TIMESTAMP_INFO,
  DRM_PANTHOR_VM_STATE_UNUSABLE,
  drm_panthor_dev_query,
  drm_panthor_tiler_heap_create,
  drm_panthor_tiler_heap_destroy,
  drm_panthor_timestamp_info,
  drm_panthor_vm_get_state,
} from '../../../uapi/panthor_drm.ts';
import type { Op } from '../../coroutine/op.ts';
import { UserMemory } from '../../driver/base/uaccess.ts';
import type { Harness, VmState } from './harness.ts';
import { ARGUMENT, ioctl, OPS, USER_MEMORY } from './ioctl.ts';

/** Bytes: the smallest chunk of a heap that there is. */
const CHUNK = 0x20000;

/** DEV_QUERY of the timestamps: the device is woken up for it, and kept on meanwhile. 0 or -errno. */
export function* queryTimestamp(harness: Harness): Op<number> {
  yield 'DEV_QUERY';
  const mem = new UserMemory(USER_MEMORY);
  const { size } = drm_panthor_timestamp_info;
  mem.add(OPS, new Uint8Array(size));
  const argument = { type: DRM_PANTHOR_DEV_QUERY_TIMESTAMP_INFO, size, pointer: OPS };
  mem.add(ARGUMENT, encode(drm_panthor_dev_query, argument));
  return yield* ioctl(harness, DRM_IOCTL_PANTHOR_DEV_QUERY, mem);
}

/** VM_GET_STATE: 'usable' or 'unusable', or -errno. */
export function* vmGetState(harness: Harness, state: VmState): Op<number | string> {
  yield 'VM_GET_STATE';
  const mem = new UserMemory(USER_MEMORY);
  mem.add(ARGUMENT, encode(drm_panthor_vm_get_state, { vm_id: state.id }));
  const ret = yield* ioctl(harness, DRM_IOCTL_PANTHOR_VM_GET_STATE, mem);
  if (ret !== 0) return ret;
  const at = mem.locate(ARGUMENT, drm_panthor_vm_get_state.size);
  const answer = mem.view.getUint32(at + drm_panthor_vm_get_state.off.state, true);
  return answer === DRM_PANTHOR_VM_STATE_UNUSABLE ? 'unusable' : 'usable';
}

/** TILER_HEAP_CREATE: a heap of one chunk. 0 or -errno. */
export function* heapCreate(harness: Harness, state: VmState): Op<number> {
  yield 'TILER_HEAP_CREATE';
  const mem = new UserMemory(USER_MEMORY);
  const argument = {
    vm_id: state.id,
    initial_chunk_count: 1,
    chunk_size: CHUNK,
    max_chunks: 2,
    target_in_flight: 1,
  };
  mem.add(ARGUMENT, encode(drm_panthor_tiler_heap_create, argument));
  const ret = yield* ioctl(harness, DRM_IOCTL_PANTHOR_TILER_HEAP_CREATE, mem);
  if (ret !== 0) return ret;
  const at = mem.locate(ARGUMENT, drm_panthor_tiler_heap_create.size);
  state.heap = mem.view.getUint32(at + drm_panthor_tiler_heap_create.off.handle, true);
  return 0;
}

/** TILER_HEAP_DESTROY of the heap that was made last. 0 or -errno. */
export function* heapDestroy(harness: Harness, state: VmState): Op<number> {
  yield 'TILER_HEAP_DESTROY';
  const mem = new UserMemory(USER_MEMORY);
  mem.add(ARGUMENT, encode(drm_panthor_tiler_heap_destroy, { handle: state.heap }));
  return yield* ioctl(harness, DRM_IOCTL_PANTHOR_TILER_HEAP_DESTROY, mem);
}
