/** The state of the model as the vectors print it: VMs, slots, VMAs, and translations read back from the tables. */
import { crc32 } from 'node:zlib';
import type { PanthorDevice } from '../driver/device.ts';
import type { PanthorVm } from '../driver/vm.ts';
import { hex, type Json } from './recorder.ts';

/** `vms`: every VM in list order. */
export function vmStates(device: PanthorDevice): Json {
  return device.mmu.vms.map((vm) => [
    vm.uid,
    vm.as,
    vm.activeCount,
    (vm.unusable ? 1 : 0) | (vm.unhandledFault ? 2 : 0) | (vm.destroyed ? 4 : 0),
    hex(vm.lockedStart),
    hex(vm.lockedSize),
  ]);
}

/** `as`: masks, the VM in each slot, and the LRU list, oldest first. */
export function asState(device: PanthorDevice): Json {
  const { mmu } = device;
  const slots: Json[] = [];
  mmu.slots.forEach((vm, as) => {
    if (vm !== null) slots.push([as, vm.uid]);
  });
  return [
    hex(mmu.allocMask >>> 0),
    hex(mmu.faultyMask >>> 0),
    hex(mmu.irq.mask >>> 0),
    slots,
    mmu.lru.map((vm) => vm.uid),
  ];
}

/** One run of leaves that are alike and contiguous. */
interface Run {
  va: number;
  pa: number;
  len: number;
  log2: number;
  attr: string;
}

function runs(vm: PanthorVm): Run[] {
  const out: Run[] = [];
  let last: Run | null = null;
  let lastLo = -1;
  let lastHi = -1;
  vm.pgtable.forEachLeaf((va, pa, log2, attrLo, attrHi) => {
    const size = 2 ** log2;
    if (
      last !== null &&
      last.log2 === log2 &&
      lastLo === attrLo &&
      lastHi === attrHi &&
      last.va + last.len === va &&
      last.pa + last.len === pa
    ) {
      last.len += size;
      return;
    }
    const attr = ((BigInt(attrHi >>> 0) << 32n) | BigInt(attrLo >>> 0)).toString(16);
    last = { va, pa, len: size, log2, attr };
    lastLo = attrLo;
    lastHi = attrHi;
    out.push(last);
  });
  return out;
}

function crc(lines: string): string {
  return crc32(lines).toString(16).padStart(8, '0');
}

/** `d`, and with `full` also `vmas` and, if at most `cap` runs, `map`. */
export function vmContents(vm: PanthorVm, full: boolean, cap: number): { [key: string]: Json } {
  const { vmas } = vm;
  const objects = vm.device.gem.objects;
  const list: Json[] = [];
  let text = '';
  for (const id of vmas.ids()) {
    const bo = objects[vmas.bo[id]]?.id ?? -1;
    const [va, range, offset, flags] = [vmas.va[id], vmas.range[id], vmas.boOffset[id], vmas.flags[id]];
    text += `${va.toString(16)},${range.toString(16)},${bo},${offset.toString(16)},${flags.toString(16)}\n`;
    if (full) list.push([hex(va), hex(range), bo, hex(offset), hex(flags)]);
  }
  let mapText = '';
  const found = runs(vm);
  for (const r of found) {
    mapText += `${r.va.toString(16)},${r.pa.toString(16)},${r.len.toString(16)},${r.log2},${r.attr}\n`;
  }
  const out: { [key: string]: Json } = {
    d: [vmas.count, crc(text), found.length, crc(mapText), [...vm.pgtable.tables]],
  };
  if (full) {
    out.vmas = list;
    if (found.length <= cap)
      out.map = found.map((r) => [hex(r.va), hex(r.pa), hex(r.len), r.log2, `0x${r.attr}`]);
  }
  return out;
}
