/**
 * Which fields of which calls hold numbers that only mean something to one file of one kernel: handles, ids, file
 * descriptors, mmap offsets. A replay must turn the capture's into those that the model gave out.
 */

/** What a number names. Files have their own of each but for `fd` and `name`, which all files of a client share. */
export type IdKind = 'vm' | 'bo' | 'syncobj' | 'group' | 'heap' | 'mmap-offset' | 'fd' | 'name';

/** All kinds, each at its index. */
export const ID_KINDS: readonly IdKind[] = [
  'vm',
  'bo',
  'syncobj',
  'group',
  'heap',
  'mmap-offset',
  'fd',
  'name',
];

export interface IdField {
  /** Path from the argument; `[]` goes into what a pointer leads to: `ops[].syncs[].handle`. */
  readonly path: string;
  readonly kind: IdKind;
  /** `in`: the client names something. `out`: the kernel gives the number out. `end`: the name is gone afterwards. */
  readonly dir: 'in' | 'out' | 'end';
  /** A bit of a field beside it that turns `dir` around: DRM_SYNCOBJ_FD_TO_HANDLE_FLAGS_IMPORT_SYNC_FILE. */
  readonly inIf?: { readonly field: string; readonly bit: number };
}

const id = (path: string, kind: IdKind, dir: IdField['dir'] = 'in'): IdField => ({ path, kind, dir });
const syncobjs = [id('handles[]', 'syncobj')];

/** By the ioctl's C name. What is not here has no such numbers. */
export const ID_FIELDS: { readonly [ioctl: string]: readonly IdField[] } = {
  DRM_IOCTL_PANTHOR_VM_CREATE: [id('id', 'vm', 'out')],
  DRM_IOCTL_PANTHOR_VM_DESTROY: [id('id', 'vm', 'end')],
  DRM_IOCTL_PANTHOR_VM_BIND: [
    id('vm_id', 'vm'),
    id('ops[].bo_handle', 'bo'),
    id('ops[].syncs[].handle', 'syncobj'),
  ],
  DRM_IOCTL_PANTHOR_VM_GET_STATE: [id('vm_id', 'vm')],
  DRM_IOCTL_PANTHOR_BO_CREATE: [id('exclusive_vm_id', 'vm'), id('handle', 'bo', 'out')],
  DRM_IOCTL_PANTHOR_BO_MMAP_OFFSET: [id('handle', 'bo'), id('offset', 'mmap-offset', 'out')],
  DRM_IOCTL_PANTHOR_BO_SET_LABEL: [id('handle', 'bo')],
  DRM_IOCTL_PANTHOR_BO_SYNC: [id('ops[].handle', 'bo')],
  DRM_IOCTL_PANTHOR_BO_QUERY_INFO: [id('handle', 'bo')],
  DRM_IOCTL_PANTHOR_GROUP_CREATE: [id('vm_id', 'vm'), id('group_handle', 'group', 'out')],
  DRM_IOCTL_PANTHOR_GROUP_DESTROY: [id('group_handle', 'group', 'end')],
  DRM_IOCTL_PANTHOR_GROUP_SUBMIT: [
    id('group_handle', 'group'),
    id('queue_submits[].syncs[].handle', 'syncobj'),
  ],
  DRM_IOCTL_PANTHOR_GROUP_GET_STATE: [id('group_handle', 'group')],
  DRM_IOCTL_PANTHOR_TILER_HEAP_CREATE: [id('vm_id', 'vm'), id('handle', 'heap', 'out')],
  DRM_IOCTL_PANTHOR_TILER_HEAP_DESTROY: [id('handle', 'heap', 'end')],
  DRM_IOCTL_GEM_CLOSE: [id('handle', 'bo', 'end')],
  DRM_IOCTL_GEM_FLINK: [id('handle', 'bo'), id('name', 'name', 'out')],
  DRM_IOCTL_GEM_OPEN: [id('name', 'name'), id('handle', 'bo', 'out')],
  DRM_IOCTL_PRIME_HANDLE_TO_FD: [id('handle', 'bo'), id('fd', 'fd', 'out')],
  DRM_IOCTL_PRIME_FD_TO_HANDLE: [id('fd', 'fd'), id('handle', 'bo', 'out')],
  DRM_IOCTL_SYNCOBJ_CREATE: [id('handle', 'syncobj', 'out')],
  DRM_IOCTL_SYNCOBJ_DESTROY: [id('handle', 'syncobj', 'end')],
  DRM_IOCTL_SYNCOBJ_HANDLE_TO_FD: [id('handle', 'syncobj'), id('fd', 'fd', 'out')],
  DRM_IOCTL_SYNCOBJ_FD_TO_HANDLE: [
    id('fd', 'fd'),
    { path: 'handle', kind: 'syncobj', dir: 'out', inIf: { field: 'flags', bit: 0 } },
  ],
  DRM_IOCTL_SYNCOBJ_WAIT: syncobjs,
  DRM_IOCTL_SYNCOBJ_RESET: syncobjs,
  DRM_IOCTL_SYNCOBJ_SIGNAL: syncobjs,
  DRM_IOCTL_SYNCOBJ_TIMELINE_WAIT: syncobjs,
  DRM_IOCTL_SYNCOBJ_QUERY: syncobjs,
  DRM_IOCTL_SYNCOBJ_TIMELINE_SIGNAL: syncobjs,
  DRM_IOCTL_SYNCOBJ_TRANSFER: [id('src_handle', 'syncobj'), id('dst_handle', 'syncobj')],
  DRM_IOCTL_SYNCOBJ_EVENTFD: [id('handle', 'syncobj'), id('fd', 'fd')],
  DMA_BUF_IOCTL_EXPORT_SYNC_FILE: [id('fd', 'fd', 'out')],
  DMA_BUF_IOCTL_IMPORT_SYNC_FILE: [id('fd', 'fd')],
  SYNC_IOC_MERGE: [id('fd2', 'fd'), id('fence', 'fd', 'out')],
};
