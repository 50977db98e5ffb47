import { buffer, ioctl, raw, slot } from '../script.mjs';
import { bo, NOWHERE, row, section } from './recipes.mjs';

const query = (type, size, more = {}) => ioctl('DEV_QUERY', { type, size, pointer: buffer(size), ...more });

export const REQUESTS = [
  ...section('Requests', [
    row(
      'VERSION',
      ioctl('VERSION', { name: buffer(16), name_len: 15 }),
      '0, version_major 1, version_minor 8, name panthor',
      'drm_version',
      {
        show: [
          'version_major',
          'version_minor',
          (_, [name]) => `name ${name.toString().replace(/\0+$/, '')}`,
        ],
      },
    ),
    row('GET_CAP of PRIME', ioctl('GET_CAP', { capability: 5 }), '0, value 0x3', 'drm_getcap', {
      show: ['value'],
    }),
    row(
      'GET_CAP of DUMB_BUFFER, which needs a display',
      ioctl('GET_CAP', { capability: 1 }),
      'EOPNOTSUPP',
      'drm_getcap',
    ),
    row(
      'SET_CLIENT_CAP on a render node',
      ioctl('SET_CLIENT_CAP', { capability: 3, value: 1 }),
      'EACCES',
      'drm_ioctl_permit',
    ),
    row(
      'GEM_FLINK on a render node',
      ioctl('GEM_FLINK', { handle: slot('bo') }),
      'EACCES',
      'drm_ioctl_permit',
      { before: [bo] },
    ),
    row('a core request with no function, 0xf0', raw(0xc00864f0, '0000000000000000'), 'EINVAL', 'drm_ioctl'),
    row('a driver request beyond the last, 0x9f', raw(0xc008649f, '0000000000000000'), 'EINVAL', 'drm_ioctl'),
    row('a request of another type (‘x’)', raw(0xc0087840, '0000000000000000'), 'ENOTTY', 'drm_ioctl'),
    row(
      'VM_CREATE with a pointer to nothing',
      raw(0xc0106441, `@${NOWHERE.toString(16)}`),
      'EFAULT',
      'drm_ioctl',
    ),
    row(
      'VM_CREATE with an argument of 8 bytes: the rest is zero',
      raw(0xc0086441, '0000000000000000'),
      '0',
      'drm_ioctl',
    ),
  ]),
  ...section('DEV_QUERY', [
    row('size of GPU_INFO', ioctl('DEV_QUERY', { type: 0 }), '0, size 112', 'panthor_ioctl_dev_query', {
      show: ['size'],
    }),
    row('GPU_INFO', query(0, 112), '0, gpu_id 0xa8670000', 'panthor_set_uobj', {
      show: [{ buffer: 0, struct: 'drm_panthor_gpu_info', field: 'gpu_id' }],
    }),
    row('GPU_INFO into 64 bytes', query(0, 64), 'EINVAL', 'panthor_set_uobj'),
    row(
      'GPU_INFO to an address of nothing',
      query(0, 112, { pointer: NOWHERE }),
      'EFAULT',
      'panthor_set_uobj',
    ),
    row('GROUP_PRIORITIES_INFO', query(3, 4), '0, allowed_mask 3', 'group_priority_permit', {
      show: [{ buffer: 0, at: 0, size: 1, as: 'allowed_mask' }],
    }),
    row(
      'TIMESTAMP_INFO with an unknown flag',
      ioctl('DEV_QUERY', {
        type: 2,
        size: 56,
        pointer: buffer([...Array(6).fill(0), 0x80000000, ...Array(7).fill(0)]),
      }),
      'EINVAL',
      'panthor_query_timestamp_info',
    ),
    row('type 99', query(99, 8), 'EINVAL', 'panthor_ioctl_dev_query'),
  ]),
];
