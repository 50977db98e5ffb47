import type { Translation } from '../../hw/tlb.ts';
import type { Group, Harness, VmState } from './harness.ts';

export const hex = (n: number): string => (n < 0 ? 'nothing' : `0x${n.toString(16)}`);

/**
 * Holds what a GPU access saw against what it may see: the translation of before or after an operation under way that
 * covers it, else the one of now. Groups that the driver has killed or is about to kill (a fault, an unusable VM, a
 * reset) see whatever there is. A group that is still on the GPU while its VM goes away must not fault.
 */
export function judge(
  harness: Harness,
  state: VmState,
  group: Group,
  va: number,
  text: string,
  found: Translation,
): void {
  const { vm, spec } = state;
  const what = `${text} (${hex(va)} through AS${group.as})`;
  if (group.epoch !== harness.machine.epoch) return;
  if (found.pa >= 0) judgeMemory(harness, found.pa, what);
  if (
    state.freed ||
    !group.bound ||
    vm.unusable ||
    vm.unhandledFault ||
    spec.unknown ||
    harness.device.unplugged
  )
    return;
  if (vm.destroyed) {
    if (found.pa < 0)
      harness.reportViolation('kernel-warning', `${what} faults while the VM is being destroyed`);
    return;
  }
  if (found.root !== vm.pgtable.ttbr) {
    const through = found.root === 0 ? 'an unmapped address space' : `the tables at ${hex(found.root)}`;
    harness.reportViolation(
      'activation',
      `${what} goes through ${through}, not the VM's own at ${hex(vm.pgtable.ttbr)}`,
    );
    return;
  }
  const before = spec.before(va);
  const after = spec.afterwards(va);
  if (found.pa === before || found.pa === after) return;
  const expected =
    before === after ? `${hex(before)} is mapped` : `${hex(before)} was mapped and ${hex(after)} will be`;
  const invariant = spec.changing(va) || found.pa < 0 ? 'atomic' : 'stale-translation';
  harness.reportViolation(invariant, `${what} sees ${hex(found.pa)} where ${expected}`);
}

/** The GPU reaches memory at `pa`: whether that is still of a live object. */
export function judgeMemory(harness: Harness, pa: number, what: string): void {
  const loser = harness.pressure?.ownerOf(pa) ?? null;
  if (loser !== null) {
    const message = `${what} reaches ${hex(pa)}, which was reclaimed from object ${loser}`;
    harness.reportViolation('use-after-free', message);
    return;
  }
  const there = harness.objects.filter(
    ({ bo, pa: start }) => bo !== null && pa >= start && pa < start + bo.size,
  );
  // Its memory may have been given to the next.
  if (there.some(({ freed }) => !freed)) return;
  for (const { name } of there) {
    harness.reportViolation('use-after-free', `${what} reaches ${hex(pa)} of object ${name}, which is freed`);
  }
}
