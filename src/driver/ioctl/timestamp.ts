import { EINVAL } from '../../../uapi/errno.ts';
import {
  DRM_PANTHOR_TIMESTAMP_CPU_MONOTONIC,
  DRM_PANTHOR_TIMESTAMP_CPU_MONOTONIC_RAW,
  DRM_PANTHOR_TIMESTAMP_CPU_NONE,
  DRM_PANTHOR_TIMESTAMP_CPU_TYPE_MASK,
  DRM_PANTHOR_TIMESTAMP_DURATION,
  DRM_PANTHOR_TIMESTAMP_FREQ,
  DRM_PANTHOR_TIMESTAMP_GPU,
  DRM_PANTHOR_TIMESTAMP_GPU_CYCLE_COUNT,
  DRM_PANTHOR_TIMESTAMP_GPU_OFFSET,
  drm_panthor_timestamp_info,
} from '../../../uapi/panthor_drm.ts';
import type { Op } from '../../coroutine/op.ts';
import { setU64 } from '../base/u64.ts';
import type { PanthorDrv } from './drv.ts';

const VALID_FLAGS =
  DRM_PANTHOR_TIMESTAMP_GPU |
  DRM_PANTHOR_TIMESTAMP_CPU_TYPE_MASK |
  DRM_PANTHOR_TIMESTAMP_GPU_OFFSET |
  DRM_PANTHOR_TIMESTAMP_GPU_CYCLE_COUNT |
  DRM_PANTHOR_TIMESTAMP_FREQ |
  DRM_PANTHOR_TIMESTAMP_DURATION;

/** What was reported before there were flags; 0 asks for it still. */
const DEFAULT_FLAGS =
  DRM_PANTHOR_TIMESTAMP_GPU | DRM_PANTHOR_TIMESTAMP_GPU_OFFSET | DRM_PANTHOR_TIMESTAMP_FREQ;

const NS_PER_S = 1_000_000_000;

/** GPU_TIMESTAMP at `ns` of the monotonic clock: the system counter, in ticks. */
export function gpuTimestamp(drv: PanthorDrv, ns: number): number {
  return Math.floor(ns * (drv.gpu.timestamp_frequency / NS_PER_S));
}

/** GPU_CYCLE_COUNT at `ns` of the monotonic clock, in cycles of a GPU that always runs at full rate. */
export function gpuCycles(drv: PanthorDrv, ns: number): number {
  return Math.floor(ns * (drv.gpu.gpu_frequency / NS_PER_S));
}

/**
 * panthor_query_timestamp_info(): fills a drm_panthor_timestamp_info, as long as this driver knows it, in place. The clock
 * of the GPU and the CPU is read once; the duration is how far it went meanwhile. The device is on while it is asked: one
 * that was suspended resumes.
 *
 * @returns 0, -EINVAL for a clock or flag that does not exist, or -errno of the resume
 */
export function* queryTimestamps(drv: PanthorDrv, bytes: Uint8Array): Op<number> {
  const { off, size } = drm_panthor_timestamp_info;
  const view = new DataView(bytes.buffer);
  const extended = bytes.length >= size;
  const flags = (extended && view.getUint32(off.flags, true)) || DEFAULT_FLAGS;
  const clock = flags & DRM_PANTHOR_TIMESTAMP_CPU_TYPE_MASK;
  if (
    clock !== DRM_PANTHOR_TIMESTAMP_CPU_NONE &&
    clock !== DRM_PANTHOR_TIMESTAMP_CPU_MONOTONIC &&
    clock !== DRM_PANTHOR_TIMESTAMP_CPU_MONOTONIC_RAW
  ) {
    return -EINVAL;
  }
  if ((flags & ~VALID_FLAGS) !== 0) return -EINVAL;
  const ret = yield* drv.device.pm.resumeAndGet();
  if (ret !== 0) return ret;
  fillIn(drv, view, flags, extended);
  drv.device.pm.put();
  return 0;
}

/** What the flags ask for into a drm_panthor_timestamp_info; without `extended` the fields up to the offset. */
function fillIn(drv: PanthorDrv, view: DataView, flags: number, extended: boolean): void {
  const { off } = drm_panthor_timestamp_info;
  const clock = flags & DRM_PANTHOR_TIMESTAMP_CPU_TYPE_MASK;
  const noClock = clock === DRM_PANTHOR_TIMESTAMP_CPU_NONE;
  const now = drv.device.now();
  const when = (flag: number, value: number): number => ((flags & flag) !== 0 ? value : 0);
  setU64(view, off.timestamp_frequency, when(DRM_PANTHOR_TIMESTAMP_FREQ, drv.gpu.timestamp_frequency));
  setU64(view, off.current_timestamp, when(DRM_PANTHOR_TIMESTAMP_GPU, gpuTimestamp(drv, now)));
  // The GPU counts with the system counter; the driver never set another offset.
  setU64(view, off.timestamp_offset, 0);
  if (!extended) return;
  view.setUint32(off.duration_nsec, when(DRM_PANTHOR_TIMESTAMP_DURATION, drv.device.now() - now), true);
  setU64(view, off.cycle_count, when(DRM_PANTHOR_TIMESTAMP_GPU_CYCLE_COUNT, gpuCycles(drv, now)));
  const cpu = clock === DRM_PANTHOR_TIMESTAMP_CPU_MONOTONIC_RAW ? drv.device.nowRaw() : now;
  setU64(view, off.cpu_timestamp_sec, noClock ? 0 : Math.floor(cpu / NS_PER_S));
  setU64(view, off.cpu_timestamp_nsec, noClock ? 0 : cpu % NS_PER_S);
}
