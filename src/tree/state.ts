/** The state of a tree's driver as the vectors print it: VMs, slots, VMAs and translations. */

import { hex } from '../../uapi/hex.ts';
import { CrcText } from '../conform/crc-text.ts';
import type { Json } from '../conform/recorder.ts';
import type { Mailbox } from './mailbox.ts';

const VM_WORDS = 7;
const SLOTS = 32;
const VMA_WORDS = 5;
const RUN_WORDS = 5;
/** Entries of a list that one call gives (panthor/state.c, PART). */
export const PART = 4000;

export interface DeviceState {
  vms: Json;
  as: Json;
  resetPending: boolean;
  /** Physical addresses of root tables by VM. */
  roots: Map<number, number>;
}

/** Reads the notes of the call `state`. */
export function deviceState(box: Mailbox): DeviceState {
  const count = box.noteNumber(4);
  const vms: Json[] = [];
  const roots = new Map<number, number>();
  let at = 5;
  for (let i = 0; i < count; i++, at += VM_WORDS) {
    roots.set(box.noteNumber(at), box.noteNumber(at + 6));
    vms.push([
      box.noteNumber(at),
      box.noteSigned(at + 1),
      box.noteNumber(at + 2),
      box.noteNumber(at + 3),
      hex(box.note(at + 4)),
      hex(box.note(at + 5)),
    ]);
  }
  const slots: Json[] = [];
  for (let as = 0; as < SLOTS; as++, at++) if (box.noteNumber(at) !== 0) slots.push([as, box.noteNumber(at)]);
  const lru: Json[] = [];
  const waiting = box.noteNumber(at++);
  for (let i = 0; i < waiting; i++, at++) lru.push(box.noteNumber(at));
  const masks = [hex(box.noteNumber(0)), hex(box.noteNumber(1)), hex(box.noteNumber(2))];
  return { vms, as: [...masks, slots, lru], resetPending: box.noteNumber(3) !== 0, roots };
}

/** What `d`, `vmas` and `map` are made of, gathered part by part. */
export class Contents {
  readonly #vmaCrc = new CrcText();
  readonly #mapCrc = new CrcText();
  #vmaCount = 0;
  #runs = 0;
  readonly #vmas: Json[] = [];
  readonly #map: Json[] = [];
  readonly #full: boolean;
  readonly #cap: number;

  constructor(full: boolean, cap: number) {
    this.#full = full;
    this.#cap = cap;
  }

  addVmas(box: Mailbox, count: number): void {
    for (let i = 0, at = 0; i < count; i++, at += VMA_WORDS) {
      const [va, range, bo] = [box.noteNumber(at), box.noteNumber(at + 1), box.noteSigned(at + 2)];
      const [offset, flags] = [box.noteNumber(at + 3), box.noteNumber(at + 4)];
      this.#vmaCrc.hex(va);
      this.#vmaCrc.hex(range);
      this.#vmaCrc.decimal(bo);
      this.#vmaCrc.hex(offset);
      this.#vmaCrc.hex(flags, true);
      this.#vmaCount++;
      if (this.#full) this.#vmas.push([hex(va), hex(range), bo, hex(offset), hex(flags)]);
    }
  }

  addRuns(box: Mailbox, count: number): void {
    for (let i = 0, at = 0; i < count; i++, at += RUN_WORDS) {
      const [va, pa, length, log2] = [0, 1, 2, 3].map((n) => box.noteNumber(at + n));
      const attributes = box.note(at + 4);
      this.#mapCrc.hex(va);
      this.#mapCrc.hex(pa);
      this.#mapCrc.hex(length);
      this.#mapCrc.decimal(log2);
      this.#mapCrc.hexWords(Number(attributes & 0xffffffffn), Number(attributes >> 32n), true);
      this.#runs++;
      if (!this.#full || this.#runs > this.#cap) continue;
      this.#map.push([hex(va), hex(pa), hex(length), log2, hex(attributes)]);
    }
  }

  fields(tables: number[]): { [key: string]: Json } {
    const out: { [key: string]: Json } = {
      d: [this.#vmaCount, this.#vmaCrc.toString(), this.#runs, this.#mapCrc.toString(), tables],
    };
    if (!this.#full) return out;
    out.vmas = this.#vmas;
    if (this.#runs <= this.#cap) out.map = this.#map;
    return out;
  }
}
