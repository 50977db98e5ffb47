/** One capture on two drivers at once, record by record: what the second does otherwise than the first. */
import { isDeepStrictEqual } from 'node:util';
import type { CaptureHeader, CaptureRecord } from '../capture/record.ts';
import { addCosts, CostMeter, type Costs, noCosts } from './costs.ts';
import { Replayer, type ReplayOptions } from './replayer.ts';

/** What one side made of a record. */
export interface Side {
  /** 0 or more, -errno, or null where the call would block. */
  ret: number | null;
  costs: Costs;
}

/** A record that the two sides treat differently. */
export interface DiffRecord {
  index: number;
  call: string;
  sides: [Side, Side];
}

export interface DiffTotals {
  records: number;
  /** Records treated differently. */
  different: number;
  /** Calls whose results differ. */
  results: number;
  sides: [Costs, Costs];
}

export class KernelDiff {
  readonly totals: DiffTotals = { records: 0, different: 0, results: 0, sides: [noCosts(), noCosts()] };
  readonly #replayers: [Replayer, Replayer];
  readonly #meters: [CostMeter, CostMeter] = [new CostMeter(), new CostMeter()];

  constructor(header: CaptureHeader, first: ReplayOptions, second: ReplayOptions) {
    const replayers = [first, second].map((options, i) => {
      const meter = this.#meters[i];
      const replayer = new Replayer(header, { ...options, trace: meter });
      replayer.model.seen.traceRegisters(meter);
      meter.take();
      return replayer;
    });
    this.#replayers = replayers as [Replayer, Replayer];
  }

  /** Plays a record on both; what differs, or null. */
  step(record: CaptureRecord): DiffRecord | null {
    const { totals } = this;
    const sides = this.#replayers.map((replayer, i): Side => {
      replayer.step(record);
      const costs = this.#meters[i].take();
      addCosts(totals.sides[i], costs);
      return { ret: replayer.ret, costs };
    }) as [Side, Side];
    totals.records++;
    if (isDeepStrictEqual(sides[0], sides[1])) return null;
    totals.different++;
    if (sides[0].ret !== sides[1].ret) totals.results++;
    const call = record.type === 'ioctl' ? this.#replayers[0].callOf(record.request).name : record.type;
    return { index: record.index, call, sides };
  }
}
