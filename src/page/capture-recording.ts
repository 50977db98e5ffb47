/** A capture played for its page: every record's row, every mapping's, and what is shown on demand. */
import { ioctlName } from '../../uapi/lookup.ts';
import { SZ_2M } from '../../uapi/sizes.ts';
import type { CaptureHeader, CaptureRecord } from '../capture/record.ts';
import type { PanthorVm } from '../driver/mmu/vm.ts';
import { CaptureHistory } from '../history/capture-history.ts';
import type { VmLife } from '../history/events.ts';
import { bothCalls } from '../history/listeners.ts';
import { type Step, StepRecorder } from '../history/timeline.ts';
import { startLevel } from '../hw/vmsa.ts';
import { type WalkStep, walk } from '../hw/walker.ts';
import { refusalText } from '../payload/refusal.ts';
import type { Replayer, ReplayOptions } from '../replay/replayer.ts';
import { clientVms } from '../replay/snapshot.ts';
import { callText } from '../report/call.ts';
import * as data from './data.ts';
import { Details } from './details.ts';
import { Fences } from './fences.ts';
import { Growing } from './growing.ts';
import { walksOf } from './walk-recorder.ts';
import { regionsOf, type Walked } from './walks.ts';

/** Regions of 2 MiB that are walked for one page: of what comes after, the first page alone. */
const MOST_REGIONS = 2_000_000;
/** Columns of the page's side panel. */
const CALL_WIDTH = 88;

/** A call that failed, or that ends otherwise on the model. */
export interface Mark {
  record: number;
  text: string;
}
/** Marks that a page lists; all are counted. */
const MARKS = 200;

export class CaptureRecording {
  readonly history: CaptureHistory;
  readonly details: Details;
  readonly fences = new Fences();
  /** Records that the page lists as found when it opens. */
  readonly selected: number[] = [];
  readonly tids: number[] = [];
  readonly names: string[] = [];
  readonly failed: { count: number; marks: Mark[] } = { count: 0, marks: [] };
  readonly time = new Growing(Float64Array);
  readonly tid = new Growing(Uint16Array);
  readonly name = new Growing(Uint16Array);
  readonly state = new Growing(Uint8Array);
  readonly ops = new Growing(Uint16Array);
  readonly vm = new Growing(Uint16Array);
  readonly lock = new Growing(Uint16Array);
  readonly command = new Growing(Uint16Array);
  /** LEAF_* of a mapping right after the record that made it. */
  readonly leaf = new Growing(Uint8Array);
  readonly #steps = new StepRecorder();
  #first: number | null = null;
  #regions = MOST_REGIONS;
  #vmByUid = new Map<number, PanthorVm>();

