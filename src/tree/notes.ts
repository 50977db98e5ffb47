/** Notes of a tree's driver told to what listens to the model's: the same calls, numbers for numbers. */
import type { DriverTrace, StepPart } from '../driver/base/warn.ts';
import { kernelFault, type Places } from './faults.ts';
import {
  type Mailbox,
  NOTE_ENTER_FAILED,
  NOTE_FAULT,
  NOTE_MAP,
  NOTE_MMU_FAULT,
  NOTE_PRINT,
  NOTE_RESET_SCHEDULED,
  NOTE_STEP_MAP,
  NOTE_STEP_REMAP,
  NOTE_STEP_UNMAP,
  NOTE_UNMAP,
  NOTE_VM_DESTRUCTION,
  NOTE_WARN,
} from './mailbox.ts';
import type { Warnings } from './warnings.ts';

/** What puts names to the places that notes are about. */
export interface Explain {
  warnings: Warnings;
  places: Places;
}

const nothing = (): void => {};
const NOT_HEARD: Heard = { onReset: nothing, onEnterFailed: nothing };

/** What a driver does that its caller has a part in. */
export interface Heard {
  /** Its reset work was queued. */
  onReset: () => void;
  /** A drm_dev_enter() has failed. */
  onEnterFailed: () => void;
}

/**
 * Tells all notes in order and forgets them; addresses are exact below 2^53, which all of them are. Throws KernelFault
 * for the first fault, and an Error where notes were lost: a thread stops in time for them to be read.
 */
export function tellNotes(
  box: Mailbox,
  explain: Explain,
  to: DriverTrace | null,
  heard: Heard = NOT_HEARD,
): void {
  if (box.noted === 0) return;
  if (box.overrun) throw new Error('more notes between two points than there is room for');
  for (let i = 0; i < box.noted; ) {
    if (box.noteNumber(i) === NOTE_RESET_SCHEDULED) heard.onReset();
    if (box.noteNumber(i) === NOTE_ENTER_FAILED) heard.onEnterFailed();
    i = tell(box, i, explain, to ?? NO_TRACE);
  }
  box.clearNotes();
}

/** Hears nothing. */
export const NO_TRACE: DriverTrace = {
  warn: nothing,
  timeout: nothing,
  event: nothing,
  stepMap: nothing,
  stepUnmap: nothing,
  stepRemap: nothing,
  beforePageTableCall: nothing,
  mapped: nothing,
  unmapped: nothing,
  as: nothing,
};

const afterText = (box: Mailbox, i: number): number => i + 1 + Math.ceil(box.noteNumber(i) / 8);

function part(box: Mailbox, i: number): StepPart | null {
  if (box.noteNumber(i) === 0) return null;
  return { va: box.noteNumber(i + 1), range: box.noteNumber(i + 2), offset: box.noteNumber(i + 3) };
}

/** One note; returns where the next begins. */
function tell(box: Mailbox, i: number, explain: Explain, to: DriverTrace): number {
  const n = (at: number): number => box.noteNumber(i + at);
  switch (n(0)) {
    case NOTE_WARN: {
      const [where, reason] = explain.warnings.told(box.noteText(i + 2), n(1));
      to.warn(where, reason);
      return afterText(box, i + 2);
    }
    case NOTE_FAULT: {
      const words = Array.from({ length: n(2) }, (_, at) => n(3 + at));
      box.clearNotes();
      throw kernelFault(n(1), words, explain.places);
    }
    case NOTE_PRINT:
      return afterText(box, i + 1);
    case NOTE_MAP:
      to.beforePageTableCall();
      to.mapped(n(1), n(2), n(3), n(4), box.noteSigned(i + 5), n(6));
      return i + 7;
    case NOTE_UNMAP:
      to.beforePageTableCall();
      to.unmapped(n(1), n(2), n(3), box.noteSigned(i + 4));
      return i + 5;
    case NOTE_STEP_MAP:
      to.stepMap(n(1), n(2), box.noteSigned(i + 3), n(4));
      return i + 5;
    case NOTE_STEP_UNMAP:
      to.stepUnmap(n(1), n(2), n(3) !== 0);
      return i + 4;
    case NOTE_STEP_REMAP:
      to.stepRemap(n(1), n(2), n(3) !== 0, part(box, i + 4), part(box, i + 8));
      return i + 12;
    case NOTE_ENTER_FAILED:
      return i + 1;
    case NOTE_RESET_SCHEDULED:
      to.event('schedule_reset');
      return i + 1;
    case NOTE_MMU_FAULT:
      to.event('sched_report_mmu_fault');
      return i + 1;
    case NOTE_VM_DESTRUCTION:
      to.event('sched_prepare_for_vm_destruction');
      return i + 1;
    default:
      throw new Error(`note ${n(0)} is none`);
  }
}
