import { EINVAL } from '../../uapi/errno.js';
import { DRM_PANTHOR_TIMESTAMP_CPU_MONOTONIC, DRM_PANTHOR_TIMESTAMP_CPU_MONOTONIC_RAW, DRM_PANTHOR_TIMESTAMP_CPU_NONE, DRM_PANTHOR_TIMESTAMP_CPU_TYPE_MASK, DRM_PANTHOR_TIMESTAMP_DURATION, DRM_PANTHOR_TIMESTAMP_FREQ, DRM_PANTHOR_TIMESTAMP_GPU, DRM_PANTHOR_TIMESTAMP_GPU_CYCLE_COUNT, DRM_PANTHOR_TIMESTAMP_GPU_OFFSET, drm_panthor_timestamp_info, } from '../../uapi/panthor_drm.js';
import { setU64 } from './u64.js';
const VALID_FLAGS = DRM_PANTHOR_TIMESTAMP_GPU |
    DRM_PANTHOR_TIMESTAMP_CPU_TYPE_MASK |
    DRM_PANTHOR_TIMESTAMP_GPU_OFFSET |
    DRM_PANTHOR_TIMESTAMP_GPU_CYCLE_COUNT |
    DRM_PANTHOR_TIMESTAMP_FREQ |
    DRM_PANTHOR_TIMESTAMP_DURATION;
/** What was reported before there were flags; 0 asks for it still. */
const DEFAULT_FLAGS = DRM_PANTHOR_TIMESTAMP_GPU | DRM_PANTHOR_TIMESTAMP_GPU_OFFSET | DRM_PANTHOR_TIMESTAMP_FREQ;
const NS_PER_S = 1_000_000_000;
/** GPU_TIMESTAMP at `ns` of the monotonic clock: the system counter, in ticks. */
export function gpuTimestamp(drv, ns) {
    return Math.floor(ns * (drv.gpu.timestamp_frequency / NS_PER_S));
}
/** GPU_CYCLE_COUNT at `ns` of the monotonic clock, in cycles of a GPU that always runs at full rate. */
export function gpuCycles(drv, ns) {
    return Math.floor(ns * (drv.gpu.gpu_frequency / NS_PER_S));
}
/**
 * panthor_query_timestamp_info(): fills a drm_panthor_timestamp_info, as long as this driver knows it, in place. The
 * clock is read once, so the query takes no time.
 *
 * @returns 0, or -EINVAL for a clock or flag that does not exist
 */
export function queryTimestamps(drv, bytes) {
    const { off, size } = drm_panthor_timestamp_info;
    const view = new DataView(bytes.buffer);
    const extended = bytes.length >= size;
    const flags = (extended && view.getUint32(off.flags, true)) || DEFAULT_FLAGS;
    const clock = flags & DRM_PANTHOR_TIMESTAMP_CPU_TYPE_MASK;
    const noClock = clock === DRM_PANTHOR_TIMESTAMP_CPU_NONE;
    if (!noClock &&
        clock !== DRM_PANTHOR_TIMESTAMP_CPU_MONOTONIC &&
        clock !== DRM_PANTHOR_TIMESTAMP_CPU_MONOTONIC_RAW) {
        return -EINVAL;
    }
    if ((flags & ~VALID_FLAGS) !== 0)
        return -EINVAL;
    const now = drv.device.now();
    const when = (flag, value) => ((flags & flag) !== 0 ? value : 0);
    setU64(view, off.timestamp_frequency, when(DRM_PANTHOR_TIMESTAMP_FREQ, drv.gpu.timestamp_frequency));
    setU64(view, off.current_timestamp, when(DRM_PANTHOR_TIMESTAMP_GPU, gpuTimestamp(drv, now)));
    // The GPU counts with the system counter; the driver never set another offset.
    setU64(view, off.timestamp_offset, 0);
    if (!extended)
        return 0;
    view.setUint32(off.duration_nsec, 0, true);
    setU64(view, off.cycle_count, when(DRM_PANTHOR_TIMESTAMP_GPU_CYCLE_COUNT, gpuCycles(drv, now)));
    setU64(view, off.cpu_timestamp_sec, noClock ? 0 : Math.floor(now / NS_PER_S));
    setU64(view, off.cpu_timestamp_nsec, noClock ? 0 : now % NS_PER_S);
    return 0;
}
//# sourceMappingURL=timestamp.js.map