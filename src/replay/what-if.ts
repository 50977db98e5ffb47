/** Which behaviours of a kernel, switched alone, have calls end as they were recorded. */
import type { CaptureHeader, CaptureRecord } from '../capture/record.ts';
import { BEHAVIOUR_KEYS, BEHAVIOURS, type BehaviourKey, type Kernel, kernel } from '../driver/kernels.ts';
import { Replayer, type ReplayOptions } from './replayer.ts';

/** One kernel of the search: the capture's, with one behaviour switched. */
interface Candidate {
  /** `+name` or `-name`. */
  switched: string;
  replayer: Replayer;
  divergences: number;
}

/**
 * Plays a capture once for each behaviour, side by side, with that one switched. A behaviour explains a divergence where
 * the call ends as recorded with it, and no call before it diverges that did not before.
 */
export class WhatIf {
  readonly #known: ReadonlySet<number>;
  readonly #explains = new Map<number, string[]>();
  #candidates: Candidate[];

  /** `divergent`: records that diverge on the kernel of `options`. */
  constructor(header: CaptureHeader, options: ReplayOptions, divergent: readonly number[]) {
    this.#known = new Set(divergent);
    this.#candidates = BEHAVIOUR_KEYS.map((key) => {
      const other = switchOne(options.kernel, key);
      const replayer = new Replayer(header, { ...options, trace: null, kernel: other });
      const sign = other.behaviours[key] ? '+' : '-';
      return { switched: `${sign}${BEHAVIOURS[key].name}`, replayer, divergences: 0 };
    });
  }

  /**
   * Plays a record on all. False where no behaviour is left that could explain anything, or where `expired` says in between
   * that there is no time: then nothing is known of this record.
   */
  step(record: CaptureRecord, expired: () => boolean = () => false): boolean {
    const isKnown = this.#known.has(record.index);
    const left: Candidate[] = [];
    for (const candidate of this.#candidates) {
      if (expired()) {
        this.#explains.delete(record.index);
        return false;
      }
      candidate.replayer.step(record);
      const { count } = candidate.replayer.tally.divergences;
      const diverged = count > candidate.divergences;
      candidate.divergences = count;
      if (diverged && !isKnown) continue;
      left.push(candidate);
      if (isKnown && !diverged) this.#note(record.index, candidate.switched);
    }
    this.#candidates = left;
    return left.length > 0;
  }

  /** The behaviours that explain the divergence of a record, as `+name` or `-name`. */
  explains(index: number): readonly string[] {
    return this.#explains.get(index) ?? [];
  }

  #note(index: number, switched: string): void {
    const list = this.#explains.get(index);
    if (list === undefined) this.#explains.set(index, [switched]);
    else list.push(switched);
  }
}

/** A kernel with one more behaviour switched, away from what it is there. */
function switchOne(base: Kernel, key: BehaviourKey): Kernel {
  const { name } = BEHAVIOURS[key];
  const others = base.switched.filter((one) => one.slice(1) !== name);
  const names = (sign: string): string[] =>
    others.filter((one) => one.startsWith(sign)).map((one) => one.slice(1));
  const on = !base.behaviours[key];
  return kernel(base.name, [...names('+'), ...(on ? [name] : [])], [...names('-'), ...(on ? [] : [name])]);
}
