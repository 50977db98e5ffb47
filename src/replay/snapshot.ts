import { mapFlagNames } from '../../uapi/map-flags.ts';
import { DRM_PANTHOR_VM_BIND_OP_MAP_SPARSE } from '../../uapi/panthor_drm.ts';
import type { GemObject } from '../driver/gem/gem.ts';
import type { PanthorVm } from '../driver/mmu/vm.ts';
import type { ClientFile } from './client-file.ts';
import { type Disagreement, disagreements } from './disagreements.ts';
import type { ReplayModel } from './model.ts';
import type { SeenVm } from './seen.ts';

/** One mapping in the client's terms. Bytes. */
export interface VmaState {
  va: number;
  size: number;
  /** The client's handle when it was mapped; null for sparse mappings, which have the driver's dummy object. */
  bo: number | null;
  boOffset: number;
  flags: string[];
  /** Leaves of the page tables in the mapping's range. */
  pages4k: number;
  pages2m: number;
}

/** A VM that the client has not destroyed, with the mappings in its user range. */
export interface VmState {
  fd: number;
  /** The client's id. */
  id: number;
  userVaRange: number;
  unusable: boolean;
  /** The AS slot, or null. */
  as: number | null;
  vmas: VmaState[];
  pages4k: number;
  pages2m: number;
  /** Page-table pages of the VM, those for kernel mappings included. */
  tables: number;
  /** Where mappings and page tables do not say the same. */
  disagreements: Disagreement[];
}

/** All VMs of the client, in the order in which they were made. */
export function snapshot(model: ReplayModel): VmState[] {
  return clientVms(model).map(({ file, vm }) => vmState(model, file, vm));
}

/** The client's VMs with the files that they belong to, oldest first. */
export function clientVms(model: ReplayModel): { file: ClientFile; vm: PanthorVm }[] {
  const vms: { file: ClientFile; vm: PanthorVm }[] = [];
  for (const file of model.files.values()) {
    for (const vm of file.file.vms.all()) vms.push({ file, vm });
  }
  return vms.sort((a, b) => a.vm.uid - b.vm.uid);
}

export function vmState(model: ReplayModel, file: ClientFile, vm: PanthorVm): VmState {
  const seen = model.seen.vm(vm);
  const vmas = userVmas(model, file, seen);
  const pages = countPages(seen, vmas);
  return {
    fd: file.fd,
    id: file.vmIds.get(vm) ?? vm.id,
    userVaRange: seen.userVaRange,
    unusable: seen.unusable,
    as: seen.as < 0 ? null : seen.as,
    vmas,
    ...pages,
    tables: seen.pgtable.tables.reduce((sum, count) => sum + count, 0),
    disagreements: disagreements(seen, vmas),
  };
}

function userVmas(model: ReplayModel, file: ClientFile, vm: SeenVm): VmaState[] {
  const { vmas } = vm;
  const list: VmaState[] = [];
  for (const id of vmas.ids()) {
    if (vmas.va[id] >= vm.userVaRange) continue;
    const bits = vmas.flags[id];
    const bo = model.device.gem.objects[vmas.bo[id]] as GemObject;
    const sparse = (bits & DRM_PANTHOR_VM_BIND_OP_MAP_SPARSE) !== 0;
    list.push({
      va: vmas.va[id],
      size: vmas.range[id],
      bo: sparse ? null : (file.handles.get(bo) ?? null),
      boOffset: vmas.boOffset[id],
      flags: mapFlagNames(bits),
      pages4k: 0,
      pages2m: 0,
    });
  }
  return list;
}

/** Counts the leaves in the user range, in all and for each mapping (which are in address order). */
function countPages(vm: SeenVm, vmas: VmaState[]): { pages4k: number; pages2m: number } {
  const total = { pages4k: 0, pages2m: 0 };
  let at = 0;
  vm.pgtable.forEachLeaf((va, _pa, log2) => {
    if (va >= vm.userVaRange) return;
    while (at < vmas.length && vmas[at].va + vmas[at].size <= va) at++;
    const vma = at < vmas.length && vmas[at].va <= va ? vmas[at] : null;
    for (const count of [total, vma]) {
      if (count === null) continue;
      if (log2 === 12) count.pages4k++;
      else count.pages2m++;
    }
  });
  return total;
}

/** How messages call the object with that number on the device: by the client's handle where it has one. */
export function objectName(model: ReplayModel, id: number): string {
  // Numbers are serials plus one; 0 is the object behind sparse mappings.
  const bo = id === 0 ? undefined : model.device.gem.objects[id - 1];
  if (bo === undefined) return id === 0 ? 'sparse' : `object ${id}`;
  for (const file of model.files.values()) {
    const handle = file.handles.get(bo);
    if (handle !== undefined) return `BO ${handle}`;
  }
  return 'kernel object';
}
