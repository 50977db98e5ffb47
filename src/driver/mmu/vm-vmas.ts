/** The mappings of a VM as the steps of drm_gpuvm.c change them: drm_gpuva_map(), drm_gpuva_unmap(), drm_gpuva_remap(). */
import type { StepPart } from '../base/warn.ts';
import type { GemObject } from '../gem/gem.ts';
import type { PanthorVm } from './vm.ts';

/** drm_gpuva_map(), with panthor_vma_init() and panthor_vma_link(): a VMA before the cursor; bytes. */
export function insertVma(
  vm: PanthorVm,
  va: number,
  range: number,
  bo: GemObject,
  offset: number,
  flags: number,
): void {
  const { vmas } = vm;
  // drm_gpuva_insert() finds an empty VMA strictly inside another to overlap it, and one at 0, whose last byte wraps around,
  // to overlap any. No caller looks at its result: the VMA is lost, and its object and VM are never let go.
  const next = vmas.currentVa();
  const holdsEmpty = next > va && next < va + range;
  if (holdsEmpty || (va === 0 && range === 0 && vmas.count > 0)) {
    bo.get();
    vm.refs++;
    return;
  }
  const id = vmas.create(va, range, bo.get().serial, offset, flags);
  vmas.insert(id);
  vm.refs++;
  vm.device.trace?.vmaAdded?.(vm, id);
}

/** drm_gpuva_unmap() and panthor_vma_unlink(): takes the VMA at the cursor away. */
export function removeVma(vm: PanthorVm, id: number): void {
  const { vmas } = vm;
  vm.device.trace?.vmaRemoved?.(vm, id);
  vmas.removeAtCursor();
  const bo = vm.device.gem.objects[vmas.bo[id]] as GemObject;
  vmas.release(id);
  vm.refs--;
  bo.put();
}

/** drm_gpuva_remap(): the VMA at the cursor gives way to what is left of it. */
export function replaceVma(
  vm: PanthorVm,
  id: number,
  bo: GemObject,
  flags: number,
  prev: StepPart | null,
  next: StepPart | null,
): void {
  const { vmas, device } = vm;
  device.trace?.vmaRemoved?.(vm, id);
  // Where an empty VMA begins at the same address the parts go behind it, and it is what the operation meets next.
  const after = vmas.following();
  const meetsEmpty = after >= 0 && vmas.va[after] === vmas.va[id];
  if (meetsEmpty) vmas.removeAtCursor();
  if (prev !== null) addPart(vm, id, bo, flags, prev, meetsEmpty, !meetsEmpty);
  if (next !== null) addPart(vm, id, bo, flags, next, meetsEmpty, !meetsEmpty && prev === null);
  if (meetsEmpty) vmas.moveTo(after);
  vmas.release(id);
  vm.refs--;
  bo.put();
}

/** What is left of VMA `id`: where it belongs, in the place of `id` at the cursor, or before the cursor. */
function addPart(
  vm: PanthorVm,
  id: number,
  bo: GemObject,
  flags: number,
  part: StepPart,
  search: boolean,
  replaces: boolean,
): void {
  const { vmas, device } = vm;
  const rest = vmas.create(part.va, part.range, bo.get().serial, part.offset, flags);
  if (vmas.evicted[id] === 1) vmas.setEvicted(rest, true);
  if (search) vmas.insert(rest);
  else if (replaces) vmas.replaceAtCursor(rest);
  else vmas.insertAtCursor(rest);
  vm.refs++;
  device.trace?.vmaAdded?.(vm, rest);
}
