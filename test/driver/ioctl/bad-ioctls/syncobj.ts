import { nowhere, type Struct, u32s, u64s } from '../arguments.ts';
import { type BadIoctl, rows } from './row.ts';

const find = 'drm_syncobj_array_find';
const findFence = 'drm_syncobj_find_fence';
const array = 'drm_syncobj_array_wait_timeout';
const ALL = 1;
const FOR_SUBMIT = 2;
const AVAILABLE = 4;

function binary(handles: readonly number[], more: Struct = {}): Struct {
  return { handles: u32s(...handles), count_handles: handles.length, ...more };
}

function timeline(
  handles: readonly number[],
  points: readonly (number | bigint)[],
  more: Struct = {},
): Struct {
  return { ...binary(handles, more), points: u64s(...points), ...more };
}

export const badSyncobj: readonly BadIoctl[] = [
  ...rows('SYNCOBJ_CREATE', ['with an unknown flag', { flags: 2 }, 'EINVAL', 'drm_syncobj_create_ioctl']),
  ...rows(
    'SYNCOBJ_DESTROY',
    ['of handle 0', { handle: 0 }, 'EINVAL', 'drm_syncobj_destroy'],
    ['of a handle that was destroyed', { handle: 4 }, 'EINVAL', 'drm_syncobj_destroy'],
    ['with padding', { handle: 1, pad: 1 }, 'EINVAL', 'drm_syncobj_destroy_ioctl'],
  ),
  ...rows(
    'SYNCOBJ_WAIT',
    ['with an unknown flag', binary([1], { flags: 16 }), 'EINVAL', 'drm_syncobj_wait_ioctl'],
    ['with a flag for timelines', binary([1], { flags: AVAILABLE }), 'EINVAL', 'drm_syncobj_wait_ioctl'],
    ['for a syncobj that does not exist', binary([1, 4]), 'ENOENT', find],
    ['for handles that are not there', { handles: nowhere, count_handles: 1 }, 'EFAULT', find],
    ['for more handles than are there', binary([1], { count_handles: 2 }), 'EFAULT', find],
    ['for more handles than fit into memory', binary([1], { count_handles: 0x100001 }), 'ENOMEM', find],
    ['for a syncobj without a fence', binary([2]), 'EINVAL', array],
    ['for a syncobj without a fence among others', binary([1, 2]), 'EINVAL', array],
    ['as a probe, for what was not submitted', binary([2], { flags: FOR_SUBMIT }), 'ETIME', array],
    [
      'until before now, for what was not submitted',
      binary([2], { flags: FOR_SUBMIT, timeout_nsec: 5 }),
      'ETIME',
      array,
    ],
    ['until before time began', binary([2], { flags: FOR_SUBMIT, timeout_nsec: -1 }), 'ETIME', array],
    ['for all, of which one is there', binary([1, 2], { flags: ALL | FOR_SUBMIT }), 'ETIME', array],
  ),
  ...rows(
    'SYNCOBJ_TIMELINE_WAIT',
    ['with an unknown flag', timeline([3], [5], { flags: 32 }), 'EINVAL', 'drm_syncobj_timeline_wait_ioctl'],
    ['for a syncobj that does not exist', timeline([0], [1]), 'ENOENT', find],
    ['for points that are not there', timeline([3], [5], { points: nowhere }), 'EFAULT', array],
    ['for a point that was not submitted', timeline([3], [6]), 'EINVAL', array],
    ['for a point of a binary syncobj', timeline([1], [1]), 'EINVAL', array],
    ['as a probe, for a point that was not submitted', timeline([3], [6], { flags: 7 }), 'ETIME', array],
    [
      'as a probe, for an exact point beyond 2^53',
      timeline([3], [2n ** 53n + 1n], { flags: AVAILABLE }),
      'ETIME',
      array,
    ],
  ),
  ...rows(
    'SYNCOBJ_RESET',
    ['of nothing', binary([]), 'EINVAL', 'drm_syncobj_reset_ioctl'],
    ['with padding', binary([1], { pad: 1 }), 'EINVAL', 'drm_syncobj_reset_ioctl'],
    ['of a syncobj that does not exist', binary([4]), 'ENOENT', find],
    ['of handles that are not there', { handles: nowhere, count_handles: 2 }, 'EFAULT', find],
  ),
  ...rows(
    'SYNCOBJ_SIGNAL',
    ['of nothing', binary([]), 'EINVAL', 'drm_syncobj_signal_ioctl'],
    ['with padding', binary([1], { pad: 1 }), 'EINVAL', 'drm_syncobj_signal_ioctl'],
    ['of a syncobj that does not exist', binary([2, 4]), 'ENOENT', find],
  ),
  ...rows(
    'SYNCOBJ_TIMELINE_SIGNAL',
    ['of nothing', timeline([], []), 'EINVAL', 'drm_syncobj_timeline_signal_ioctl'],
    ['with a flag', timeline([3], [6], { flags: 1 }), 'EINVAL', 'drm_syncobj_timeline_signal_ioctl'],
    ['of a syncobj that does not exist', timeline([4], [6]), 'ENOENT', find],
    [
      'of points that are not there',
      timeline([3], [6], { points: nowhere }),
      'EFAULT',
      'drm_syncobj_timeline_signal_ioctl',
    ],
  ),
  ...rows(
    'SYNCOBJ_QUERY',
    ['of nothing', timeline([], []), 'EINVAL', 'drm_syncobj_query_ioctl'],
    ['with an unknown flag', timeline([3], [0], { flags: 2 }), 'EINVAL', 'drm_syncobj_query_ioctl'],
    ['of a syncobj that does not exist', timeline([4], [0]), 'ENOENT', find],
    ['to nowhere', timeline([3], [0], { points: nowhere }), 'EFAULT', 'drm_syncobj_query_ioctl'],
  ),
  ...rows(
    'SYNCOBJ_TRANSFER',
    ['with padding', { src_handle: 1, dst_handle: 2, pad: 1 }, 'EINVAL', 'drm_syncobj_transfer_ioctl'],
    [
      'to a syncobj that does not exist',
      { src_handle: 1, dst_handle: 4 },
      'ENOENT',
      'drm_syncobj_transfer_to_binary',
    ],
    [
      'to a point of one that does not exist',
      { src_handle: 1, dst_handle: 4, dst_point: 1 },
      'ENOENT',
      'drm_syncobj_transfer_to_timeline',
    ],
    ['from a syncobj that does not exist', { src_handle: 4, dst_handle: 2 }, 'ENOENT', findFence],
    ['from a syncobj without a fence', { src_handle: 2, dst_handle: 1 }, 'EINVAL', findFence],
    [
      'from a point that was not submitted',
      { src_handle: 3, src_point: 6, dst_handle: 1 },
      'EINVAL',
      findFence,
    ],
    ['with an unknown flag', { src_handle: 1, dst_handle: 2, flags: ALL }, 'EINVAL', findFence],
  ),
  ...rows(
    'SYNCOBJ_HANDLE_TO_FD',
    ['with padding', { handle: 1, pad: 1 }, 'EINVAL', 'drm_syncobj_handle_to_fd_ioctl'],
    ['with an unknown flag', { handle: 1, flags: 4 }, 'EINVAL', 'drm_syncobj_handle_to_fd_ioctl'],
    [
      'with a point, as a syncobj',
      { handle: 3, flags: 2, point: 5 },
      'EINVAL',
      'drm_syncobj_handle_to_fd_ioctl',
    ],
    ['of a syncobj that does not exist', { handle: 4 }, 'EINVAL', 'drm_syncobj_handle_to_fd'],
    ['as a sync_file, of one that does not exist', { handle: 4, flags: 1 }, 'ENOENT', findFence],
    ['as a sync_file, without a fence', { handle: 2, flags: 1 }, 'EINVAL', findFence],
    [
      'as a sync_file, of a point that was not submitted',
      { handle: 3, flags: 3, point: 9 },
      'EINVAL',
      findFence,
    ],
    [
      'of a point, on 6.12',
      { handle: 3, flags: 3, point: 5 },
      'EINVAL',
      'drm_syncobj_handle_to_fd_ioctl',
      { kernel: '6.12' },
    ],
  ),
  ...rows(
    'SYNCOBJ_FD_TO_HANDLE',
    ['with padding', { fd: 3, pad: 1 }, 'EINVAL', 'drm_syncobj_fd_to_handle_ioctl'],
    ['with an unknown flag', { fd: 3, flags: 8 }, 'EINVAL', 'drm_syncobj_fd_to_handle_ioctl'],
    ['with a point, as a syncobj', { fd: 3, point: 1 }, 'EINVAL', 'drm_syncobj_fd_to_handle_ioctl'],
    ['of a descriptor that is not open', { fd: 999 }, 'EINVAL', 'drm_syncobj_fd_to_handle'],
    [
      'as a sync_file, of a descriptor that is not open',
      { fd: 999, handle: 2, flags: 1 },
      'EINVAL',
      'drm_syncobj_import_sync_file_fence',
    ],
  ),
  ...rows(
    'SYNCOBJ_EVENTFD',
    ['with an unknown flag', { handle: 1, flags: FOR_SUBMIT }, 'EINVAL', 'drm_syncobj_eventfd_ioctl'],
    ['with padding', { handle: 1, pad: 1 }, 'EINVAL', 'drm_syncobj_eventfd_ioctl'],
    ['of a syncobj that does not exist', { handle: 4 }, 'ENOENT', 'drm_syncobj_eventfd_ioctl'],
    ['to a descriptor that is not open', { handle: 1, fd: 999 }, 'EBADF', 'eventfd_ctx_fdget'],
  ),
];
