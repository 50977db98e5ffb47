/** What the driver has freed: used once more, it is reported. */
import type { GemObject } from '../../../driver/gem/gem.ts';
import { beginReaction, endReaction } from '../../state/access-log.ts';
import { poison } from '../../state/poison.ts';
import type { Harness, VmState } from '../harness.ts';

/**
 * What the explorer itself looks at of a VM and of an object that are gone; and two fields that are the DRM scheduler's,
 * whose work outlives the VM here.
 */
const VM_KEEPS = ['device', 'uid', 'id', 'freed', 'destroyed', 'stopped', 'onStart'];
const OBJECT_KEEPS = ['serial', 'id', 'size'];

/** An object of the scenario: its handle, and where it is in physical memory. */
export interface ObjectState {
  name: string;
  bo: GemObject | null;
  handle: number;
  pa: number;
  freed: boolean;
}

/** Notes after each step what has been freed in it. */
export function noticeFreed(harness: Harness): void {
  for (const state of harness.vms) {
    const outer = beginReaction();
    noticeFreedVm(harness, state);
    endReaction(outer);
  }
  for (const object of harness.objects) {
    const outer = beginReaction();
    noticeFreedObject(harness, object);
    endReaction(outer);
  }
}

function noticeFreedVm(harness: Harness, state: VmState): void {
  if (!state.vm.freed || state.freed || hasTables(state)) return;
  state.freed = true;
  poison(state.vm, VM_KEEPS, (field) =>
    harness.reportViolation('use-after-free', `VM ${state.name} is freed, and its ${plain(field)} is used`),
  );
}

function noticeFreedObject(harness: Harness, object: ObjectState): void {
  if (object.freed || object.bo === null || object.bo.refs > 0) return;
  object.freed = true;
  poison(object.bo, OBJECT_KEEPS, (field) =>
    harness.reportViolation(
      'use-after-free',
      `object ${object.name} is freed, and its ${plain(field)} is used`,
    ),
  );
}

/** panthor_vm_free() frees the tables last. */
function hasTables({ vm }: VmState): boolean {
  return vm.pgtable.tables.some((count) => count > 0);
}

const plain = (field: string): string => field.replace(/^\$_/, '');
