import { buffer, file, ioctl, poll, slot, soon } from '../script.mjs';
import {
  AVAILABLE,
  FOR_SUBMIT,
  NOWHERE,
  row,
  section,
  signaled,
  syncobj,
  WAIT_ALL,
  wait,
  waitPoint,
} from './recipes.mjs';

const advance = (point) =>
  ioctl('SYNCOBJ_TIMELINE_SIGNAL', {
    handles: buffer([slot('sync')]),
    points: buffer([point], 8),
    count_handles: 1,
  });
const aFile = (arg) => (arg.readInt32LE(8) > 2 ? 'a new file' : `fd ${arg.readInt32LE(8)}`);

export const SYNCOBJS = [
  ...section('Syncobjs', [
    row('SYNCOBJ_CREATE', ioctl('SYNCOBJ_CREATE'), '0, handle 1', 'drm_syncobj_create_as_handle', {
      show: ['handle'],
    }),
    row('with an unknown flag', ioctl('SYNCOBJ_CREATE', { flags: 2 }), 'EINVAL', 'drm_syncobj_create_ioctl'),
    row(
      'SYNCOBJ_DESTROY of syncobj 77',
      ioctl('SYNCOBJ_DESTROY', { handle: 77 }),
      'EINVAL',
      'drm_syncobj_destroy',
    ),
    row(
      'a wait for one that is signalled',
      wait(0, soon(5000)),
      '0, first_signaled 0',
      'drm_syncobj_array_wait_timeout',
      { before: [signaled], show: ['first_signaled'] },
    ),
    row('a wait for one without a fence', wait(0, soon(5000)), 'EINVAL', 'drm_syncobj_array_wait_timeout', {
      before: [syncobj],
    }),
    row(
      'the same with WAIT_FOR_SUBMIT, for 50 ms',
      wait(FOR_SUBMIT, soon(50)),
      'ETIME after a wait',
      'drm_syncobj_array_wait_timeout',
      { before: [syncobj], timed: true },
    ),
    row(
      'the same with a time that is past',
      wait(FOR_SUBMIT, 1),
      'ETIME at once',
      'drm_timeout_abs_to_jiffies',
      { before: [syncobj], timed: true },
    ),
    row(
      'a wait for syncobj 77',
      wait(0, soon(50), { handles: buffer([77]) }),
      'ENOENT',
      'drm_syncobj_array_find',
    ),
    row('a wait for no syncobj', wait(0, soon(50), { count_handles: 0 }), '0', 'drm_syncobj_wait_ioctl'),
    row('a wait with an unknown flag', wait(0x80, soon(50)), 'EINVAL', 'drm_syncobj_wait_ioctl', {
      before: [signaled],
    }),
    row(
      'handles at an address of nothing',
      wait(0, soon(50), { handles: NOWHERE }),
      'EFAULT',
      'drm_syncobj_array_find',
    ),
    row(
      'a wait for a point that is signalled',
      waitPoint(5, WAIT_ALL, soon(5000)),
      '0',
      'drm_syncobj_array_wait_timeout',
      { before: [syncobj, advance(5)] },
    ),
    row(
      'whether a point is there yet',
      waitPoint(6, WAIT_ALL | FOR_SUBMIT | AVAILABLE, 0),
      'ETIME',
      'drm_syncobj_array_wait_timeout',
      { before: [syncobj, advance(5)] },
    ),
    row(
      'SYNCOBJ_QUERY',
      ioctl('SYNCOBJ_QUERY', {
        handles: buffer([slot('sync')]),
        points: buffer([0], 8),
        count_handles: 1,
      }),
      '0, point 5',
      'drm_syncobj_query_ioctl',
      { before: [syncobj, advance(5)], show: [{ buffer: 1, at: 0, size: 8, as: 'point' }] },
    ),
    row(
      'SYNCOBJ_TRANSFER of a fence that is not there',
      ioctl('SYNCOBJ_TRANSFER', { src_handle: slot('sync'), dst_handle: slot('sync'), dst_point: 9 }),
      'EINVAL',
      'drm_syncobj_find_fence',
      { before: [syncobj] },
    ),
    row(
      'SYNCOBJ_RESET of none',
      ioctl('SYNCOBJ_RESET', { handles: buffer([0]), count_handles: 0 }),
      'EINVAL',
      'drm_syncobj_reset_ioctl',
    ),
    row(
      'SYNCOBJ_HANDLE_TO_FD',
      ioctl('SYNCOBJ_HANDLE_TO_FD', { handle: slot('sync') }),
      '0, a new file',
      'drm_syncobj_get_fd',
      { before: [syncobj], show: [aFile] },
    ),
    row(
      'a sync file of one without a fence',
      ioctl('SYNCOBJ_HANDLE_TO_FD', { handle: slot('sync'), flags: 1 }),
      'EINVAL',
      'drm_syncobj_export_sync_file',
      { before: [syncobj] },
    ),
    row(
      'SYNCOBJ_FD_TO_HANDLE of another kind of file',
      ioctl('SYNCOBJ_FD_TO_HANDLE', { fd: slot('fd') }),
      'EINVAL',
      'drm_syncobj_fd_to_handle',
      { before: [file('memfd', 'fd')] },
    ),
    row(
      'an eventfd of SYNCOBJ_EVENTFD after the signal',
      poll('fd'),
      'readable',
      'syncobj_eventfd_entry_func',
      {
        before: [
          syncobj,
          file('eventfd', 'fd'),
          ioctl('SYNCOBJ_EVENTFD', { handle: slot('sync'), fd: slot('fd') }),
          ioctl('SYNCOBJ_SIGNAL', { handles: buffer([slot('sync')]), count_handles: 1 }),
        ],
      },
    ),
  ]),
];
