import { DRM_IOCTL_GEM_CLOSE, DRM_IOCTL_GET_CAP } from '../../../../uapi/drm.ts';
import { drm_panthor_gpu_info, drm_panthor_timestamp_info } from '../../../../uapi/panthor_drm.ts';
import { filled, nowhere, type Struct, strided, structs } from '../arguments.ts';
import { type BadIoctl, rows } from './row.ts';

function query(type: number, size: number, more: Struct = {}): Struct {
  return { type, size, pointer: filled(size), ...more };
}

function timestamps(flags: number): Struct {
  return { type: 2, size: 56, pointer: structs(drm_panthor_timestamp_info, { flags }) };
}

const devQuery = 'panthor_ioctl_dev_query';
const set = 'panthor_set_uobj';
const stamps = 'panthor_query_timestamp_info';

export const badQuery: readonly BadIoctl[] = rows(
  'DEV_QUERY',
  ['of an unknown type', query(5, 8), 'EINVAL', devQuery],
  ['of the size of an unknown type', { type: 5 }, 'EINVAL', devQuery],
  ['of the largest type', query(0xffffffff, 8), 'EINVAL', devQuery],
  ['of MMU_INFO, which came later', query(4, 8), 'EINVAL', devQuery],
  ['of the size of MMU_INFO', { type: 4 }, 'EINVAL', devQuery],
  ['of timestamps, on 6.12', query(2, 24), 'EINVAL', devQuery, { kernel: '6.12' }],
  ['of priorities, on 6.12', query(3, 4), 'EINVAL', devQuery, { kernel: '6.12' }],
  ['of GPU_INFO with too little room', query(0, 95), 'EINVAL', set],
  ['of GPU_INFO with no room', query(0, 0), 'EINVAL', set],
  ['of CSIF_INFO with too little room', query(1, 23), 'EINVAL', set],
  ['of timestamps with too little room', query(2, 15), 'EINVAL', set],
  ['of priorities with too little room', query(3, 3), 'EINVAL', set],
  ['of MMU_INFO with too little room', query(4, 7), 'EINVAL', set, { kernel: 'next' }],
  ['of GPU_INFO to nowhere', { type: 0, size: drm_panthor_gpu_info.size, pointer: nowhere }, 'EFAULT', set],
  ['of timestamps from nowhere', { type: 2, size: 56, pointer: nowhere }, 'EFAULT', 'copy_struct_from_user'],
  ['of more GPU_INFO than there is room for', { ...query(0, 112), size: 120 }, 'EFAULT', set],
  ['of timestamps with an unknown flag', timestamps(1 << 8), 'EINVAL', stamps],
  ['of timestamps of a third clock', timestamps(3 << 1), 'EINVAL', stamps],
  ['of timestamps of the last clock', timestamps(7 << 1), 'EINVAL', stamps],
  [
    'of timestamps from the future',
    { type: 2, size: 64, pointer: strided(drm_panthor_timestamp_info, 64, 1, {}) },
    'E2BIG',
    'copy_struct_from_user',
  ],
);

export const badCore: readonly BadIoctl[] = [
  ...rows(
    'GET_CAP',
    ['of something about displays', { capability: 1 }, 'EOPNOTSUPP', 'drm_getcap'],
    ['of something that does not exist', { capability: 0x99 }, 'EOPNOTSUPP', 'drm_getcap'],
    ['of a number whose low half is known', { capability: 2n ** 32n + 5n }, 'EOPNOTSUPP', 'drm_getcap'],
    [
      'with the letter of dma-buf',
      { capability: 5 },
      'ENOTTY',
      'drm_ioctl',
      { request: (DRM_IOCTL_GET_CAP & ~0xff00) | 0x6200 },
    ],
    [
      'with a number that the driver does not have',
      { capability: 5 },
      'EINVAL',
      'drm_ioctl',
      { request: 0xc0106460 },
    ],
    ['with the last number of drivers', { capability: 5 }, 'EINVAL', 'drm_ioctl', { request: 0xc010649f }],
    [
      'with a number that the core does not have',
      { capability: 5 },
      'EINVAL',
      'drm_ioctl',
      { request: 0xc01064ff },
    ],
    [
      'with a number that the core has given up',
      { capability: 5 },
      'EINVAL',
      'drm_ioctl',
      { request: 0xc0106430 },
    ],
  ),
  ...rows(
    'GEM_CLOSE',
    [
      'without an argument',
      { handle: 1 },
      'EINVAL',
      'drm_gem_handle_delete',
      { request: DRM_IOCTL_GEM_CLOSE & 0xffff },
    ],
    [
      'with an argument that only comes out',
      { handle: 1 },
      'EINVAL',
      'drm_gem_handle_delete',
      { request: 0x80086409 },
    ],
  ),
  ...rows(
    'SET_CLIENT_CAP',
    ['on a render node', { capability: 2, value: 1 }, 'EACCES', 'drm_ioctl_permit'],
    ['without displays', { capability: 2, value: 1 }, 'EOPNOTSUPP', 'drm_setclientcap', { primary: true }],
  ),
  ...rows(
    'SET_VERSION',
    [
      'on a render node',
      { drm_di_major: 1, drm_di_minor: 4, drm_dd_major: -1 },
      'EACCES',
      'drm_ioctl_permit',
    ],
    [
      'by who is not master',
      { drm_di_major: 1, drm_di_minor: 4, drm_dd_major: -1 },
      'EACCES',
      'drm_ioctl_permit',
      { primary: true },
    ],
  ),
  ...rows('GET_UNIQUE', ['on a render node', {}, 'EACCES', 'drm_ioctl_permit']),
  ...rows(
    'GEM_FLINK',
    ['on a render node', { handle: 1 }, 'EACCES', 'drm_ioctl_permit'],
    ['by who is not authenticated', { handle: 1 }, 'EACCES', 'drm_ioctl_permit', { primary: true }],
  ),
  ...rows('GEM_OPEN', ['on a render node', { name: 1 }, 'EACCES', 'drm_ioctl_permit']),
  ...rows(
    'VERSION',
    ['with a name to nowhere', { name_len: 10, name: nowhere }, 'EFAULT', 'drm_copy_field'],
    ['with a description to nowhere', { desc_len: 10, desc: nowhere }, 'EFAULT', 'drm_copy_field'],
  ),
  ...rows(
    'SET_CLIENT_NAME',
    ['to more than 64 bytes', { name_len: 65, name: filled(65, 0x61) }, 'EINVAL', 'drm_set_client_name'],
    ['to something with a space', { name_len: 4, name: filled(4, 0x20) }, 'EINVAL', 'drm_set_client_name'],
    ['to something with a NUL', { name_len: 4, name: filled(4) }, 'EINVAL', 'drm_set_client_name'],
    [
      'to something that is not ASCII',
      { name_len: 4, name: filled(4, 0xe4) },
      'EINVAL',
      'drm_set_client_name',
    ],
    ['to something that is not there', { name_len: 4, name: nowhere }, 'EFAULT', 'memdup_user_nul'],
    [
      'to 4 GiB and a bit',
      { name_len: 2n ** 32n + 4n, name: filled(4, 0x61) },
      'EINVAL',
      'drm_set_client_name',
    ],
    ['on 6.12', { name_len: 4, name: filled(4, 0x61) }, 'EINVAL', 'drm_ioctl', { kernel: '6.12' }],
  ),
];
