import { buffer, file, ioctl, load, mmap, objects, slot } from '../script.mjs';
import { bo, mapped, PAGE, READ, READ_WRITE, row, section } from './recipes.mjs';

const FLUSH_ID = 1n << 56n; // DRM_PANTHOR_USER_MMIO_OFFSET_64BIT

const aligned = (arg) => {
  const offset = arg.readBigUInt64LE(8);
  return offset !== 0n && offset % 4096n === 0n ? 'offset page aligned' : `offset 0x${offset.toString(16)}`;
};
const aFile = (arg) => (arg.readInt32LE(8) > 2 ? 'a new file' : `fd ${arg.readInt32LE(8)}`);

export const OBJECTS = [
  ...section('Buffer objects', [
    row(
      'BO_CREATE of 1 byte',
      ioctl('BO_CREATE', { size: 1 }),
      '0, size 0x1000, handle 1',
      'panthor_gem_create_with_handle',
      { show: ['size', 'handle'] },
    ),
    row('of 0 bytes', ioctl('BO_CREATE', { size: 0 }), 'EINVAL', 'panthor_ioctl_bo_create'),
    row('with padding set', ioctl('BO_CREATE', { size: PAGE, pad: 1 }), 'EINVAL', 'panthor_ioctl_bo_create'),
    row(
      'with an unknown flag',
      ioctl('BO_CREATE', { size: PAGE, flags: 8 }),
      'EINVAL',
      'panthor_ioctl_bo_create',
    ),
    row(
      'NO_MMAP and WB_MMAP',
      ioctl('BO_CREATE', { size: PAGE, flags: 3 }),
      'EINVAL',
      'panthor_ioctl_bo_create',
    ),
    row(
      'exclusive to VM 99',
      ioctl('BO_CREATE', { size: PAGE, exclusive_vm_id: 99 }),
      'EINVAL',
      'panthor_ioctl_bo_create',
    ),
    row(
      'BO_MMAP_OFFSET',
      ioctl('BO_MMAP_OFFSET', { handle: slot('bo') }),
      '0, offset page aligned',
      'panthor_ioctl_bo_mmap_offset',
      { before: [bo], show: [aligned] },
    ),
    row('of handle 77', ioctl('BO_MMAP_OFFSET', { handle: 77 }), 'ENOENT', 'panthor_ioctl_bo_mmap_offset'),
    row(
      'of a NO_MMAP object',
      ioctl('BO_MMAP_OFFSET', { handle: slot('bo') }),
      'EPERM',
      'panthor_ioctl_bo_mmap_offset',
      { before: [ioctl('BO_CREATE', { size: PAGE, flags: 1 }, { bo: 'handle' })] },
    ),
    row('mmap of an object', mmap(2 * PAGE, READ_WRITE, slot('offset')), '0', 'drm_gem_mmap', {
      before: [bo, ioctl('BO_MMAP_OFFSET', { handle: slot('bo') }, { offset: 'offset' })],
    }),
    row(
      'mmap of more than the object',
      mmap(16 * PAGE, READ_WRITE, slot('offset')),
      'EINVAL',
      'drm_gem_mmap',
      { before: [bo, ioctl('BO_MMAP_OFFSET', { handle: slot('bo') }, { offset: 'offset' })] },
    ),
    row('mmap where no object is', mmap(PAGE, READ_WRITE, 0x7654321000), 'EINVAL', 'drm_gem_mmap'),
    row('a new object read through its mapping', load(PAGE), '0x0', 'shmem_file_setup', {
      before: [...mapped],
    }),
    row('mmap of the flush id', mmap(PAGE, READ, FLUSH_ID), '0', 'panthor_device_mmap_io'),
    row('the flush id, for writing', mmap(PAGE, READ_WRITE, FLUSH_ID), 'EINVAL', 'panthor_device_mmap_io'),
    row('the flush id, two pages', mmap(2 * PAGE, READ, FLUSH_ID), 'EINVAL', 'panthor_device_mmap_io'),
    row(
      'SET_USER_MMIO_OFFSET to somewhere else',
      ioctl('SET_USER_MMIO_OFFSET', { offset: 1n << 40n }),
      'EINVAL',
      'panthor_ioctl_set_user_mmio_offset',
    ),
    row(
      'BO_SET_LABEL',
      ioctl('BO_SET_LABEL', { handle: slot('bo'), label: buffer('a label\0') }),
      '0',
      'panthor_ioctl_bo_set_label',
      { before: [bo] },
    ),
    row(
      'of handle 77',
      ioctl('BO_SET_LABEL', { handle: 77, label: buffer('a label\0') }),
      'ENOENT',
      'panthor_ioctl_bo_set_label',
    ),
    row(
      'of 5000 characters',
      ioctl('BO_SET_LABEL', { handle: slot('bo'), label: buffer('x'.repeat(5000)) }),
      'E2BIG',
      'panthor_ioctl_bo_set_label',
      { before: [bo] },
    ),
    row(
      'BO_QUERY_INFO',
      ioctl('BO_QUERY_INFO', { handle: slot('bo') }),
      '0, create_flags 2, extra_flags 0',
      'panthor_ioctl_bo_query_info',
      {
        before: [ioctl('BO_CREATE', { size: PAGE, flags: 2 }, { bo: 'handle' })],
        show: ['create_flags', 'extra_flags'],
      },
    ),
    row(
      'BO_SYNC beyond the object',
      ioctl('BO_SYNC', {
        ops: objects('drm_panthor_bo_sync_op', [{ handle: slot('bo'), offset: 2 * PAGE, size: 1 }]),
      }),
      'EINVAL',
      'panthor_gem_sync',
      { before: [bo] },
    ),
    row(
      'BO_SYNC of handle 77',
      ioctl('BO_SYNC', { ops: objects('drm_panthor_bo_sync_op', [{ handle: 77 }]) }),
      'ENOENT',
      'panthor_ioctl_bo_sync',
    ),
    row('GEM_CLOSE', ioctl('GEM_CLOSE', { handle: slot('bo') }), '0', 'drm_gem_handle_delete', {
      before: [bo],
    }),
    row('GEM_CLOSE of handle 77', ioctl('GEM_CLOSE', { handle: 77 }), 'EINVAL', 'drm_gem_handle_delete'),
  ]),
  ...section('PRIME', [
    row(
      'PRIME_HANDLE_TO_FD',
      ioctl('PRIME_HANDLE_TO_FD', { handle: slot('bo'), flags: 0o2000002 }),
      '0, a new file',
      'drm_gem_prime_handle_to_fd',
      { before: [bo], show: [aFile] },
    ),
    row(
      'with a flag that open(2) would take',
      ioctl('PRIME_HANDLE_TO_FD', { handle: slot('bo'), flags: 0o100 }),
      'EINVAL',
      'drm_prime_handle_to_fd_ioctl',
      { before: [bo] },
    ),
    row(
      'of handle 77',
      ioctl('PRIME_HANDLE_TO_FD', { handle: 77 }),
      'ENOENT',
      'drm_gem_prime_handle_to_dmabuf',
    ),
    row(
      'PRIME_FD_TO_HANDLE of one’s own export',
      ioctl('PRIME_FD_TO_HANDLE', { fd: slot('fd') }),
      '0, handle 1',
      'drm_gem_prime_fd_to_handle',
      {
        before: [bo, ioctl('PRIME_HANDLE_TO_FD', { handle: slot('bo'), flags: 0o2000002 }, { fd: 'fd' })],
        show: ['handle'],
      },
    ),
    row(
      'of a file that is no dma-buf',
      ioctl('PRIME_FD_TO_HANDLE', { fd: slot('fd') }),
      'EINVAL',
      'dma_buf_get',
      { before: [file('memfd', 'fd')] },
    ),
    row('of fd -1', ioctl('PRIME_FD_TO_HANDLE', { fd: 0xffffffff }), 'EBADF', 'dma_buf_get'),
  ]),
];
