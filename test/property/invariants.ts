/** What must hold between any two steps of a life. */
import { comparePage, compareVmas } from '../driver/mmu/gpuvm/compare.ts';
import { DUMMY, PAGE } from '../driver/mmu/gpuvm/naive.ts';
import type { Life } from './life.ts';
import { LifeError, type LifeVm } from './life-state.ts';

const fail = (why: string): never => {
  throw new LifeError(why);
};

/** Throws LifeError for the first thing that is not as it should be. */
export function checkLife(life: Life): void {
  checkWarnings(life);
  const listed = life.device.mmu.vms;
  if (listed.length !== life.vms.length) fail(`${listed.length} VMs are listed, expected ${life.vms.length}`);
  life.vms.forEach((v, i) => {
    if (listed[i] !== v.vm) fail(`VM ${i} of the list is ${listed[i].uid}, expected ${v.vm.uid}`);
    checkVm(life, v);
  });
  checkSlots(life);
  checkMemory(life);
  checkReferences(life);
}

function checkWarnings(life: Life): void {
  const expected = new Set(life.warnings);
  for (const warning of life.device.warnings.keys()) {
    if (!expected.delete(warning)) fail(`the driver warned: ${warning}`);
  }
  for (const warning of expected) fail(`the driver did not warn: ${warning}`);
}

function checkVm(life: Life, v: LifeVm): void {
  const { vm, naive } = v;
  const where = `VM ${vm.uid}`;
  const wrong = compareVmas(vm, naive, life.objects);
  if (wrong !== null) fail(`${where}: ${wrong}`);
  // The first and last page of each mapping, those beside it, and one more that moves about.
  const pages = new Set([0, naive.pages - 1, (life.done.length * 97) % naive.pages]);
  for (const { va, range } of naive.vmas()) {
    const first = naive.page(va);
    const last = first + range / PAGE - 1;
    for (const page of [first - 1, first, last, last + 1]) pages.add(page);
  }
  for (const page of pages) {
    if (page < 0 || page >= naive.pages) continue;
    const other = comparePage(vm, naive, life.objects, page);
    if (other !== null) fail(`${where}: ${other}`);
  }
  if (vm.lockedSize !== 0 || vm.lockedStart !== 0) fail(`${where} has a region recorded as locked`);
  if (vm.opLock.held) fail(`${where}: op_lock is held`);
  if (vm.unusable !== v.unusable) fail(`${where}: unusable is ${vm.unusable}`);
  if (vm.destroyed === v.alive) fail(`${where}: destroyed is ${vm.destroyed}`);
  if (vm.hasUnhandledFaults() !== v.unhandledFault)
    fail(`${where}: unhandled fault ${vm.hasUnhandledFaults()}`);
  if (vm.activeCount !== v.active) fail(`${where} is active ${vm.activeCount} times, expected ${v.active}`);
  if (vm.as !== v.as) fail(`${where} has slot ${vm.as}, expected ${v.as}`);
}

function checkSlots(life: Life): void {
  const { mmu } = life.device;
  const { slots, watch } = life;
  if (mmu.slotsLock.held) fail('slots_lock is held');
  let allocated = 0;
  mmu.slots.forEach((vm, as) => {
    const owner = slots.owner.get(as);
    if (vm !== (owner?.vm ?? null)) fail(`slot ${as} belongs to VM ${vm?.uid}, expected ${owner?.vm.uid}`);
    if (owner !== undefined) allocated |= 1 << as;
  });
  if (mmu.allocMask !== allocated) fail(`alloc_mask is ${mmu.allocMask}, expected ${allocated}`);
  let faulty = 0;
  for (const as of slots.faulty) faulty |= 1 << as;
  if (mmu.faultyMask !== faulty) fail(`faulty_mask is ${mmu.faultyMask}, expected ${faulty}`);
  const lru = mmu.lru.map((vm) => vm.uid).join();
  const expected = slots.lru.map((v) => v.vm.uid).join();
  if (lru !== expected) fail(`the LRU list is ${lru}, expected ${expected}`);
  for (const [as, v] of slots.owner) {
    const ttbr = slots.enabled.has(as) ? v.vm.pgtable.ttbr : 0;
    if (watch.transtab(as) !== ttbr) fail(`slot ${as} has tables at ${watch.transtab(as)}, expected ${ttbr}`);
  }
  if (life.device.resetPending !== life.resetPending) fail(`a reset is pending: ${life.device.resetPending}`);
  // Until the reset, a lock that timed out may have taken hold.
  if (watch.locked.size > 0 && !life.resetPending && !life.suspended && !life.unplugged) {
    fail(`slots ${[...watch.locked]} have a region locked`);
  }
}

function checkMemory(life: Life): void {
  const { memory } = life.device.machine;
  let tables = 0;
  let reserved = 0;
  for (const { vm, jobs } of life.vms) {
    for (const n of vm.pgtable.tables) tables += n;
    for (const job of jobs) reserved += job.reserved;
  }
  if (memory.live !== tables) fail(`${memory.live} table pages are in use, ${tables} of them in VMs`);
  if (memory.reserved !== reserved) fail(`${memory.reserved} table pages are reserved, expected ${reserved}`);
}

function checkReferences(life: Life): void {
  const mapped = new Map<number, number>();
  const count = (bo: number | null): void => {
    if (bo !== null) mapped.set(bo, (mapped.get(bo) ?? 0) + 1);
  };
  for (const { vm, naive, jobs, alive } of life.vms) {
    const vmas = naive.vmas();
    for (const { bo } of vmas) count(bo);
    for (const { change } of jobs) count(change.bo);
    const refs = vmas.length + jobs.length + (alive ? 1 : 0);
    if (vm.refs !== refs) fail(`VM ${vm.uid} has ${vm.refs} references, expected ${refs}`);
  }
  let live = 0;
  life.objects.forEach(({ gem, open }, i) => {
    const refs = (mapped.get(i) ?? 0) + (open ? 1 : 0);
    if (refs > 0) live++;
    if (gem.refs !== refs) fail(`object ${i} has ${gem.refs} references, expected ${refs}`);
  });
  const { dummy } = life.pool;
  if (dummy !== null) {
    live++;
    const refs = (mapped.get(DUMMY) ?? 0) + life.vms.length + 1;
    if (dummy.refs !== refs) fail(`the dummy object has ${dummy.refs} references, expected ${refs}`);
  }
  if (life.device.gem.live !== live) fail(`${life.device.gem.live} objects live, expected ${live}`);
}
