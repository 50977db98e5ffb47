/**
 * What the kernel would say to a request, as far as its bytes alone decide: flags, padding, alignment, ranges, strides,
 * sizes. Whether handles and ids exist depends on what happened before; `replay` knows that.
 */
import { EINVAL, ENOTTY } from '../../uapi/errno.ts';
import { DRM_IOCTL_BASE } from '../../uapi/ioctl.ts';
import { panthorUapi } from '../../uapi/panthor_drm.ts';
import { availableIn } from '../../uapi/version.ts';
import type { Payload } from './payload.ts';
import * as bo from './rules/bo.ts';
import { Context, type Reject, type Target } from './rules/context.ts';
import * as core from './rules/core.ts';
import * as group from './rules/group.ts';
import * as vm from './rules/vm.ts';

type Rule = (context: Context) => void;

/** Rules by the ioctl's short name. An ioctl without one takes any bytes. */
const rules: { readonly [shortName: string]: Rule } = {
  DEV_QUERY: bo.devQuery,
  VM_CREATE: vm.vmCreate,
  VM_DESTROY: vm.vmDestroy,
  VM_BIND: vm.vmBind,
  BO_CREATE: bo.boCreate,
  BO_MMAP_OFFSET: bo.boMmapOffset,
  GROUP_CREATE: group.groupCreate,
  GROUP_DESTROY: group.groupDestroy,
  GROUP_SUBMIT: group.groupSubmit,
  TILER_HEAP_CREATE: group.tilerHeapCreate,
  TILER_HEAP_DESTROY: group.tilerHeapDestroy,
  BO_SET_LABEL: bo.boSetLabel,
  SET_USER_MMIO_OFFSET: bo.setUserMmioOffset,
  BO_SYNC: bo.boSync,
  GET_CAP: core.getCap,
  SET_CLIENT_CAP: core.setClientCap,
  SET_CLIENT_NAME: core.setClientName,
  PRIME_HANDLE_TO_FD: core.primeHandleToFd,
  SYNCOBJ_CREATE: core.syncobjCreate,
  SYNCOBJ_DESTROY: core.syncobjDestroy,
  SYNCOBJ_HANDLE_TO_FD: core.syncobjHandle,
  SYNCOBJ_FD_TO_HANDLE: core.syncobjHandle,
  SYNCOBJ_WAIT: core.syncobjWait,
  SYNCOBJ_TIMELINE_WAIT: core.syncobjTimelineWait,
  SYNCOBJ_RESET: core.syncobjArray,
  SYNCOBJ_SIGNAL: core.syncobjArray,
  SYNCOBJ_TIMELINE_SIGNAL: core.syncobjTimelineSignal,
  SYNCOBJ_QUERY: core.syncobjQuery,
  SYNCOBJ_TRANSFER: core.syncobjTransfer,
  SYNCOBJ_EVENTFD: core.syncobjEventfd,
};

/** What is known about the answer. */
export interface Verdict {
  /** In the order in which the kernel finds them; the first one is what the call returns. */
  readonly rejects: readonly Reject[];
  /** Refusals that hang on who the caller is. */
  readonly conditions: readonly { readonly errno: number; readonly path: string; readonly why: string }[];
}

/** Judges a request for a driver of this uAPI. A struct that is no ioctl's argument is never refused as such. */
export function judge(payload: Payload, uapi: Target = panthorUapi): Verdict {
  const context = new Context(payload, uapi);
  const { spec } = payload;
  if (spec === null) return { rejects: judgeObject(context), conditions: [] };
  if (spec.type !== DRM_IOCTL_BASE) {
    context.in('drm_ioctl');
    context.reject(ENOTTY, '', 'not an ioctl of the DRM device: it is made on a dma-buf');
  } else if (!availableIn(spec.since, uapi)) {
    context.in('drm_ioctl');
    context.reject(
      EINVAL,
      '',
      `${spec.shortName} came with uAPI ${spec.since}, this is ${uapi.major}.${uapi.minor}`,
    );
  } else {
    rules[spec.shortName]?.(context);
  }
  const privilege = group.needsPrivilege(context);
  return { rejects: context.rejects, conditions: privilege === null ? [] : [privilege] };
}

/** The rules of versioned structs for one object by itself, as if its length were its stride. */
function judgeObject(context: Context): Reject[] {
  context.object(context.payload.root);
  return context.rejects;
}
