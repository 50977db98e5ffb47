/** DEV_QUERY: panthor_ioctl_dev_query(). */

import { EINVAL } from '../../../uapi/errno.ts';
import type { StructLayout } from '../../../uapi/layout.ts';
import {
  DRM_PANTHOR_DEV_QUERY_CSIF_INFO,
  DRM_PANTHOR_DEV_QUERY_GPU_INFO,
  DRM_PANTHOR_DEV_QUERY_GROUP_PRIORITIES_INFO,
  DRM_PANTHOR_DEV_QUERY_MMU_INFO,
  DRM_PANTHOR_DEV_QUERY_TIMESTAMP_INFO,
  drm_panthor_csif_info,
  drm_panthor_dev_query,
  drm_panthor_gpu_info,
  drm_panthor_group_priorities_info,
  drm_panthor_mmu_info,
  drm_panthor_timestamp_info,
} from '../../../uapi/panthor_drm.ts';
import { SZ_2M, SZ_4K } from '../../../uapi/sizes.ts';
import type { Op } from '../../coroutine/op.ts';
import { getU64 } from '../base/u64.ts';
import type { UserMemory } from '../base/uaccess.ts';
import type { PanthorDevice } from '../device.ts';
import { priorityPermit } from '../sched/group.ts';
import type { IoctlHandler } from './entry.ts';
import type { DrmFile } from './file.ts';
import { queryTimestamps } from './timestamp.ts';
import { copyStructFromUser, setObject, sizeIn } from './uobj.ts';

/** Answers one query: the bytes of the struct, or -errno. What user space passed in matters to timestamps only. */
type Fill = (file: DrmFile, bytes: Uint8Array) => Op<number>;

interface Query {
  readonly layout: StructLayout;
  /** User space's own bytes are read first. */
  readonly readsFirst?: boolean;
  readonly reply: Fill;
}

/** Stores numbers into the fields of `layout` that have their name; an array of numbers into a field that is one. */
export function store(
  layout: StructLayout,
  bytes: Uint8Array,
  values: { readonly [name: string]: unknown },
): void {
  const view = new DataView(bytes.buffer);
  for (const { name, offset, size, length } of layout.fields) {
    const given = values[name];
    const list = Array.isArray(given) ? given : typeof given === 'number' ? [given] : [];
    const width = length === 0 ? size : size / length;
    list.forEach((value: number, i) => {
      const at = offset + i * width;
      if (at + width > bytes.length) return;
      view.setUint32(at, value >>> 0, true);
      if (width === 8) view.setUint32(at + 4, Math.floor(value / 0x100000000), true);
    });
  }
}

/** panthor_query_group_priorities_info(): one bit for each priority that this client may use. */
const priorities: Fill = function* (file, bytes) {
  for (let priority = 0; priority < 4; priority++) {
    if (priorityPermit(file, priority) === 0) bytes[0] |= 1 << priority;
  }
  return 0;
};

/** io_pgtable_cfg.pgsize_bitmap of every panthor VM, 4 KiB and 2 MiB: what panthor_mmu_info_init() of 7.3 reports. */
const PAGE_SIZES = SZ_4K | SZ_2M;

const QUERIES: { readonly [type: number]: Query } = {
  [DRM_PANTHOR_DEV_QUERY_GPU_INFO]: {
    layout: drm_panthor_gpu_info,
    reply: function* (file, bytes) {
      store(drm_panthor_gpu_info, bytes, file.drv.gpu);
      return 0;
    },
  },
  [DRM_PANTHOR_DEV_QUERY_CSIF_INFO]: {
    layout: drm_panthor_csif_info,
    reply: function* (file, bytes) {
      store(drm_panthor_csif_info, bytes, file.drv.gpu);
      return 0;
    },
  },
  [DRM_PANTHOR_DEV_QUERY_TIMESTAMP_INFO]: {
    layout: drm_panthor_timestamp_info,
    readsFirst: true,
    reply: (file, bytes) => queryTimestamps(file.drv, bytes),
  },
  [DRM_PANTHOR_DEV_QUERY_GROUP_PRIORITIES_INFO]: {
    layout: drm_panthor_group_priorities_info,
    reply: priorities,
  },
  [DRM_PANTHOR_DEV_QUERY_MMU_INFO]: {
    layout: drm_panthor_mmu_info,
    reply: function* (_file, bytes) {
      store(drm_panthor_mmu_info, bytes, { page_size_bitmap: PAGE_SIZES });
      return 0;
    },
  },
};

/** Types that this driver knows: 2 came with uAPI 1.1, 3 with 1.2; 4 is a behaviour of its own. */
function known(device: PanthorDevice, type: number): Query | undefined {
  const { minor } = device.kernel.uapi;
  if (type === DRM_PANTHOR_DEV_QUERY_MMU_INFO) return device.b.mmuInfo ? QUERIES[type] : undefined;
  if (type === DRM_PANTHOR_DEV_QUERY_TIMESTAMP_INFO && minor < 1) return undefined;
  if (type === DRM_PANTHOR_DEV_QUERY_GROUP_PRIORITIES_INFO && minor < 2) return undefined;
  return QUERIES[type];
}

function* answer(
  query: Query,
  file: DrmFile,
  mem: UserMemory,
  pointer: number,
  userSize: number,
): Op<number> {
  const size = sizeIn(query.layout, file.drv.device.kernel.uapi);
  let bytes: Uint8Array | number = new Uint8Array(size);
  if (query.readsFirst) bytes = copyStructFromUser(mem, pointer, userSize, size);
  if (typeof bytes === 'number') return bytes;
  const ret = yield* query.reply(file, bytes);
  return ret === 0 ? setObject(mem, pointer, userSize, query.layout.minSize ?? size, bytes) : ret;
}

/** panthor_ioctl_dev_query(): without a pointer it tells how large the struct is. */
export const devQuery: IoctlHandler = function* (drv, file, mem, view, at) {
  const { off } = drm_panthor_dev_query;
  const query = known(drv.device, view.getUint32(at + off.type, true));
  if (query === undefined) return -EINVAL;
  const pointer = getU64(view, at + off.pointer);
  if (pointer !== 0) return yield* answer(query, file, mem, pointer, view.getUint32(at + off.size, true));
  view.setUint32(at + off.size, sizeIn(query.layout, drv.device.kernel.uapi), true);
  return 0;
};
