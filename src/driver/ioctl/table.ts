import { DRM_IOCTL_SET_CLIENT_NAME, drmIoctls } from '../../../uapi/drm.ts';
import { _IOC_SIZE } from '../../../uapi/ioctl.ts';
import { panthorIoctls } from '../../../uapi/panthor_drm.ts';
import { availableIn } from '../../../uapi/version.ts';
import type { Kernel } from '../kernels.ts';
import { OTHER_CORE_IOCTLS } from './core-table.ts';
import { devQuery } from './dev-query.ts';
import { DRM_AUTH, DRM_MASTER, DRM_RENDER_ALLOW, type IoctlEntry, type IoctlHandler } from './entry.ts';
import { boCreate, boMmapOffset, boQueryInfo, boSetLabel, boSync, setUserMmioOffset } from './ioctl-bo.ts';
import {
  getCap,
  getUnique,
  invalidOp,
  notSupported,
  setClientName,
  setVersion,
  version,
} from './ioctl-core.ts';
import {
  gemChangeHandle,
  gemClose,
  gemFlink,
  gemOpen,
  primeFdToHandle,
  primeHandleToFd,
} from './ioctl-gem.ts';
import { groupCreate, groupDestroy, groupGetState, groupSubmit } from './ioctl-group.ts';
import { tilerHeapCreate, tilerHeapDestroy } from './ioctl-heap.ts';
import {
  syncobjCreate,
  syncobjDestroy,
  syncobjQuery,
  syncobjReset,
  syncobjSignal,
  syncobjTimelineSignal,
} from './ioctl-syncobj.ts';
import { syncobjEventfd, syncobjFdToHandle, syncobjHandleToFd } from './ioctl-syncobj-fd.ts';
import { syncobjTimelineWait, syncobjTransfer, syncobjWait } from './ioctl-syncobj-wait.ts';
import { vmCreate, vmDestroy, vmGetState } from './ioctl-vm.ts';
import { vmBind } from './ioctl-vm-bind.ts';

/** panthor_drm_driver_ioctls[]: all of them are for render clients. */
const DRIVER: { readonly [name: string]: IoctlHandler } = {
  DRM_IOCTL_PANTHOR_DEV_QUERY: devQuery,
  DRM_IOCTL_PANTHOR_VM_CREATE: vmCreate,
  DRM_IOCTL_PANTHOR_VM_DESTROY: vmDestroy,
  DRM_IOCTL_PANTHOR_VM_BIND: vmBind,
  DRM_IOCTL_PANTHOR_VM_GET_STATE: vmGetState,
  DRM_IOCTL_PANTHOR_BO_CREATE: boCreate,
  DRM_IOCTL_PANTHOR_BO_MMAP_OFFSET: boMmapOffset,
  DRM_IOCTL_PANTHOR_GROUP_CREATE: groupCreate,
  DRM_IOCTL_PANTHOR_GROUP_DESTROY: groupDestroy,
  DRM_IOCTL_PANTHOR_GROUP_SUBMIT: groupSubmit,
  DRM_IOCTL_PANTHOR_GROUP_GET_STATE: groupGetState,
  DRM_IOCTL_PANTHOR_TILER_HEAP_CREATE: tilerHeapCreate,
  DRM_IOCTL_PANTHOR_TILER_HEAP_DESTROY: tilerHeapDestroy,
  DRM_IOCTL_PANTHOR_BO_SET_LABEL: boSetLabel,
  DRM_IOCTL_PANTHOR_SET_USER_MMIO_OFFSET: setUserMmioOffset,
  DRM_IOCTL_PANTHOR_BO_SYNC: boSync,
  DRM_IOCTL_PANTHOR_BO_QUERY_INFO: boQueryInfo,
};

