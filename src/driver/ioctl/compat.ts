/** drm_compat_ioctl(): calls of 32-bit processes whose arguments are laid out otherwise. All others go to drm_ioctl(). */
import { drm_unique32, drm_version32 } from '../../../uapi/drm/compat.ts';
import { drm_unique, drm_version } from '../../../uapi/drm.ts';
import { EACCES, EFAULT } from '../../../uapi/errno.ts';
import type { StructLayout } from '../../../uapi/layout.ts';
import type { Op } from '../../coroutine/op.ts';
import type { UserMemory } from '../base/uaccess.ts';
import type { PanthorDrv } from './drv.ts';
import { DRM_RENDER_ALLOW, type IoctlHandler, permitted } from './entry.ts';
import type { DrmFile } from './file.ts';
import { getClient, getUnique, version } from './ioctl-core.ts';

/** One call: how many bytes its argument has there, and where the fields of the 64-bit struct are in it. */
interface CompatCall {
  readonly size: number;
  /** Bytes of the 64-bit struct. */
  readonly fullSize: number;
  /** Offsets of 32-bit values: in the 32-bit struct, and in the other. */
  readonly fields: readonly (readonly [compat: number, full: number])[];
  readonly flags: number;
  readonly run: IoctlHandler;
}

function sameFields(compat: StructLayout, full: StructLayout, flags: number, run: IoctlHandler): CompatCall {
  const at = new Map(full.fields.map(({ name, offset }) => [name, offset]));
  const fields = compat.fields.map(({ name, offset }) => [offset, at.get(name) as number] as const);
  return { size: compat.size, fullSize: full.size, fields, flags, run };
}

/** drm_client32 and drm_client: two ints, then four longs. */
const CLIENT: readonly (readonly [number, number])[] = [
  [0, 0],
  [4, 4],
  [8, 8],
  [12, 16],
  [16, 24],
  [20, 32],
];

/** drm_compat_ioctls[], by _IOC_NR; the rest of it answers as the 64-bit call does. */
const CALLS: ReadonlyMap<number, CompatCall> = new Map([
  [0x00, sameFields(drm_version32, drm_version, DRM_RENDER_ALLOW, version)],
  [0x01, sameFields(drm_unique32, drm_unique, 0, getUnique)],
  [0x05, { size: 24, fullSize: 40, fields: CLIENT, flags: 0, run: getClient }],
]);

/**
 * What a 32-bit process means by a request with that number: takes its argument whatever size, direction and letter the
 * request states. Undefined where the call is that of 64-bit processes.
 */
export function compatIoctl(nr: number): CompatCall | undefined {
  return CALLS.get(nr);
}

/** compat_drm_version() and its kin: 0 or -errno; the argument at `argAddr` is written back where the call succeeded. */
export function* runCompat(
  call: CompatCall,
  drv: PanthorDrv,
  file: DrmFile,
  mem: UserMemory,
  argAddr: number,
): Op<number> {
  const at = mem.locate(argAddr, call.size);
  if (at < 0) return -EFAULT;
  const full = new DataView(new ArrayBuffer(call.fullSize));
  for (const [from, to] of call.fields) full.setUint32(to, mem.view.getUint32(at + from, true), true);
  if (!permitted(call.flags, file)) return -EACCES;
  const ret = yield* call.run(drv, file, mem, full, 0);
  if (ret !== 0) return ret;
  for (const [to, from] of call.fields) mem.view.setUint32(at + to, full.getUint32(from, true), true);
  mem.markDirty(at);
  return 0;
}
