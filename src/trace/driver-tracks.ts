import { hex } from '../../uapi/hex.ts';
import type { Step } from '../history/timeline.ts';
import type { TraceWriter, Track } from './writer.ts';

/** What is open on a slot's track: who sits in it, and a locked region within that. */
interface Slot {
  track: Track;
  seated: boolean;
  locked: boolean;
}

/** The driver's side of a trace: VM_BIND operations by VM, address space slots, warnings and resets. */
export class DriverTracks {
  /** Page-table calls that were made while a region was locked. */
  callsUnderLock = 0;
  readonly #writer: TraceWriter;
  readonly #process: Track;
  readonly #slots = new Map<number, Slot>();
  readonly #vms = new Map<number, Track>();
  #notes: Track | null = null;
  /** The VM whose operation is under way, which is open on its track. */
  #op: Track | null = null;

  constructor(writer: TraceWriter, process: Track) {
    this.#writer = writer;
    this.#process = process;
  }

  /** One step at `time`. `flow` joins it to its call, 0 to none; `last`: the flow ends here. */
  step(step: Step, time: number, flow: number, last: boolean): void {
    const joined = flow === 0 ? {} : last ? { ends: [flow] } : { flows: [flow] };
    switch (step.kind) {
      case 'op': {
        this.#endOp(time);
        this.#op = this.#vm(step.vm);
        const annotations = { va: hex(step.va), size: hex(step.size), flags: hex(step.flags >>> 0) };
        const name = `${step.type}${step.async ? ' (async)' : ''}`;
        this.#writer.begin(this.#op, time, 'vm_bind', name, { annotations, flows: flow === 0 ? [] : [flow] });
        return;
      }
      case 'command':
        this.#command(step, time, joined);
        return;
      case 'map-pages':
      case 'unmap-pages': {
        for (const { locked } of this.#slots.values()) if (locked) this.callsUnderLock++;
        const annotations = { va: hex(step.va), bytes: hex(step.bytes) };
        this.#writer.instant(this.#op ?? this.#note(), time, 'page-table', step.kind, {
          annotations,
          ...joined,
        });
        return;
      }
      case 'slot':
        this.#slotChanged(step, time);
        return;
      case 'flush':
        this.#writer.instant(this.#note(), time, 'gpu', 'GPU_CMD cache flush');
        return;
      default:
        this.#writer.instant(this.#note(), time, step.kind, step.text);
    }
  }

  /** Ends the operation under way: its call is over. */
  endOperation(time: number): void {
    this.#endOp(time);
  }

  /** Ends what is open on the slots. */
  finish(time: number): void {
    this.#endOp(time);
    for (const slot of this.#slots.values()) this.#leave(slot, time);
  }

  #command(
    step: Extract<Step, { kind: 'command' }>,
    time: number,
    joined: { flows?: number[]; ends?: number[] },
  ): void {
    const slot = this.#slot(step.as);
    const ends = step.name === 'UNLOCK' || step.name === 'FLUSH_PT' || step.name === 'FLUSH_MEM';
    if ((ends || step.name === 'LOCK') && slot.locked) {
      slot.locked = false;
      this.#writer.end(slot.track, time);
    }
    if (step.name === 'LOCK') {
      slot.locked = true;
      const annotations = { start: hex(step.start), size: hex(step.size) };
      const name = `locked ${hex(step.start)} +${hex(step.size)}`;
      this.#writer.begin(slot.track, time, 'lock', name, { annotations, ...joined });
    } else {
      this.#writer.instant(slot.track, time, 'command', step.name, joined);
    }
  }

  #slotChanged(step: Extract<Step, { kind: 'slot' }>, time: number): void {
    const slot = this.#slot(step.as);
    this.#leave(slot, time);
    if (step.what !== 'enable') return;
    slot.seated = true;
    this.#writer.begin(slot.track, time, 'slot', `VM ${step.vm}`);
  }

  #leave(slot: Slot, time: number): void {
    if (slot.locked) this.#writer.end(slot.track, time);
    if (slot.seated) this.#writer.end(slot.track, time);
    slot.locked = false;
    slot.seated = false;
  }

  #endOp(time: number): void {
    if (this.#op !== null) this.#writer.end(this.#op, time);
    this.#op = null;
  }

  #slot(as: number): Slot {
    let slot = this.#slots.get(as);
    if (slot === undefined) {
      slot = { track: this.#writer.track(`AS ${as}`, this.#process), seated: false, locked: false };
      this.#slots.set(as, slot);
    }
    return slot;
  }

  #vm(uid: number): Track {
    let track = this.#vms.get(uid);
    if (track === undefined) {
      track = this.#writer.track(`VM ${uid}: VM_BIND`, this.#process);
      this.#vms.set(uid, track);
    }
    return track;
  }

  #note(): Track {
    this.#notes ??= this.#writer.track('driver', this.#process);
    return this.#notes;
  }
}