/** The calls of drm_ioctls[] that the uAPI tables describe. */
const CORE: { readonly [name: string]: readonly [flags: number, run: IoctlHandler] } = {
  DRM_IOCTL_VERSION: [DRM_RENDER_ALLOW, version],
  DRM_IOCTL_GET_UNIQUE: [0, getUnique],
  DRM_IOCTL_SET_VERSION: [DRM_MASTER, setVersion],
  DRM_IOCTL_GEM_CLOSE: [DRM_RENDER_ALLOW, gemClose],
  DRM_IOCTL_GEM_FLINK: [DRM_AUTH, gemFlink],
  DRM_IOCTL_GEM_OPEN: [DRM_AUTH, gemOpen],
  DRM_IOCTL_GET_CAP: [DRM_RENDER_ALLOW, getCap],
  DRM_IOCTL_SET_CLIENT_CAP: [0, notSupported],
  DRM_IOCTL_PRIME_HANDLE_TO_FD: [DRM_RENDER_ALLOW, primeHandleToFd],
  DRM_IOCTL_PRIME_FD_TO_HANDLE: [DRM_RENDER_ALLOW, primeFdToHandle],
  DRM_IOCTL_SYNCOBJ_CREATE: [DRM_RENDER_ALLOW, syncobjCreate],
  DRM_IOCTL_SYNCOBJ_DESTROY: [DRM_RENDER_ALLOW, syncobjDestroy],
  DRM_IOCTL_SYNCOBJ_HANDLE_TO_FD: [DRM_RENDER_ALLOW, syncobjHandleToFd],
  DRM_IOCTL_SYNCOBJ_FD_TO_HANDLE: [DRM_RENDER_ALLOW, syncobjFdToHandle],
  DRM_IOCTL_SYNCOBJ_WAIT: [DRM_RENDER_ALLOW, syncobjWait],
  DRM_IOCTL_SYNCOBJ_RESET: [DRM_RENDER_ALLOW, syncobjReset],
  DRM_IOCTL_SYNCOBJ_SIGNAL: [DRM_RENDER_ALLOW, syncobjSignal],
  DRM_IOCTL_SYNCOBJ_TIMELINE_WAIT: [DRM_RENDER_ALLOW, syncobjTimelineWait],
  DRM_IOCTL_SYNCOBJ_QUERY: [DRM_RENDER_ALLOW, syncobjQuery],
  DRM_IOCTL_SYNCOBJ_TRANSFER: [DRM_RENDER_ALLOW, syncobjTransfer],
  DRM_IOCTL_SYNCOBJ_TIMELINE_SIGNAL: [DRM_RENDER_ALLOW, syncobjTimelineSignal],
  DRM_IOCTL_SYNCOBJ_EVENTFD: [DRM_RENDER_ALLOW, syncobjEventfd],
  DRM_IOCTL_SET_CLIENT_NAME: [DRM_RENDER_ALLOW, setClientName],
};

/** The only call besides DRM_IOCTL_SET_CLIENT_NAME that the core of 7.2 has and that of 6.12 has not. */
const GEM_CHANGE_HANDLE = 0xc00864d2;

/**
 * Everything that a driver of this kernel answers, by _IOC_NR. Numbers without an entry are refused with EINVAL:
 * what the driver does not have yet, and the holes in drm_ioctls[]. The DRM core is that of the kernel that the driver came
 * with.
 */
export function ioctlTable({ uapi, behaviours }: Kernel): (IoctlEntry | undefined)[] {
  const table: (IoctlEntry | undefined)[] = new Array(256).fill(undefined);
  const put = (name: string, request: number, flags: number, run: IoctlHandler | undefined): void => {
    if (run === undefined) throw new Error(`${name} has no handler`);
    table[request & 0xff] = { name, request, size: _IOC_SIZE(request), flags, run };
  };
  for (const spec of panthorIoctls) {
    if (availableIn(spec.since, uapi)) put(spec.name, spec.request, DRM_RENDER_ALLOW, DRIVER[spec.name]);
  }
  for (const [name, request, flags, run] of OTHER_CORE_IOCTLS) put(name, request, flags, run);
  for (const spec of drmIoctls) put(spec.name, spec.request, CORE[spec.name]?.[0], CORE[spec.name]?.[1]);
  // 7.1 and later know the request and refuse it.
  const changeHandle = behaviours.gemChangeHandle ? gemChangeHandle : invalidOp;
  if (uapi.minor > 0) put('DRM_IOCTL_GEM_CHANGE_HANDLE', GEM_CHANGE_HANDLE, DRM_RENDER_ALLOW, changeHandle);
  if (!behaviours.setClientName) table[DRM_IOCTL_SET_CLIENT_NAME & 0xff] = undefined;
  return table;
}
