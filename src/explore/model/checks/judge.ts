import { hex } from '../../../../uapi/hex.ts';
import type { PanthorVm } from '../../../driver/mmu/vm.ts';
import { type AccessKind, permits } from '../../../hw/access.ts';
import { INT_RAWSTAT, MMU_INT_BASE } from '../../../hw/registers.ts';
import type { Translation } from '../../../hw/tlb.ts';
import type { Group, Harness, VmState } from '../harness.ts';

/** What a translation leads to; -1 is nothing. */
const pageText = (pa: number): string => (pa < 0 ? 'nothing' : hex(pa));

/**
 * Holds what a GPU access saw against what it may see: the translation of before or after an operation that covers it and is under
 * way, or whose call has not returned, else the one of now. Groups that the driver has killed or is about to kill (a fault, an unusable VM, a
 * reset) see whatever there is. A group that is still on the GPU while its VM goes away must not fault.
 */
export function judge(
  harness: Harness,
  state: VmState,
  group: Group,
  va: number,
  kind: AccessKind,
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
    // A client that destroys a VM under a group that it keeps has itself to blame.
    if (found.pa < 0 && (group.killed || harness.submitted.length === 0))
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
  if (found.pa === before || found.pa === after || found.pa === spec.ifFailed(va)) {
    if (!spec.allows(va, kind) && permits(found, kind)) {
      harness.reportViolation(
        'stale-translation',
        `${what} is done although its mapping does not allow that`,
      );
    }
    return;
  }
  const expected =
    before === after
      ? `${pageText(before)} is mapped`
      : `${pageText(before)} was mapped and ${pageText(after)} will be`;
  const invariant = spec.changing(va) || found.pa < 0 ? 'atomic' : 'stale-translation';
  harness.reportViolation(invariant, `${what} sees ${pageText(found.pa)} where ${expected}`);
}

/** A group gets its VM's slot: the AS goes through the VM's tables by now, unless a fault is being handled. */
export function judgeSlot(harness: Harness, vm: PanthorVm): void {
  const { device, machine } = harness;
  const { irq } = device.mmu;
  const space = machine.spaces[vm.as];
  const raised = machine.regs.words[(MMU_INT_BASE + INT_RAWSTAT) >> 2];
  if (vm.activeCount !== 1 || vm.unusable || irq.running || (raised & (1 << vm.as)) !== 0) return;
  if (space === undefined || space.command !== 0 || space.enabled || device.resetPending) return;
  harness.reportViolation('activation', `AS${vm.as} is given to a group of VM ${vm.uid}, and is not enabled`);
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
