/** The state of the model as the vectors print it: VMs, slots, VMAs, and translations read back from the tables. */

import { hex } from '../../uapi/hex.ts';
import type { PanthorDevice } from '../driver/device.ts';
import type { PanthorVm } from '../driver/mmu/vm.ts';
import { CrcText } from './crc-text.ts';
import type { Json } from './recorder.ts';

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

/** Calls `visit` for every run of leaves that are alike and contiguous, with its attribute words. */
function forEachRun(
  vm: PanthorVm,
  visit: (va: number, pa: number, len: number, log2: number, attrLo: number, attrHi: number) => void,
): void {
  let from = -1;
  let fromPa = 0;
  let len = 0;
  let runLog2 = 0;
  let runLo = 0;
  let runHi = 0;
  vm.pgtable.forEachLeaf((va, pa, log2, attrLo, attrHi) => {
    const like = runLog2 === log2 && runLo === attrLo && runHi === attrHi;
    if (from >= 0 && like && from + len === va && fromPa + len === pa) {
      len += 2 ** log2;
      return;
    }
    if (from >= 0) visit(from, fromPa, len, runLog2, runLo, runHi);
    from = va;
    fromPa = pa;
    len = 2 ** log2;
    runLog2 = log2;
    runLo = attrLo;
    runHi = attrHi;
  });
  if (from >= 0) visit(from, fromPa, len, runLog2, runLo, runHi);
}

/** `d`, and with `full` also `vmas` and, if at most `cap` runs, `map`. */
export function vmContents(vm: PanthorVm, full: boolean, cap: number): { [key: string]: Json } {
  const { vmas } = vm;
  const objects = vm.device.gem.objects;
  const list: Json[] = [];
  const crc = new CrcText();
  for (const id of vmas.ids()) {
    const bo = objects[vmas.bo[id]]?.id ?? -1;
    const [va, range, offset, flags] = [vmas.va[id], vmas.range[id], vmas.boOffset[id], vmas.flags[id]];
    crc.hex(va);
    crc.hex(range);
    crc.decimal(bo);
    crc.hex(offset);
    crc.hex(flags, true);
    if (full) list.push([hex(va), hex(range), bo, hex(offset), hex(flags)]);
  }
  const mapCrc = new CrcText();
  const map: Json[] = [];
  let runs = 0;
  forEachRun(vm, (va, pa, len, log2, attrLo, attrHi) => {
    mapCrc.hex(va);
    mapCrc.hex(pa);
    mapCrc.hex(len);
    mapCrc.decimal(log2);
    mapCrc.hexWords(attrLo, attrHi, true);
    if (++runs <= cap && full) {
      const attr = (BigInt(attrHi >>> 0) << 32n) | BigInt(attrLo);
      map.push([hex(va), hex(pa), hex(len), log2, hex(attr)]);
    }
  });
  const out: { [key: string]: Json } = {
    d: [vmas.count, crc.toString(), runs, mapCrc.toString(), [...vm.pgtable.tables]],
  };
  if (full) {
    out.vmas = list;
    if (runs <= cap) out.map = map;
  }
  return out;
}
