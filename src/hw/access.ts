/**
 * Accesses of the GPU to memory on a TimedMachine: they wait while their address is locked, are translated by the TLB or a
 * walk, and take effect later. Whether something stale that the MMU still remembers is what answers, or whether it has
 * been dropped, is a choice of the machine, where it makes a difference.
 */
import { Choice } from '../coroutine/choice.ts';
import { AS_FAULTADDRESS, AS_FAULTSTATUS, asRegister } from './registers.ts';
import type { MachineOp, TimedMachine } from './timed-machine.ts';
import { sameTranslation, type Translation } from './tlb.ts';

export type AccessKind = 'read' | 'write' | 'execute' | 'atomic';

/** Exception types of AS_FAULTSTATUS: translation and permission faults at level 3. */
const TRANSLATION_FAULT = 0xc3;
const PERMISSION_FAULT = 0xcb;
const ACCESS_TYPE: Record<AccessKind, number> = { atomic: 0, execute: 1, read: 2, write: 3 };
const AP_READ_ONLY = 2 << 6;
const XN_HIGH = 1 << 22;

/**
 * One GPU access: waits while its address is locked, is translated (TLB, then a walk), and some time later done.
 *
 * @param source counts how often the group that makes the access was taken off the GPU
 * @returns the translation once the access is done, or at once where it does not allow it (a fault, which raises the
 *   MMU interrupt); null where a reset ended the access, or its source was taken off the GPU
 */
export function* gpuAccess(
  machine: TimedMachine,
  as: number,
  va: number,
  kind: AccessKind,
  source: { readonly turn: number },
): MachineOp<Translation | null> {
  const { epoch } = machine;
  const { turn } = source;
  yield {
    label: `${kind} begins`,
    access: true,
    ready: () => machine.epoch !== epoch || source.turn !== turn || !machine.isLocked(as, va),
  };
  if (machine.epoch !== epoch || source.turn !== turn) return null;
  const underWay = { as, va };
  machine.inFlight.push(underWay);
  const found = yield* translate(machine, as, va);
  if (machine.epoch !== epoch) return null;
  if (source.turn !== turn) return withdrawn(machine, underWay);
  const type = found.pa < 0 ? TRANSLATION_FAULT : permits(found, kind) ? 0 : PERMISSION_FAULT;
  if (type !== 0) {
    fault(machine, as, va, type, kind);
  } else {
    yield `${kind} lands`;
    if (machine.epoch !== epoch) return null;
    if (source.turn !== turn) return withdrawn(machine, underWay);
  }
  machine.inFlight.splice(machine.inFlight.indexOf(underWay), 1);
  return found;
}

/** A group that leaves the GPU leaves no access behind. */
function withdrawn(machine: TimedMachine, underWay: TimedMachine['inFlight'][number]): null {
  machine.inFlight.splice(machine.inFlight.indexOf(underWay), 1);
  return null;
}

function* translate(machine: TimedMachine, as: number, va: number): MachineOp<Translation> {
  const space = machine.spaces[as];
  if (!space.enabled) return { root: 0, pa: -1, attrLo: 0, attrHi: 0 };
  const entry = machine.tlb.find(as, va);
  if (entry !== null) {
    const fresh = machine.tlb.walk(machine.memory, space.transtab, machine.vaBits, va, false, false);
    if (sameTranslation(entry, fresh)) return fresh;
    const dropped = new Choice(
      `AS${as}: the TLB still has a translation that has changed (0) or has lost it (1)`,
      2,
    );
    yield dropped;
    if (dropped.chosen === 0) return entry;
    machine.tlb.remove(entry);
  }
  return yield* walk(machine, as, va);
}

function* walk(machine: TimedMachine, as: number, va: number): MachineOp<Translation> {
  const space = machine.spaces[as];
  let useCache = true;
  if (machine.tlb.hasDescriptors && isStale(machine, space.transtab, va)) {
    const refetch = new Choice(`AS${as}: the walk reads descriptors from the L2 (0) or from memory (1)`, 2);
    yield refetch;
    useCache = refetch.chosen === 0;
  }
  const found = machine.tlb.walk(machine.memory, space.transtab, machine.vaBits, va, useCache, true);
  return found.pa < 0 ? found : machine.tlb.insert(as, va, found);
}

/** Whether a walk comes to something else by the descriptors in the L2 than by those in memory. */
function isStale(machine: TimedMachine, root: number, va: number): boolean {
  const fresh = machine.tlb.walk(machine.memory, root, machine.vaBits, va, false, false);
  return !sameTranslation(machine.tlb.walk(machine.memory, root, machine.vaBits, va, true, false), fresh);
}

function fault(machine: TimedMachine, as: number, va: number, type: number, kind: AccessKind): void {
  const words = machine.regs.words;
  words[asRegister(as, AS_FAULTSTATUS) >> 2] = type | (ACCESS_TYPE[kind] << 8);
  words[asRegister(as, AS_FAULTADDRESS) >> 2] = va >>> 0;
  words[(asRegister(as, AS_FAULTADDRESS) >> 2) + 1] = Math.floor(va / 0x100000000);
  machine.raiseMmuInterrupt(1 << as);
}

/** Whether a translation allows an access of that kind: execute-never and read-only are looked at. */
export function permits(found: Translation, kind: AccessKind): boolean {
  if (found.pa < 0) return false;
  if (kind === 'execute') return (found.attrHi & XN_HIGH) === 0;
  return kind === 'read' || (found.attrLo & AP_READ_ONLY) === 0;
}
