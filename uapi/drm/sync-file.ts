/** linux/sync_file.h: what clients ask of the file that holds a fence. */
import { ioctlTable } from '../ioctl-table.ts';
import { array, f, struct } from '../layout.ts';

export const sync_merge_data = struct('sync_merge_data', 'makes one sync_file of two', [
  array('name', 'u8', 32, 0, { char: true }),
  f('fd2', 's32', 32, { unit: 'fd' }),
  f('fence', 's32', 36, { dir: 'out', unit: 'fd' }),
  f('flags', 'u32', 40, { pad: true }),
  f('pad', 'u32', 44, { pad: true }),
]);

export const sync_fence_info = struct('sync_fence_info', 'one fence of a sync_file', [
  array('obj_name', 'u8', 32, 0, { dir: 'out', char: true }),
  array('driver_name', 'u8', 32, 32, { dir: 'out', char: true }),
  f('status', 's32', 64, { dir: 'out', doc: '1 when signalled, 0 before, or the error' }),
  f('flags', 'u32', 68, { dir: 'out' }),
  f('timestamp_ns', 'u64', 72, { dir: 'out', unit: 'ns' }),
]);

export const sync_file_info = struct('sync_file_info', 'what is known of a sync_file', [
  array('name', 'u8', 32, 0, { dir: 'out', char: true }),
  f('status', 's32', 32, { dir: 'out', doc: '1 when signalled, 0 before, or the error' }),
  f('flags', 'u32', 36, { pad: true }),
  f('num_fences', 'u32', 40, { dir: 'inout', unit: 'count' }),
  f('pad', 'u32', 44, { pad: true }),
  f('sync_fence_info', 'u64', 48, {
    unit: 'address',
    user: {
      dir: 'out',
      length: { kind: 'array', count: 'num_fences', stride: 80 },
      element: sync_fence_info,
    },
  }),
]);

export const sync_set_deadline = struct('sync_set_deadline', 'says by when a fence is wanted', [
  f('deadline_ns', 'u64', 0, { unit: 'ns' }),
  f('pad', 'u64', 8, { pad: true }),
]);

/** '>' */
export const SYNC_IOC_MAGIC = 0x3e;

const table = ioctlTable(SYNC_IOC_MAGIC, 'SYNC_IOC_', {
  SYNC_IOC_MERGE: { access: 'WR', nr: 3, arg: sync_merge_data, doc: 'makes one sync_file of two' },
  SYNC_IOC_FILE_INFO: { access: 'WR', nr: 4, arg: sync_file_info, doc: 'what is known of a sync_file' },
  SYNC_IOC_SET_DEADLINE: {
    access: 'W',
    nr: 5,
    arg: sync_set_deadline,
    since: '6.6',
    doc: 'says by when a fence is wanted',
  },
});

/** Ioctls of a sync_file's descriptor, not of the DRM device. */
export const syncFileIoctls = table.specs;
export const { SYNC_IOC_MERGE, SYNC_IOC_FILE_INFO, SYNC_IOC_SET_DEADLINE } = table.requests;
