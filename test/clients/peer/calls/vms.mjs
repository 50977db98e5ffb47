import { ioctl, slot } from '../script.mjs';
import { row, section, vm } from './recipes.mjs';

export const VMS = [
  ...section('VM_CREATE, VM_DESTROY, VM_GET_STATE', [
    row(
      'a VM of the default range',
      vm,
      '0, id 1, user_va_range 0x800000000000',
      'panthor_vm_pool_create_vm',
      { show: ['id', 'user_va_range'] },
    ),
    row(
      'a VM of 4 GiB: the kernel’s half starts at a power of two',
      ioctl('VM_CREATE', { user_va_range: 1n << 32n }),
      '0, id 1, user_va_range 0x800000000000',
      'panthor_vm_create_check_args',
      { show: ['id', 'user_va_range'] },
    ),
    row(
      'no room left for the kernel',
      ioctl('VM_CREATE', { user_va_range: 1n << 48n }),
      'EINVAL',
      'panthor_vm_create_check_args',
    ),
    row('a flag', ioctl('VM_CREATE', { flags: 1 }), 'EINVAL', 'panthor_vm_create_check_args'),
    row('the 33rd VM of a file', vm, 'EBUSY', 'panthor_vm_pool_create_vm', { before: Array(32).fill(vm) }),
    row('destroying a VM', ioctl('VM_DESTROY', { id: slot('vm') }), '0', 'panthor_vm_pool_destroy_vm', {
      before: [vm],
    }),
    row(
      'destroying a VM twice',
      ioctl('VM_DESTROY', { id: slot('vm') }),
      'EINVAL',
      'panthor_vm_pool_destroy_vm',
      { before: [vm, ioctl('VM_DESTROY', { id: slot('vm') })] },
    ),
    row('destroying VM 99', ioctl('VM_DESTROY', { id: 99 }), 'EINVAL', 'panthor_vm_pool_destroy_vm'),
    row(
      'padding set',
      ioctl('VM_DESTROY', { id: slot('vm'), pad: 1 }),
      'EINVAL',
      'panthor_ioctl_vm_destroy',
      { before: [vm] },
    ),
    row(
      'state of a VM, the field being 7 before',
      ioctl('VM_GET_STATE', { vm_id: slot('vm'), state: 7 }),
      '0, state 0',
      'panthor_ioctl_vm_get_state',
      { before: [vm], show: ['state'] },
    ),
    row('state of VM 99', ioctl('VM_GET_STATE', { vm_id: 99 }), 'EINVAL', 'panthor_ioctl_vm_get_state'),
  ]),
];
