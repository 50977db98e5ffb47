/** What render clients may not ask, or drivers without displays do not do: the rest of drm_ioctls[] in drm_ioctl.c. */
import { ENOSYS } from '../../../uapi/errno.js';
import { DRM_AUTH, DRM_MASTER, DRM_ROOT_ONLY } from './entry.js';
import { authMagic, dropMaster, getClient, getMagic, getStats, invalidOp, noop, notSupported, setMaster, } from './ioctl-core.js';
/** DRM_AUTH|DRM_MASTER|DRM_ROOT_ONLY */
const ROOT = DRM_AUTH | DRM_MASTER | DRM_ROOT_ONLY;
/** drm_mode_create_dumb() and its kin, where the driver has no dumb_create. */
const noDumbBuffers = function* () {
    return -ENOSYS;
};
export const OTHER_CORE_IOCTLS = [
    ['DRM_IOCTL_GET_MAGIC', 0x80046402, 0, getMagic],
    ['DRM_IOCTL_GET_CLIENT', 0xc0286405, 0, getClient],
    ['DRM_IOCTL_GET_STATS', 0x80f86406, 0, getStats],
    ['DRM_IOCTL_SET_UNIQUE', 0x40106410, ROOT, invalidOp],
    ['DRM_IOCTL_AUTH_MAGIC', 0x40046411, DRM_MASTER, authMagic],
    ['DRM_IOCTL_BLOCK', 0xc0046412, ROOT, noop],
    ['DRM_IOCTL_UNBLOCK', 0xc0046413, ROOT, noop],
    ['DRM_IOCTL_SET_MASTER', 0x0000641e, 0, setMaster],
    ['DRM_IOCTL_DROP_MASTER', 0x0000641f, 0, dropMaster],
    ['DRM_IOCTL_ADD_DRAW', 0xc0046427, ROOT, noop],
    ['DRM_IOCTL_RM_DRAW', 0xc0046428, ROOT, noop],
    ['DRM_IOCTL_FINISH', 0x4008642c, DRM_AUTH, noop],
    ['DRM_IOCTL_WAIT_VBLANK', 0xc018643a, 0, notSupported],
    ['DRM_IOCTL_UPDATE_DRAW', 0x4018643f, ROOT, noop],
    ['DRM_IOCTL_CRTC_GET_SEQUENCE', 0xc018643b, 0, notSupported],
    ['DRM_IOCTL_CRTC_QUEUE_SEQUENCE', 0xc018643c, 0, notSupported],
    ['DRM_IOCTL_MODE_GETRESOURCES', 0xc04064a0, 0, notSupported],
    ['DRM_IOCTL_MODE_GETCRTC', 0xc06864a1, 0, notSupported],
    ['DRM_IOCTL_MODE_SETCRTC', 0xc06864a2, DRM_MASTER, notSupported],
    ['DRM_IOCTL_MODE_CURSOR', 0xc01c64a3, DRM_MASTER, notSupported],
    ['DRM_IOCTL_MODE_GETGAMMA', 0xc02064a4, 0, notSupported],
    ['DRM_IOCTL_MODE_SETGAMMA', 0xc02064a5, DRM_MASTER, notSupported],
    ['DRM_IOCTL_MODE_GETENCODER', 0xc01464a6, 0, notSupported],
    ['DRM_IOCTL_MODE_GETCONNECTOR', 0xc05064a7, 0, notSupported],
    ['DRM_IOCTL_MODE_ATTACHMODE', 0xc04864a8, DRM_MASTER, noop],
    ['DRM_IOCTL_MODE_DETACHMODE', 0xc04864a9, DRM_MASTER, noop],
    ['DRM_IOCTL_MODE_GETPROPERTY', 0xc04064aa, 0, notSupported],
    ['DRM_IOCTL_MODE_SETPROPERTY', 0xc01064ab, DRM_MASTER, notSupported],
    ['DRM_IOCTL_MODE_GETPROPBLOB', 0xc01064ac, 0, notSupported],
    ['DRM_IOCTL_MODE_GETFB', 0xc01c64ad, 0, notSupported],
    ['DRM_IOCTL_MODE_ADDFB', 0xc01c64ae, 0, notSupported],
    ['DRM_IOCTL_MODE_RMFB', 0xc00464af, 0, notSupported],
    ['DRM_IOCTL_MODE_PAGE_FLIP', 0xc01864b0, DRM_MASTER, notSupported],
    ['DRM_IOCTL_MODE_DIRTYFB', 0xc01864b1, DRM_MASTER, notSupported],
    ['DRM_IOCTL_MODE_CREATE_DUMB', 0xc02064b2, 0, noDumbBuffers],
    ['DRM_IOCTL_MODE_MAP_DUMB', 0xc01064b3, 0, noDumbBuffers],
    ['DRM_IOCTL_MODE_DESTROY_DUMB', 0xc00464b4, 0, noDumbBuffers],
    ['DRM_IOCTL_MODE_GETPLANERESOURCES', 0xc01064b5, 0, notSupported],
    ['DRM_IOCTL_MODE_GETPLANE', 0xc02064b6, 0, notSupported],
    ['DRM_IOCTL_MODE_SETPLANE', 0xc03064b7, DRM_MASTER, notSupported],
    ['DRM_IOCTL_MODE_ADDFB2', 0xc06864b8, 0, notSupported],
    ['DRM_IOCTL_MODE_OBJ_GETPROPERTIES', 0xc02064b9, 0, notSupported],
    ['DRM_IOCTL_MODE_OBJ_SETPROPERTY', 0xc01864ba, DRM_MASTER, notSupported],
    ['DRM_IOCTL_MODE_CURSOR2', 0xc02464bb, DRM_MASTER, notSupported],
    ['DRM_IOCTL_MODE_ATOMIC', 0xc03864bc, DRM_MASTER, notSupported],
    ['DRM_IOCTL_MODE_CREATEPROPBLOB', 0xc01064bd, 0, notSupported],
    ['DRM_IOCTL_MODE_DESTROYPROPBLOB', 0xc00464be, 0, notSupported],
    ['DRM_IOCTL_MODE_CREATE_LEASE', 0xc01864c6, DRM_MASTER, notSupported],
    ['DRM_IOCTL_MODE_LIST_LESSEES', 0xc01064c7, DRM_MASTER, notSupported],
    ['DRM_IOCTL_MODE_GET_LEASE', 0xc01064c8, DRM_MASTER, notSupported],
    ['DRM_IOCTL_MODE_REVOKE_LEASE', 0xc00464c9, DRM_MASTER, notSupported],
    ['DRM_IOCTL_MODE_GETFB2', 0xc06864ce, 0, notSupported],
    ['DRM_IOCTL_MODE_CLOSEFB', 0xc00864d0, 0, notSupported],
];
//# sourceMappingURL=core-table.js.map