/** What lies around an address in a capture's history: the facts that a fault's cause is made of. */
import type { CaptureHistory } from '../history/capture-history.ts';
import type { Mapping, Moment, VmLife } from '../history/events.ts';

export interface Neighbour {
  mapping: Mapping;
  /** Bytes from the end of the mapping to the address (below), or from the address to its start (above). */
  distance: number;
}

export interface Suspects {
  vm: VmLife;
  /** Why this VM: it sat in the slot by the model, or it alone has known the address, or there is no other. */
  why: 'slot' | 'address' | 'only' | 'asked';
  /** The mapping of the address at that moment. */
  now: Mapping | null;
  /** Earlier mappings of it, latest first. */
  before: Mapping[];
  /** Later ones, first first. */
  after: Mapping[];
  below: Neighbour | null;
  above: Neighbour | null;
  /** Where the address is mapped at that moment in other VMs. */
  elsewhere: Mapping[];
}

/** Whether a mapping existed when record `at` was done. */
export function livedAt(mapping: Mapping, at: number): boolean {
  return mapping.mapped.record <= at && (mapping.removed === null || mapping.removed.record > at);
}

/** The VM that sat in slot `as` after record `at`, as far as the model knows. */
export function vmInSlot(history: CaptureHistory, as: number, at: number): VmLife | null {
  const use = history.slots.findLast(
    (slot) => slot.as === as && slot.from.record <= at && (slot.to === null || slot.to.record >= at),
  );
  return use?.vm ?? null;
}

/**
 * Picks the VM that a fault in slot `as` at `va` is about; null where the capture has none then. `exact`: slots are those
 * of the device that made the capture, since that was a model.
 */
export function pickVm(
  history: CaptureHistory,
  as: number,
  va: number,
  at: number,
  exact: boolean,
): { vm: VmLife; why: Suspects['why'] } | null {
  const alive = history.vms.filter((vm) => vm.created.record <= at);
  const seated = vmInSlot(history, as, at);
  if (seated !== null && exact) return { vm: seated, why: 'slot' };
  const knows = (vm: VmLife): boolean => history.mappingsAt(vm, va).length > 0;
  if (seated !== null && (knows(seated) || !alive.some(knows))) return { vm: seated, why: 'slot' };
  const knowing = alive.filter(knows);
  // A real GPU hands out its slots by its own timing: an address that one VM alone has known says more.
  if (knowing.length === 1) return { vm: knowing[0], why: 'address' };
  if (seated !== null) return { vm: seated, why: 'slot' };
  if (knowing.length > 1) return { vm: knowing[knowing.length - 1], why: 'address' };
  if (alive.length > 0) return { vm: alive[alive.length - 1], why: alive.length === 1 ? 'only' : 'address' };
  return null;
}

/** Everything that the capture knows of `va` in a VM around record `at`. */
export function suspectsOf(
  history: CaptureHistory,
  vm: VmLife,
  why: Suspects['why'],
  va: number,
  at: number,
): Suspects {
  const there = history.mappingsAt(vm, va);
  let below: Neighbour | null = null;
  let above: Neighbour | null = null;
  for (const mapping of history.mappings) {
    if (mapping.vm !== vm || !livedAt(mapping, at)) continue;
    const end = mapping.va + mapping.size;
    if (end <= va && (below === null || va - end < below.distance)) below = { mapping, distance: va - end };
    if (mapping.va > va && (above === null || mapping.va - va < above.distance))
      above = { mapping, distance: mapping.va - va };
  }
  return {
    vm,
    why,
    now: there.find((m) => livedAt(m, at)) ?? null,
    before: there.filter((m) => m.removed !== null && m.removed.record <= at).reverse(),
    after: there.filter((m) => m.mapped.record > at),
    below,
    above,
    elsewhere: history.mappings.filter(
      (m) => m.vm !== vm && m.va <= va && va < m.va + m.size && livedAt(m, at),
    ),
  };
}

/** The last record at or before a time, or null where the capture does not reach there. */
export function momentAt(moments: readonly Moment[], timeNs: number): Moment | null {
  let low = 0;
  let high = moments.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (moments[middle].timeNs <= timeNs) low = middle + 1;
    else high = middle;
  }
  return low === 0 ? null : moments[low - 1];
}
