/** Judges a VM of the driver by a naive array of pages. What differs is said in a sentence; null is agreement. */
import type { PanthorVm } from '../../../../src/driver/mmu/vm.ts';
import { walk } from '../../../../src/hw/walker.ts';
import { DUMMY_PA, type TestObject } from './backing.ts';
import { BLOCK, DUMMY, type NaiveVm, PAGE } from './naive.ts';

const hex = (n: number): string => `0x${n.toString(16)}`;

/**
 * The words of a leaf of `log2` bytes without its address: AF, not global, user access; writable unless READONLY; cached
 * and inner shareable unless UNCACHED, else outer shareable; no execution where NOEXEC says so.
 */
function leafLow(flags: number, log2: number): number {
  const readonly = (flags & 1) !== 0 ? 0x80 : 0;
  const cache = (flags & 4) !== 0 ? 0x200 : 0x304;
  return 0xc40 | readonly | cache | (log2 === 12 ? 3 : 1);
}

function leafHigh(flags: number): number {
  return (flags & 2) !== 0 ? 0x600000 : 0;
}

/** The VMAs of a VM, in order, against the runs of pages. */
export function compareVmas(vm: PanthorVm, naive: NaiveVm, objects: readonly TestObject[]): string | null {
  const { vmas } = vm;
  const expected = naive.vmas();
  const ids = vmas.ids();
  if (vmas.count !== ids.length) return `the store counts ${vmas.count} VMAs and lists ${ids.length}`;
  for (let i = 0; i < Math.max(ids.length, expected.length); i++) {
    const want = expected[i];
    if (want === undefined) return `VMA ${i} at ${hex(vmas.va[ids[i]])} should not be there`;
    if (i >= ids.length) return `no VMA ${i}, expected ${describe(want)}`;
    const id = ids[i];
    const serial = want.bo === DUMMY ? vm.dummy?.serial : objects[want.bo].gem.serial;
    if (
      vmas.va[id] === want.va &&
      vmas.range[id] === want.range &&
      vmas.bo[id] === serial &&
      vmas.boOffset[id] === want.offset &&
      vmas.flags[id] === want.flags
    )
      continue;
    const bo =
      vmas.bo[id] === vm.dummy?.serial ? DUMMY : objects.findIndex((o) => o.gem.serial === vmas.bo[id]);
    const got = {
      va: vmas.va[id],
      range: vmas.range[id],
      bo,
      offset: vmas.boOffset[id],
      flags: vmas.flags[id],
    };
    return `VMA ${i} is ${describe(got)}, expected ${describe(want)}`;
  }
  return null;
}

function describe(v: { va: number; range: number; bo: number; offset: number; flags: number }): string {
  return `[${hex(v.va)} +${hex(v.range)} bo ${v.bo} offset ${hex(v.offset)} flags ${v.flags}]`;
}

/** What the MMU's walker makes of one page of the window, against the array. */
export function comparePage(
  vm: PanthorVm,
  naive: NaiveVm,
  objects: readonly TestObject[],
  page: number,
): string | null {
  const va = naive.va(page);
  const got = walk(vm.device.machine.memory, vm.pgtable.ttbr, vm.pgtable.vaBits, va);
  if (naive.mapping[page] === 0)
    return got.pa === -1 ? null : `${hex(va)} translates to ${hex(got.pa)}, expected none`;
  const offset = naive.offset[page];
  const pa = naive.bo[page] === DUMMY ? DUMMY_PA + offset : objects[naive.bo[page]].pages[offset / PAGE];
  if (got.pa !== pa) return `${hex(va)} translates to ${hex(got.pa)}, expected ${hex(pa)}`;
  const flags = naive.flags[page];
  if (got.attrLo !== leafLow(flags, got.log2) || got.attrHi !== leafHigh(flags)) {
    return `${hex(va)} has attributes ${hex(got.attrHi)} ${hex(got.attrLo)} for flags ${flags}`;
  }
  if (got.log2 === 21 && va % BLOCK !== pa % BLOCK) return `${hex(va)} is in a block that is not aligned`;
  return null;
}

/** All pages of the window. */
export function compareAllPages(
  vm: PanthorVm,
  naive: NaiveVm,
  objects: readonly TestObject[],
): string | null {
  for (let page = 0; page < naive.pages; page++) {
    const wrong = comparePage(vm, naive, objects, page);
    if (wrong !== null) return wrong;
  }
  return null;
}

/** What no operation may leave behind on a device whose VMs are `vms`: a locked region, reserved or lost table pages. */
export function compareLeftovers(vms: readonly PanthorVm[], reserved = 0): string | null {
  const { device } = vms[0];
  const { memory } = device.machine;
  let tables = 0;
  for (const vm of vms) {
    if (vm.lockedSize !== 0 || vm.lockedStart !== 0) return `VM ${vm.uid} has a region locked`;
    if (vm.opLock.held) return `op_lock of VM ${vm.uid} is held`;
    for (const n of vm.pgtable.tables) tables += n;
  }
  if (device.mmu.slotsLock.held) return 'slots_lock is held';
  if (memory.reserved !== reserved)
    return `${memory.reserved} table pages are reserved, expected ${reserved}`;
  if (memory.live !== tables) return `${memory.live} table pages live, ${tables} in VMs`;
  for (const warning of device.warnings.keys()) return `the driver warned: ${warning}`;
  return null;
}
