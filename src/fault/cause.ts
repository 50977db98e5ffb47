/** From a fault and what the capture knows of its address to the likely cause, and how sure that is. */
import { hex } from '../../uapi/hex.ts';
import {
  DRM_PANTHOR_VM_BIND_OP_MAP_NOEXEC,
  DRM_PANTHOR_VM_BIND_OP_MAP_READONLY,
} from '../../uapi/panthor_drm.ts';
import type { Mapping } from '../history/events.ts';
import type { FaultStatus } from '../hw/fault-status.ts';
import { mappingText, momentText, objectText, vmText } from './names.ts';
import type { Neighbour, Suspects } from './suspects.ts';

/** What most likely happened. */
export type CauseKind =
  | 'beyond-address-space'
  | 'null-pointer'
  | 'driver-range'
  | 'vm-destroyed'
  | 'write-to-read-only'
  | 'execute-of-no-execute'
  | 'mapped-then'
  | 'use-after-unmap'
  | 'replaced'
  | 'bound-later'
  | 'past-the-end'
  | 'before-the-start'
  | 'other-vm'
  | 'never-bound'
  | 'not-about-an-address';

export interface Cause {
  kind: CauseKind;
  /** The most likely cause, one sentence. */
  text: string;
  /** What speaks for it, and what else could be; one sentence each. */
  facts: string[];
}

/** Distances up to here are told as an access out of bounds of a neighbour. Bytes. */
const NEAR = 2 ** 21;
/** Addresses below are null pointers with a small offset. Bytes. */
const NULL_PAGES = 0x10000;

/** The likely cause of a fault at `va` (bytes) after record `at`. */
export function likelyCause(status: FaultStatus | null, va: number, at: number, suspects: Suspects): Cause {
  const { vm, now, before, after } = suspects;
  const access = status === null ? 'an access' : `a ${status.access.toLowerCase()} access`;
  const facts: string[] = [];
  const cause = (kind: CauseKind, text: string): Cause => ({ kind, text, facts });
  if (status?.faultClass === 'address-size' && status.level === null) {
    return cause('beyond-address-space', `${hex(va)} has more bits than the address space.`);
  }
  if (va >= vm.userVaRange) {
    return cause(
      'driver-range',
      `${hex(va)} lies in the driver's own part of the address space (from ${hex(vm.userVaRange)} on): rings, heaps ` +
        'and queues of the driver, which no client maps.',
    );
  }
  if (now !== null) return causeWhereMapped(status, va, now, before, facts);
  if (vm.destroyed !== null && vm.destroyed.record <= at) {
    for (const mapping of before.slice(0, 1)) facts.push(`It was mapped: ${mappingText(mapping)}.`);
    return cause(
      'vm-destroyed',
      `${vmText(vm)} was destroyed by ${momentText(vm.destroyed)}; the GPU still used it.`,
    );
  }
  if (before.length > 0) return causeWhereRemoved(before[0], access, after, facts);
  const [other] = suspects.elsewhere;
  if (other !== undefined) {
    facts.push(`There: ${mappingText(other)}.`);
    const text = `${hex(va)} is mapped in ${vmText(other.vm)}, but never was in ${vmText(vm)}: an address of another VM.`;
    return cause('other-vm', text);
  }
  if (va < NULL_PAGES) {
    return cause(
      'null-pointer',
      `A null pointer, or a field at ${hex(va)} of one: nothing was ever bound there.`,
    );
  }
  if (after.length > 0) {
    facts.push(`It is mapped later: ${mappingText(after[0])}.`);
    return cause(
      'bound-later',
      `The GPU came before the mapping: ${hex(va)} is bound only by ${momentText(after[0].mapped)}. A submission that ` +
        'does not wait for its bind does this.',
    );
  }
  return causeOfStray(va, access, suspects, facts);
}

