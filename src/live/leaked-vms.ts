import { run } from '../coroutine/op.ts';
import type { PanthorDevice } from '../driver/device.ts';
import { unmapRange } from '../driver/mmu/vm-kernel-map.ts';

/**
 * Frees the VMs that the kernel leaks: a bind that runs after its VM was destroyed still maps, and the mappings hold the
 * VM from then on. The kernel has them until it is booted again; a server outlives its clients and takes them down when
 * a file is released.
 */
export function freeLeakedVms(device: PanthorDevice): void {
  const { vms } = device.mmu;
  // From the end: others may have their turn meanwhile, and the list change. What is missed is there the next time.
  for (let i = vms.length - 1; i >= 0; i--) {
    device.condResched?.();
    const vm = vms[i];
    if (vm === undefined || !vm.destroyed || vm.vmas.count === 0) continue;
    vm.get();
    run(unmapRange(vm, 0, vm.fullRange));
    run(vm.put());
  }
}
