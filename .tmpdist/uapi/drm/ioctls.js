/** drm.h: the core ioctls that clients of a render node make. */
import { DRM_IOCTL_BASE } from '../ioctl.js';
import { ioctlTable } from '../ioctl-table.js';
import * as device from './device.js';
import * as syncobj from './syncobj.js';
const table = ioctlTable(DRM_IOCTL_BASE, 'DRM_IOCTL_', {
    DRM_IOCTL_VERSION: { access: 'WR', nr: 0x00, arg: device.drm_version, doc: 'driver version' },
    DRM_IOCTL_GET_UNIQUE: { access: 'WR', nr: 0x01, arg: device.drm_unique, doc: 'bus id' },
    DRM_IOCTL_SET_VERSION: { access: 'WR', nr: 0x07, arg: device.drm_set_version, doc: 'interface version' },
    DRM_IOCTL_GEM_CLOSE: { access: 'W', nr: 0x09, arg: device.drm_gem_close, doc: 'closes an object' },
    DRM_IOCTL_GEM_FLINK: { access: 'WR', nr: 0x0a, arg: device.drm_gem_flink, doc: 'names an object' },
    DRM_IOCTL_GEM_OPEN: { access: 'WR', nr: 0x0b, arg: device.drm_gem_open, doc: 'opens a named object' },
    DRM_IOCTL_GET_CAP: { access: 'WR', nr: 0x0c, arg: device.drm_get_cap, doc: 'device capability' },
    DRM_IOCTL_SET_CLIENT_CAP: {
        access: 'W',
        nr: 0x0d,
        arg: device.drm_set_client_cap,
        doc: 'client capability',
    },
    DRM_IOCTL_PRIME_HANDLE_TO_FD: { access: 'WR', nr: 0x2d, arg: device.drm_prime_handle, doc: 'export' },
    DRM_IOCTL_PRIME_FD_TO_HANDLE: { access: 'WR', nr: 0x2e, arg: device.drm_prime_handle, doc: 'import' },
    DRM_IOCTL_SYNCOBJ_CREATE: { access: 'WR', nr: 0xbf, arg: syncobj.drm_syncobj_create, doc: 'create' },
    DRM_IOCTL_SYNCOBJ_DESTROY: { access: 'WR', nr: 0xc0, arg: syncobj.drm_syncobj_destroy, doc: 'destroy' },
    DRM_IOCTL_SYNCOBJ_HANDLE_TO_FD: { access: 'WR', nr: 0xc1, arg: syncobj.drm_syncobj_handle, doc: 'export' },
    DRM_IOCTL_SYNCOBJ_FD_TO_HANDLE: { access: 'WR', nr: 0xc2, arg: syncobj.drm_syncobj_handle, doc: 'import' },
    DRM_IOCTL_SYNCOBJ_WAIT: { access: 'WR', nr: 0xc3, arg: syncobj.drm_syncobj_wait, doc: 'wait' },
    DRM_IOCTL_SYNCOBJ_RESET: { access: 'WR', nr: 0xc4, arg: syncobj.drm_syncobj_array, doc: 'reset' },
    DRM_IOCTL_SYNCOBJ_SIGNAL: { access: 'WR', nr: 0xc5, arg: syncobj.drm_syncobj_array, doc: 'signal' },
    DRM_IOCTL_SYNCOBJ_TIMELINE_WAIT: {
        access: 'WR',
        nr: 0xca,
        arg: syncobj.drm_syncobj_timeline_wait,
        doc: 'wait for points',
    },
    DRM_IOCTL_SYNCOBJ_QUERY: {
        access: 'WR',
        nr: 0xcb,
        arg: syncobj.drm_syncobj_timeline_array,
        directions: { points: 'out' },
        doc: 'how far timelines are',
    },
    DRM_IOCTL_SYNCOBJ_TRANSFER: {
        access: 'WR',
        nr: 0xcc,
        arg: syncobj.drm_syncobj_transfer,
        doc: 'copies a fence',
    },
    DRM_IOCTL_SYNCOBJ_TIMELINE_SIGNAL: {
        access: 'WR',
        nr: 0xcd,
        arg: syncobj.drm_syncobj_timeline_array,
        doc: 'signals points',
    },
    DRM_IOCTL_SYNCOBJ_EVENTFD: {
        access: 'WR',
        nr: 0xcf,
        arg: syncobj.drm_syncobj_eventfd,
        since: 'v6.6',
        doc: 'signals an eventfd',
    },
    DRM_IOCTL_SET_CLIENT_NAME: {
        access: 'WR',
        nr: 0xd1,
        arg: device.drm_set_client_name,
        since: 'v6.13',
        doc: 'names the client',
    },
});
/** Core ioctls, by number. */
export const drmIoctls = table.specs;
export const { DRM_IOCTL_VERSION, DRM_IOCTL_GET_UNIQUE, DRM_IOCTL_SET_VERSION, DRM_IOCTL_GEM_CLOSE, DRM_IOCTL_GEM_FLINK, DRM_IOCTL_GEM_OPEN, DRM_IOCTL_GET_CAP, DRM_IOCTL_SET_CLIENT_CAP, DRM_IOCTL_PRIME_HANDLE_TO_FD, DRM_IOCTL_PRIME_FD_TO_HANDLE, DRM_IOCTL_SYNCOBJ_CREATE, DRM_IOCTL_SYNCOBJ_DESTROY, DRM_IOCTL_SYNCOBJ_HANDLE_TO_FD, DRM_IOCTL_SYNCOBJ_FD_TO_HANDLE, DRM_IOCTL_SYNCOBJ_WAIT, DRM_IOCTL_SYNCOBJ_RESET, DRM_IOCTL_SYNCOBJ_SIGNAL, DRM_IOCTL_SYNCOBJ_TIMELINE_WAIT, DRM_IOCTL_SYNCOBJ_QUERY, DRM_IOCTL_SYNCOBJ_TRANSFER, DRM_IOCTL_SYNCOBJ_TIMELINE_SIGNAL, DRM_IOCTL_SYNCOBJ_EVENTFD, DRM_IOCTL_SET_CLIENT_NAME, } = table.requests;
//# sourceMappingURL=ioctls.js.map