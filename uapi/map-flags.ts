import {
  DRM_PANTHOR_VM_BIND_OP_MAP_NOEXEC,
  DRM_PANTHOR_VM_BIND_OP_MAP_READONLY,
  DRM_PANTHOR_VM_BIND_OP_MAP_SPARSE,
  DRM_PANTHOR_VM_BIND_OP_MAP_UNCACHED,
} from './panthor_drm.ts';

const FLAGS: readonly [bit: number, name: string][] = [
  [DRM_PANTHOR_VM_BIND_OP_MAP_READONLY, 'READONLY'],
  [DRM_PANTHOR_VM_BIND_OP_MAP_NOEXEC, 'NOEXEC'],
  [DRM_PANTHOR_VM_BIND_OP_MAP_UNCACHED, 'UNCACHED'],
  [DRM_PANTHOR_VM_BIND_OP_MAP_SPARSE, 'SPARSE'],
];

/** Short names of the DRM_PANTHOR_VM_BIND_OP_MAP_* bits in `flags`, as `vm` and `fault` show a mapping. */
export function mapFlagNames(flags: number): string[] {
  return FLAGS.filter(([bit]) => (flags & bit) !== 0).map(([, name]) => name);
}
