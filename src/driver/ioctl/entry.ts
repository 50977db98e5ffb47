import type { Op } from '../../coroutine/op.ts';
import type { UserMemory } from '../base/uaccess.ts';
import type { PanthorDrv } from './drv.ts';
import type { DrmFile } from './file.ts';

/** enum drm_ioctl_flags: who may make a call. */
export const DRM_AUTH = 1 << 0;
export const DRM_MASTER = 1 << 1;
export const DRM_ROOT_ONLY = 1 << 2;
export const DRM_RENDER_ALLOW = 1 << 5;

/**
 * Does one ioctl. The argument is at `at` in `view`, as long as the kernel's struct; what pointers in it lead to is in
 * `mem`.
 *
 * @returns 0, -errno or BLOCKED
 */
export type IoctlHandler = (
  drv: PanthorDrv,
  file: DrmFile,
  mem: UserMemory,
  view: DataView,
  at: number,
) => Op<number>;

/** struct drm_ioctl_desc. */
export interface IoctlEntry {
  readonly name: string;
  /** The request number that the kernel knows. */
  readonly request: number;
  /** sizeof(the argument), bytes. */
  readonly size: number;
  readonly flags: number;
  readonly run: IoctlHandler;
}

/** drm_ioctl_permit() */
export function permitted(flags: number, file: DrmFile): boolean {
  if (file.render) return (flags & DRM_RENDER_ALLOW) !== 0;
  if ((flags & DRM_ROOT_ONLY) !== 0 && !file.sysAdmin) return false;
  if ((flags & DRM_AUTH) !== 0 && !file.authenticated) return false;
  return (flags & DRM_MASTER) === 0 || file.isMaster;
}