/** The address was mapped when the fault happened. */
function causeWhereMapped(
  status: FaultStatus | null,
  va: number,
  now: Mapping,
  before: readonly Mapping[],
  facts: string[],
): Cause {
  facts.push(`It is mapped: ${mappingText(now)}.`);
  const readOnly = (now.flags & DRM_PANTHOR_VM_BIND_OP_MAP_READONLY) !== 0;
  const noExecute = (now.flags & DRM_PANTHOR_VM_BIND_OP_MAP_NOEXEC) !== 0;
  const writes = status?.access === 'WRITE' || status?.access === 'ATOMIC';
  if (status?.faultClass === 'permission' && writes && readOnly) {
    const text = `A write to ${hex(va)}, which is mapped READONLY.`;
    return { kind: 'write-to-read-only', text, facts };
  }
  if (status?.faultClass === 'permission' && status.access === 'EXECUTE' && noExecute) {
    const text = `Code was fetched from ${hex(va)}, which is mapped NOEXEC.`;
    return { kind: 'execute-of-no-execute', text, facts };
  }
  const replaced = before[0];
  if (replaced !== undefined && replaced.removed?.record === now.mapped.record) {
    facts.push(
      `It replaced ${objectText(replaced.object)} in the same operation. Kernels without a lock around the operation ` +
        '(6.12, 6.18) show a hole while it runs; a stale translation is possible there too.',
    );
    const text = `${hex(va)} was being rebound by ${momentText(now.mapped)}: the access may have come in between.`;
    return { kind: 'replaced', text, facts };
  }
  facts.push(
    'Possible: the access came before the mapping was made, or an invalidation was lost (a stale translation), or the ' +
      'fault is another time or another VM than assumed.',
  );
  return {
    kind: 'mapped-then',
    text: `${hex(va)} was mapped at that time, and the mapping allows the access.`,
    facts,
  };
}

/** The address had been mapped, and was no more. */
function causeWhereRemoved(last: Mapping, access: string, after: readonly Mapping[], facts: string[]): Cause {
  const removed = last.removed as NonNullable<Mapping['removed']>;
  const { object } = last;
  facts.push(`It was mapped: ${mappingText(last)}.`);
  if (object !== null && object.freed !== null && object.freed.record <= removed.record + 1)
    facts.push(`${objectText(object)} was freed by ${momentText(object.freed)}.`);
  else if (object !== null && object.closed !== null)
    facts.push(`${objectText(object)} was closed by ${momentText(object.closed)}.`);
  if (after.length > 0) facts.push(`It is mapped again later: ${mappingText(after[0])}.`);
  const how =
    last.end === 'vm-destroy' ? 'VM_DESTROY' : last.end === 'close' ? 'the close of the file' : 'an unmap';
  return {
    kind: 'use-after-unmap',
    text: `Use after unmap: ${access} to ${objectText(object)}, which ${how} in ${momentText(removed)} had removed.`,
    facts,
  };
}

/** The address was never mapped: near what? */
function causeOfStray(va: number, access: string, { below, above }: Suspects, facts: string[]): Cause {
  const near = (side: Neighbour | null): side is Neighbour => side !== null && side.distance < NEAR;
  if (below !== null)
    facts.push(`Below: ${mappingText(below.mapping)}, ends ${hex(below.distance)} bytes before.`);
  if (above !== null)
    facts.push(`Above: ${mappingText(above.mapping)}, begins ${hex(above.distance)} bytes after.`);
  if (near(below) && (!near(above) || below.distance <= above.distance)) {
    const text = `Out of bounds: ${access} ${hex(below.distance)} bytes past the end of ${objectText(below.mapping.object)}.`;
    return { kind: 'past-the-end', text, facts };
  }
  if (near(above)) {
    const text = `Out of bounds: ${access} ${hex(above.distance)} bytes before the start of ${objectText(above.mapping.object)}.`;
    return { kind: 'before-the-start', text, facts };
  }
  return {
    kind: 'never-bound',
    text: `Nothing was ever bound at ${hex(va)}, nor near it: a wild pointer.`,
    facts,
  };
}
