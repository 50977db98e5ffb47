/** What the probe checks: the tables of uapi/, sorted by the header that they describe. */
import * as drm from '../../uapi/drm.ts';
import type { EnumTable } from '../../uapi/enumeration.ts';
import type { IoctlSpec } from '../../uapi/ioctl.ts';
import type { StructLayout } from '../../uapi/layout.ts';
import * as panthor from '../../uapi/panthor_drm.ts';
import type { Since } from '../../uapi/version.ts';

/** A #define with a value of up to 64 bits. */
export interface Constant {
  readonly name: string;
  readonly value: bigint;
  readonly since?: Since;
}

/** Everything that we say about one header. */
export interface HeaderTables {
  /** As it is included: `drm/panthor_drm.h`. */
  readonly header: string;
  readonly structs: readonly StructLayout[];
  readonly enums: readonly EnumTable[];
  readonly ioctls: readonly IoctlSpec[];
  readonly constants: readonly Constant[];
  /** Whether `since` in these tables means panthor's uAPI or the kernel release. */
  readonly versions: 'panthor' | 'kernel';
  /**
   * Which names of the header must be in our tables. What matches `ignored` is left out on purpose: interfaces that no
   * client of a render node uses.
   */
  readonly covers: { readonly structs: RegExp; readonly constants: RegExp; readonly ioctls: RegExp };
  readonly ignored: RegExp;
}

const nothing = /^$/;

export const headerTables: readonly HeaderTables[] = [
  {
    header: 'drm/panthor_drm.h',
    versions: 'panthor',
    structs: panthor.panthorStructs,
    enums: panthor.panthorEnums,
    ioctls: panthor.panthorIoctls,
    constants: [
      {
        name: 'DRM_PANTHOR_USER_MMIO_OFFSET_32BIT',
        value: BigInt(panthor.DRM_PANTHOR_USER_MMIO_OFFSET_32BIT),
      },
      {
        name: 'DRM_PANTHOR_USER_MMIO_OFFSET_64BIT',
        value: BigInt(panthor.DRM_PANTHOR_USER_MMIO_OFFSET_64BIT),
      },
      { name: 'DRM_PANTHOR_USER_MMIO_OFFSET', value: BigInt(panthor.DRM_PANTHOR_USER_MMIO_OFFSET) },
      {
        name: 'DRM_PANTHOR_USER_FLUSH_ID_MMIO_OFFSET',
        value: BigInt(panthor.DRM_PANTHOR_USER_FLUSH_ID_MMIO_OFFSET),
      },
    ],
    covers: { structs: /./, constants: /^DRM_PANTHOR_|^PANTHOR_/, ioctls: /^DRM_IOCTL_PANTHOR_/ },
    ignored: nothing,
  },
  {
    header: 'drm/drm.h',
    versions: 'kernel',
    structs: drm.drmStructs,
    enums: drm.drmEnums,
    ioctls: drm.drmIoctls,
    constants: [
      { name: 'DRM_CLIENT_NAME_MAX_LEN', value: BigInt(drm.DRM_CLIENT_NAME_MAX_LEN), since: 'v6.13' },
    ],
    covers: {
      structs: /^drm_(syncobj_|gem_|prime_)/,
      constants: /^DRM_(CAP|PRIME_CAP|CLIENT_CAP|SYNCOBJ|CLIENT_NAME)_/,
      ioctls: /^DRM_IOCTL_/,
    },
    // Mode setting, vblanks, leases, and what is left of the time before GEM.
    ignored: new RegExp(
      '^DRM_IOCTL_(BASE|MODE_.*|AGP_.*|SG_.*|WAIT_VBLANK|CRTC_.*|MODESET_CTL|(SET|DROP)_MASTER|' +
        '(GET|AUTH)_MAGIC|IRQ_BUSID|(GET|ADD|RM)_MAP|GET_CLIENT|GET_STATS|SET_UNIQUE|BLOCK|UNBLOCK|CONTROL|' +
        '(ADD|MARK|INFO|MAP|FREE)_BUFS|(SET|GET)_SAREA_CTX|(ADD|RM|MOD|GET|SWITCH|NEW|RES)_CTX|' +
        '(ADD|RM|UPDATE)_DRAW|DMA|LOCK|UNLOCK|FINISH|GEM_CHANGE_HANDLE)$|^drm_gem_change_handle$',
    ),
  },
  {
    header: 'linux/dma-buf.h',
    versions: 'kernel',
    structs: drm.dmaBufStructs,
    enums: drm.dmaBufEnums,
    ioctls: drm.dmaBufIoctls,
    constants: [],
    covers: { structs: /./, constants: /^DMA_BUF_SYNC_/, ioctls: /^DMA_BUF_(IOCTL|SET)_/ },
    ignored: /^DMA_BUF_SET_NAME/,
  },
  {
    header: 'linux/sync_file.h',
    versions: 'kernel',
    structs: drm.syncFileStructs,
    enums: [],
    ioctls: drm.syncFileIoctls,
    constants: [],
    covers: { structs: /./, constants: nothing, ioctls: /^SYNC_IOC_(?!MAGIC)/ },
    ignored: nothing,
  },
];