  constructor(header: CaptureHeader, options: ReplayOptions, budget?: number) {
    this.details = new Details(budget);
    this.history = new CaptureHistory(header, { ...options, trace: this.#steps });
    const { device } = this.replayer.model;
    this.#steps.regs = device.regs;
    device.regs.trace = this.#steps;
    if (device.calls !== null) device.calls = bothCalls(device.calls, this.#steps.calls);
  }

  /** Number of the first record that is shown. */
  get first(): number {
    return this.#first ?? 0;
  }

  get replayer(): Replayer {
    return this.history.replayer;
  }

  /** Plays a record that the page does not show. */
  skip(record: CaptureRecord): void {
    this.history.step(record);
    this.#steps.take();
    while (this.leaf.length < this.history.mappings.length) this.leaf.push(data.LEAF_NONE);
  }

  /** Plays a record and writes down what the page shows of it. */
  step(record: CaptureRecord): void {
    this.#first ??= record.index;
    const { tally } = this.replayer;
    const differed = tally.divergences.count;
    const made = this.history.mappings.length;
    this.history.step(record);
    const steps = this.#steps.take();
    const name = record.type === 'ioctl' ? ioctlName(record.request) : record.type;
    const failed = record.type === 'ioctl' ? record.ret < 0 : record.type === 'mmap' && !record.ok;
    const differs = tally.divergences.count > differed;
    this.#row(record, name, steps, (failed ? data.STATE_FAILED : 0) | (differs ? data.STATE_DIFFERS : 0));
    if (!failed && record.type === 'ioctl') this.fences.step(record, name);
    if (failed) this.#failed(record, name);
    const { refusal } = this.replayer;
    const other = differs ? (tally.divergences.kept.at(-1)?.what ?? '') : '';
    const why = refusal === null ? '' : `refused: ${refusalText(refusal)}`;
    const note = [other, why].filter((text) => text !== '').join('\n');
    this.details.add(record.index, callText(record, CALL_WIDTH), steps, note === '' ? null : note);
    if (this.history.mappings.length > made) this.#walks(made);
  }

  #row(record: CaptureRecord, name: string, steps: readonly Step[], state: number): void {
    let [lock, command, ops, vm, all] = [0, 0, 0, 0, state];
    for (const step of steps) {
      if (step.kind === 'op') {
        ops++;
        vm = this.#vmIndex(step.vm) + 1;
      } else if (step.kind === 'command') {
        if (step.name === 'LOCK') lock |= 1 << step.as;
        else command |= 1 << step.as;
      } else if (step.kind === 'flush') all |= data.STATE_FLUSHED;
      else if (step.kind === 'warning') all |= data.STATE_WARNED;
      else if (step.kind === 'timeout' || step.kind === 'event') all |= data.STATE_EVENT;
    }
    this.time.push(record.timeNs);
    this.tid.push(indexOf(this.tids, record.tid));
    this.name.push(indexOf(this.names, name));
    this.state.push(all);
    this.ops.push(Math.min(ops, 0xffff));
    this.vm.push(vm);
    this.lock.push(lock);
    this.command.push(command);
  }

  #failed(record: CaptureRecord, name: string): void {
    this.failed.count++;
    if (this.failed.marks.length >= MARKS) return;
    const result = record.type === 'ioctl' ? `errno ${record.errno}` : 'failed';
    this.failed.marks.push({ record: record.index, text: `${name}: ${result}` });
  }

  #vmIndex(uid: number): number {
    const { vms } = this.history;
    // The VM that is asked for is nearly always one of the last.
    for (let i = vms.length - 1; i >= 0; i--) if (vms[i].uid === uid) return i;
    return -1;
  }

  /** Walks of the mappings that the last record made. */
  #walks(made: number): void {
    const { mappings } = this.history;
    const { memory } = this.replayer.model.device.machine;
    const steps: WalkStep[] = [];
    for (let i = made; i < mappings.length; i++) {
      const { vm, va, size, object } = mappings[i];
      const now = this.#vm(vm);
      const mapping = { va, size, sparse: object === null };
      this.leaf.push(data.LEAF_NONE);
      if (now === undefined || mappings[i].removed !== null) {
        this.details.walk(i, 1, null);
        continue;
      }
      const { ttbr, vaBits } = now.pgtable;
      const walkOf = (at: number): Walked => {
        steps.length = 0;
        walk(memory, ttbr, vaBits, at, steps);
        const { lo, hi } = steps[steps.length - 1];
        return { tables: steps.map(({ pa, index }) => pa - index * 8), lo, hi };
      };
      const walks = walksOf(walkOf, mapping, startLevel(vaBits), this.#regions > 0 ? undefined : 0);
      this.#regions -= walks.regions;
      this.details.walk(i, regionsOf(mapping), walks);
      const first = walk(memory, ttbr, vaBits, va);
      const inside = Math.ceil(va / SZ_2M) * SZ_2M;
      const other = inside + SZ_2M <= va + size ? walk(memory, ttbr, vaBits, inside) : first;
      this.leaf.set(i, leafOf(first.log2) | leafOf(other.log2));
    }
  }

  #vm({ uid }: VmLife): PanthorVm | undefined {
    if (!this.#vmByUid.has(uid)) {
      this.#vmByUid = new Map(clientVms(this.replayer.model).map(({ vm }) => [vm.uid, vm]));
    }
    return this.#vmByUid.get(uid);
  }
}

function leafOf(log2: number): number {
  return log2 === 0 ? data.LEAF_NONE : log2 === 12 ? data.LEAF_4K : data.LEAF_2M;
}

function indexOf<T>(list: T[], value: T): number {
  const at = list.lastIndexOf(value);
  return at >= 0 ? at : list.push(value) - 1;
}
