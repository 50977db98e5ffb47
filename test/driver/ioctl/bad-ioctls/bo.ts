import { drm_panthor_bo_sync_op } from '../../../../uapi/panthor_drm.ts';
import { filled, nowhere, type Struct, strided, structs } from '../arguments.ts';
import { type BadIoctl, KIB, rows } from './row.ts';

function sync(...ops: Struct[]): Struct {
  return { ops: structs(drm_panthor_bo_sync_op, ...ops) };
}

const create = 'panthor_ioctl_bo_create';
const getArray = 'panthor_get_uobj_array';

export const badBo: readonly BadIoctl[] = [
  ...rows(
    'BO_CREATE',
    ['of no size', { size: 0 }, 'EINVAL', create],
    ['with padding', { size: 4096, pad: 1 }, 'EINVAL', create],
    ['with an unknown flag', { size: 4096, flags: 4 }, 'EINVAL', create],
    ['with all flags', { size: 4096, flags: 0xffffffff }, 'EINVAL', create],
    ['not to be mapped, but cached when mapped', { size: 4096, flags: 3 }, 'EINVAL', create],
    ['for a VM that does not exist', { size: 4096, exclusive_vm_id: 9 }, 'EINVAL', create],
    ['for a VM that was destroyed', { size: 4096, exclusive_vm_id: 3 }, 'EINVAL', create],
    [
      'of a size that rounds up to nothing',
      { size: 2n ** 64n - 1n },
      'ENOSPC',
      'drm_mm_insert_node_in_range',
    ],
    ['of the largest size in pages', { size: 2n ** 64n - 4096n }, 'EINVAL', '__shmem_file_setup'],
    ['of a negative size', { size: 2n ** 63n }, 'EINVAL', '__shmem_file_setup'],
    ['larger than all mmap offsets', { size: 2 ** 41 }, 'ENOSPC', 'drm_mm_insert_node_in_range'],
    ['cached when mapped, on 6.12', { size: 4096, flags: 2 }, 'EINVAL', create, { kernel: '6.12' }],
  ),
  ...rows(
    'BO_MMAP_OFFSET',
    ['of no object', { handle: 0 }, 'ENOENT', 'drm_gem_object_lookup'],
    ['of an object that was closed', { handle: 5 }, 'ENOENT', 'drm_gem_object_lookup'],
    ['with padding', { handle: 1, pad: 1 }, 'EINVAL', 'panthor_ioctl_bo_mmap_offset'],
    ['with padding, of no object', { handle: 0, pad: 1 }, 'EINVAL', 'panthor_ioctl_bo_mmap_offset'],
    ['of an object that is not to be mapped', { handle: 3 }, 'EPERM', 'panthor_ioctl_bo_mmap_offset'],
  ),
  ...rows(
    'BO_SET_LABEL',
    ['of no object', { handle: 0 }, 'ENOENT', 'drm_gem_object_lookup'],
    ['with padding', { handle: 1, pad: 7 }, 'EINVAL', 'panthor_ioctl_bo_set_label'],
    ['to a text that is not there', { handle: 1, label: nowhere }, 'EFAULT', 'strndup_user'],
    ['to a text whose end is not there', { handle: 1, label: filled(100, 0x61) }, 'EFAULT', 'strndup_user'],
    [
      'to a text of 4096 bytes without an end',
      { handle: 1, label: filled(4096, 0x61) },
      'E2BIG',
      'panthor_ioctl_bo_set_label',
    ],
    ['on 6.12', { handle: 1 }, 'EINVAL', 'drm_ioctl', { kernel: '6.12' }],
  ),
  ...rows(
    'SET_USER_MMIO_OFFSET',
    ['to 0', { offset: 0 }, 'EINVAL', 'panthor_ioctl_set_user_mmio_offset'],
    [
      'to a page after one of the two',
      { offset: 2n ** 43n + 4096n },
      'EINVAL',
      'panthor_ioctl_set_user_mmio_offset',
    ],
    [
      'to one more than one of the two',
      { offset: 2n ** 56n + 1n },
      'EINVAL',
      'panthor_ioctl_set_user_mmio_offset',
    ],
    ['to another power of two', { offset: 2n ** 44n }, 'EINVAL', 'panthor_ioctl_set_user_mmio_offset'],
    ['on 6.12', { offset: 2n ** 56n }, 'EINVAL', 'drm_ioctl', { kernel: '6.12' }],
  ),
  ...rows(
    'BO_SYNC',
    ['of no object', sync({ handle: 0, size: 4096 }), 'ENOENT', 'panthor_ioctl_bo_sync'],
    ['of an unknown type', sync({ handle: 1, type: 2, size: 4096 }), 'EINVAL', 'panthor_gem_sync'],
    ['beyond the object', sync({ handle: 1, offset: 64 * KIB, size: 1 }), 'EINVAL', 'panthor_gem_sync'],
    ['of more than the object', sync({ handle: 1, size: 64 * KIB + 1 }), 'EINVAL', 'panthor_gem_sync'],
    [
      'of a range that wraps around',
      sync({ handle: 1, offset: 2n ** 64n - 1n, size: 2 }),
      'EINVAL',
      'panthor_gem_sync',
    ],
    [
      'of an offset near 2^64',
      sync({ handle: 1, offset: 2n ** 64n - 4096n, size: 0 }),
      'EINVAL',
      'panthor_gem_sync',
    ],
    [
      'with a second operation that is wrong',
      sync({ handle: 1, size: 4096 }, { handle: 5, size: 4096 }),
      'ENOENT',
      'panthor_ioctl_bo_sync',
    ],
    ['with a stride of 16', { ...sync({ handle: 1 }), 'ops.stride': 16 }, 'EINVAL', getArray],
    [
      'with an array that is not there',
      { ops: nowhere, 'ops.stride': 24, 'ops.count': 1 },
      'EFAULT',
      getArray,
    ],
    [
      'with operations from the future',
      { ops: strided(drm_panthor_bo_sync_op, 32, 1, { handle: 1 }) },
      'E2BIG',
      getArray,
    ],
    [
      'with more operations than fit into memory',
      { ...sync({ handle: 1 }), 'ops.count': 0x7fffffff },
      'ENOMEM',
      getArray,
    ],
    ['on 6.12', sync({ handle: 1, size: 4096 }), 'EINVAL', 'drm_ioctl', { kernel: '6.12' }],
  ),
  ...rows(
    'BO_QUERY_INFO',
    ['of no object', { handle: 0 }, 'ENOENT', 'drm_gem_object_lookup'],
    ['of an object that was closed', { handle: 5 }, 'ENOENT', 'drm_gem_object_lookup'],
    ['on 6.12', { handle: 1 }, 'EINVAL', 'drm_ioctl', { kernel: '6.12' }],
  ),
  ...rows(
    'GEM_CLOSE',
    ['of handle 0', { handle: 0 }, 'EINVAL', 'drm_gem_handle_delete'],
    ['of a handle that was closed', { handle: 5 }, 'EINVAL', 'drm_gem_handle_delete'],
    ['of the largest handle', { handle: 0xffffffff }, 'EINVAL', 'drm_gem_handle_delete'],
  ),
  ...rows(
    'PRIME_HANDLE_TO_FD',
    ['with an unknown flag', { handle: 1, flags: 1 }, 'EINVAL', 'drm_prime_handle_to_fd_ioctl'],
    ['of no object', { handle: 0 }, 'ENOENT', 'drm_gem_prime_handle_to_dmabuf'],
    ['of a VM’s own object', { handle: 2, flags: 0x80000 }, 'EINVAL', 'panthor_gem_prime_export'],
  ),
  ...rows(
    'PRIME_FD_TO_HANDLE',
    ['of a descriptor that is not open', { fd: 999 }, 'EBADF', 'dma_buf_get'],
    ['of a negative descriptor', { fd: -1 }, 'EBADF', 'dma_buf_get'],
  ),
];
