// Every error that a client may be given, with the kernel function that gives it. A call that fails with an error
// that is not listed here is our mistake until its row is argued.

/** `client`: a RegExp on the client's name; `call`: the ioctl's short name; `on`: the kernels, all when left out. */
export const EXPECTED_ERRORS = [
  {
    client: /^panthor_vm$/,
    call: 'VM_DESTROY',
    errno: 'EINVAL',
    why: 'vm_destroy_invalid: no VM 0xdeadbeef (panthor_vm_pool_destroy_vm)',
  },
  {
    client: /^panthor_vm$/,
    call: 'VM_BIND',
    errno: 'EINVAL',
    why:
      'vm_unbind_invalid_address: an UNMAP with a BO handle; vm_bind_intersect_kbo_range: a map above the user range ' +
      '(panthor_vm_bind_prepare_op_ctx)',
  },
  {
    client: /^panthor_gem$/,
    call: 'BO_MMAP_OFFSET',
    errno: 'ENOENT',
    why: 'bo_mmap_offset_invalid_handle (panthor_ioctl_bo_mmap_offset)',
  },
  {
    client: /./,
    call: 'SYNCOBJ_TIMELINE_WAIT',
    errno: 'ETIME',
    why: 'Mesa probes whether a point is there yet: timeout 0 (drm_syncobj_array_wait_timeout)',
  },
  {
    client: /./,
    call: 'SYNCOBJ_WAIT',
    errno: 'ETIME',
    why: 'the same for a binary syncobj (drm_syncobj_array_wait_timeout)',
  },
  ...['SYNCOBJ_CREATE', 'SYNCOBJ_DESTROY', 'SYNCOBJ_HANDLE_TO_FD', 'SYNCOBJ_FD_TO_HANDLE'].flatMap((call) =>
    ['EINVAL', 'EBADF', 'ENOENT'].map((errno) => ({
      client: /^syncobj_basic$/,
      call,
      errno,
      why:
        'bad-*, illegal-*: flags, padding, handles and descriptors that are none (drm_syncobj_create_ioctl, ' +
        'drm_syncobj_destroy_ioctl, drm_syncobj_handle_to_fd_ioctl) (drm_syncobj_fd_to_handle_ioctl)',
    })),
  ),
  ...['SYNCOBJ_WAIT', 'SYNCOBJ_TIMELINE_WAIT'].map((call) => ({
    client: /^syncobj_(wait|timeline)$/,
    call,
    errno: 'EINVAL',
    why:
      'invalid-*: flags and padding, no handles, and waits for what was not submitted without WAIT_FOR_SUBMIT ' +
      '(drm_syncobj_wait_ioctl) (drm_syncobj_timeline_wait_ioctl) (drm_syncobj_array_wait_timeout)',
  })),
  ...['WAIT', 'RESET', 'SIGNAL', 'TIMELINE_WAIT', 'TIMELINE_SIGNAL', 'QUERY', 'TRANSFER', 'EVENTFD'].map(
    (call) => ({
      client: /^syncobj_(wait|timeline|eventfd)$/,
      call: `SYNCOBJ_${call}`,
      errno: 'ENOENT',
      why:
        'invalid-*-illegal-handle, invalid-*-bad-handle: no syncobj of that number (drm_syncobj_array_find) ' +
        '(drm_syncobj_transfer_ioctl) (drm_syncobj_eventfd_ioctl)',
    }),
  ),
  ...['RESET', 'SIGNAL', 'TIMELINE_SIGNAL', 'QUERY', 'TRANSFER', 'EVENTFD'].map((call) => ({
    client: /^syncobj_(wait|timeline|eventfd)$/,
    call: `SYNCOBJ_${call}`,
    errno: 'EINVAL',
    why:
      'invalid-*-illegal-flags, -bad-pad, -zero-handles (drm_syncobj_reset_ioctl) (drm_syncobj_signal_ioctl) ' +
      '(drm_syncobj_timeline_signal_ioctl) (drm_syncobj_query_ioctl) (drm_syncobj_transfer_ioctl) (drm_syncobj_eventfd_ioctl)',
  })),
  ...['GET_CAP', 'SET_CLIENT_CAP', '0xc04064a0'].map((call) => ({
    client: /^(drm_info|modetest)$/,
    call,
    errno: 'EOPNOTSUPP',
    why:
      'there is no DRIVER_MODESET (drm_getcap) (drm_setclientcap) (drm_mode_getresources); the tables of uapi/ do not have ' +
      'the last one’s request, 0xc04064a0',
  })),
  {
    client: /^nvtop$/,
    call: '0x80046402', // DRM_IOCTL_GET_MAGIC
    errno: 'EACCES',
    why: 'a render node has no masters and no magics (drm_ioctl_permit)',
  },
  {
    client: /^core_auth$/,
    call: '0x641e', // DRM_IOCTL_SET_MASTER
    errno: 'EBUSY',
    why: 'many-magics opens the device as often as it can, and tries to be master each time: there is one (drm_setmaster_ioctl)',
  },
  {
    client: /^core_auth$/,
    call: '0x40046411', // DRM_IOCTL_AUTH_MAGIC
    errno: 'EACCES',
    why: 'who is not master cannot authenticate anyone (drm_ioctl_permit)',
  },
  {
    client: /^core_(auth|setmaster|setmaster_vs_auth)$/,
    call: '0x40046411',
    errno: 'EINVAL',
    why: 'magic 0, to see whether the file is master (drm_authmagic)',
  },
  {
    client: /^core_getclient$/,
    call: '0xc0286405', // DRM_IOCTL_GET_CLIENT, which the tables of uapi/ do not have
    errno: 'EINVAL',
    why: 'basic: there is one client to ask for, number 0 (drm_getclient)',
  },
  {
    client: /^(c-|musl$|i386)/,
    call: 'VM_CREATE',
    errno: 'EFAULT',
    why: 'door.c gives an address that is not mapped: the argument cannot be copied (drm_ioctl)',
  },
  {
    client: /^(c-|musl$|i386)/,
    call: 'SYNCOBJ_WAIT',
    errno: 'EINTR',
    why: 'door.c is interrupted by a signal that it has a handler for (drm_syncobj_array_wait_timeout)',
  },
  {
    client: /^(go|rust)$/,
    call: 'VM_BIND',
    errno: 'EINVAL',
    why: 'client.go and client.rs bind on a VM that there is not (panthor_ioctl_vm_bind)',
  },
];

/** The row that explains a failed call, or undefined. */
export function explained(client, kernel, call, errno) {
  return EXPECTED_ERRORS.find(
    (row) =>
      row.client.test(client) &&
      row.call === call &&
      row.errno === errno &&
      (row.on?.includes(kernel) ?? true),
  );
}
