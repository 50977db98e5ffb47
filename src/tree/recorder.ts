/** What a tree's driver did during one operation, from its notes, in the words of the vectors (SCHEMA.md, "Outcome"). */
import type { Json, Recorder } from '../conform/recorder.ts';
import {
  type Mailbox,
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

/** Page-table calls beyond this many are counted, not listed. */
const MAX_CALLS = 24;

const text = (value: bigint): string => `0x${value.toString(16)}`;
const log2 = (size: bigint): number => Math.log2(Number(size));

export class NoteReader {
  readonly #mailbox: Mailbox;
  readonly #warnings: Warnings;

  constructor(mailbox: Mailbox, warnings: Warnings) {
    this.#mailbox = mailbox;
    this.#warnings = warnings;
  }

  /** Hands all notes to the recorder, in order, and forgets them. Throws where some were lost. */
  drain(to: Recorder): void {
    const box = this.#mailbox;
    if (box.noted === 0) return;
    if (box.overrun) throw new Error('more notes between two points than there is room for');
    for (let i = 0; i < box.noted; ) i = this.#take(i, to);
    box.clearNotes();
  }

  /** One note, from word `i` on; returns where the next begins. */
  #take(i: number, to: Recorder): number {
    const box = this.#mailbox;
    const word = (n: number): string => text(box.note(i + n));
    switch (box.noteNumber(i)) {
      case NOTE_WARN: {
        const [where, reason] = this.#warnings.at(box.noteText(i + 2), box.noteNumber(i + 1));
        to.warn(where, reason);
        return this.#afterText(i + 2);
      }
      case NOTE_PRINT:
        return this.#afterText(i + 1);
      case NOTE_MAP:
        to.maps++;
        this.#call(to, [
          'm',
          word(1),
          word(2),
          log2(box.note(i + 3)),
          box.noteNumber(i + 4),
          box.noteSigned(i + 5),
          word(6),
        ]);
        return i + 7;
      case NOTE_UNMAP:
        to.unmaps++;
        this.#call(to, ['u', word(1), log2(box.note(i + 2)), box.noteNumber(i + 3), word(4)]);
        return i + 5;
      case NOTE_STEP_MAP:
        to.s.push(['map', word(1), word(2), box.noteSigned(i + 3), word(4)]);
        return i + 5;
      case NOTE_STEP_UNMAP:
        to.s.push(['unmap', word(1), word(2), box.noteNumber(i + 3)]);
        return i + 4;
      case NOTE_STEP_REMAP:
        to.s.push(['remap', word(1), word(2), box.noteNumber(i + 3), this.#part(i + 4), this.#part(i + 8)]);
        return i + 12;
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
        throw new Error(`note ${box.noteNumber(i)} is none`);
    }
  }

  #afterText(i: number): number {
    return i + 1 + Math.ceil(this.#mailbox.noteNumber(i) / 8);
  }

  #call(to: Recorder, call: Json[]): void {
    if (to.p.length <= MAX_CALLS) to.p.push(call);
  }

  #part(i: number): Json {
    const box = this.#mailbox;
    if (box.noteNumber(i) === 0) return null;
    return [text(box.note(i + 1)), text(box.note(i + 2)), text(box.note(i + 3))];
  }
}
