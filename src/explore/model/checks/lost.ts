/** What is lost for good, judged once every thread has ended: tables, VMs, objects, reservations. Each returns a sentence, or null. */
import type { GemObject } from '../../../driver/gem/gem.ts';
import type { PanthorVm } from '../../../driver/mmu/vm.ts';
import type { Harness } from '../harness.ts';

/** table-pages, once every thread has ended: a destroyed VM that something refers to will never give its tables back. */
export function lostTables(harness: Harness): string | null {
  for (const { name, vm, jobs, freed, users } of harness.vms) {
    if (freed || !vm.destroyed || jobs.length > 0 || users > 0 || hasGroup(harness, vm)) continue;
    let pages = 0;
    for (const n of vm.pgtable.tables) pages += n;
    if (vm.freed) return `VM ${name} is freed, and ${pages} table pages of it stay`;
    return `VM ${name} is destroyed, but never freed: ${pages} table pages and what ${vm.vmas.count} mappings show are lost`;
  }
  return null;
}

/** A group of which the client still has the handle holds its VM; so does one on the GPU. */
function hasGroup({ submitted, file }: Harness, vm: PanthorVm): boolean {
  return submitted.some(
    ({ group, handle }) => group !== null && group.vm === vm && file?.groups.get(handle) === group,
  );
}

/** table-pages, once every thread has ended: nothing is reserved any more. */
export function lostReservations(harness: Harness): string | null {
  const { reserved } = harness.machine.memory;
  return reserved === 0 ? null : `${reserved} table pages stay reserved although nothing is under way`;
}

/** table-pages: an object has no more references than handles and mappings. */
export function lostObjects(harness: Harness): string | null {
  if (harness.vms.some(({ jobs }) => jobs.length > 0) || !harness.work.idle) return null;
  for (const { name, bo, freed } of harness.objects) {
    if (bo === null || freed) continue;
    const handles = harness.file === null ? 1 : bo.handleCount;
    let mappings = 0;
    for (const { vm, freed: gone } of harness.vms) if (!gone) mappings += mappingsOf(vm, bo);
    if (bo.refs > handles + mappings) {
      return `object ${name} has ${bo.refs} references, of ${handles} handles and ${mappings} mappings: it is never freed`;
    }
  }
  return null;
}

function mappingsOf({ vmas }: PanthorVm, bo: GemObject): number {
  let count = 0;
  for (const id of vmas.ids()) if (vmas.bo[id] === bo.serial) count++;
  return count;
}
