/** What driver and machine hold at a moment, as lines: VMs and slots, what the MMU remembers, what the page tables say. */

import { hex } from '../../../uapi/hex.ts';
import type { DriverWorld } from '../driver-world.ts';

/** VMs with their slots and recorded regions, and the address spaces of the machine. */
export function slotLines({ harness }: DriverWorld): string[] {
  const lines = harness.vms.map(({ name, vm, freed }) => {
    if (freed) return `VM ${name}: freed`;
    const region =
      vm.lockedSize === 0 ? 'no region recorded' : `recorded ${hex(vm.lockedStart)}+${hex(vm.lockedSize)}`;
    const parts = [vm.as < 0 ? 'no slot' : `AS${vm.as}`, `active ${vm.activeCount}`, region];
    if (vm.unusable) parts.push('unusable');
    return `VM ${name}: ${parts.join(', ')}`;
  });
  for (const space of harness.machine.spaces.slice(1)) lines.push(`AS${space.index}: ${space.describe()}`);
  if (harness.device.resetPending) lines.push('a reset is pending');
  return lines;
}

/** Leaves of a VM, or TLB entries, that are written out. */
const LISTED = 6;

/** TLB entries, and the leaves of each VM's page tables in the client's half. */
export function translationLines({ harness }: DriverWorld): string[] {
  const lines: string[] = [];
  const { entries } = harness.machine.tlb;
  const remembered = entries
    .slice(0, LISTED)
    .map(({ as, page, pa }) => `AS${as} ${hex(page)} → ${place(pa)}`);
  // Said also where it is empty: a reader sees what an UNLOCK or a flush removed.
  lines.push(`TLB: ${entries.length === 0 ? 'empty' : shortened(remembered, entries.length)}`);
  for (const { name, vm, freed } of harness.vms) {
    if (freed) continue;
    const leaves: { va: number; pa: number; size: number }[] = [];
    vm.pgtable.forEachLeaf((va, pa, log2) => {
      if (va >= vm.userVaRange) return;
      const last = leaves.at(-1);
      if (last !== undefined && last.va + last.size === va && last.pa + last.size === pa)
        last.size += 2 ** log2;
      else leaves.push({ va, pa, size: 2 ** log2 });
    });
    const list = leaves.slice(0, LISTED).map(({ va, pa, size }) => `${hex(va)}+${hex(size)} → ${hex(pa)}`);
    lines.push(`tables of ${name}: ${list.length === 0 ? 'nothing' : shortened(list, leaves.length)}`);
  }
  return lines;
}

const place = (pa: number): string => (pa < 0 ? 'nothing' : hex(pa));

function shortened(list: readonly string[], all: number): string {
  return [...list, ...(all > list.length ? [`… ${all - list.length} more`] : [])].join(', ');
}
