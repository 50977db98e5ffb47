/** What is known of an exploration by parts: which may begin, which are done, and what they come to together. */
import { type CoverageReport, mergeCoverage, type PartCoverage } from '../coverage.ts';
import { type Finding, keyOf, type Stats } from '../search/search.ts';
import type { Exhaustive } from '../search/verdict.ts';
import { Violation } from '../search/world.ts';
import { decodeEntries, Entries, encodeEntries } from './entries.ts';
import type { PartResult } from './part.ts';
import { leadsTo, type SliceName } from './slice.ts';

export class Ledger {
  /** Entries of slices that were not begun. */
  readonly #waiting = new Map<SliceName, Entries>();
  /** Slices that are being searched. */
  readonly #begun = new Set<SliceName>();
  readonly #done = new Set<SliceName>();
  readonly #findings = new Map<string, Finding>();
  readonly #accepted = new Set<string>();
  readonly #coverage: PartCoverage[] = [];
  readonly #stats: Stats = { states: 0, schedules: 0, steps: 0, depth: 0, frontier: 0, bytesPerState: 0 };
  /** All states, or enough findings, were seen so far. */
  #complete = true;
  /** States that had been seen at the first finding. */
  #foundAt = Number.POSITIVE_INFINITY;

  /** `first` is where the initial state is, whose fingerprint the lanes are. */
  constructor(first: SliceName, lane0: number, lane1: number) {
    const entries = new Entries();
    entries.add(lane0, lane1, new Uint8Array(0));
    this.#waiting.set(first, entries);
  }

  /**
   * Takes the slices that may begin now: no schedule leads to them any more from one that is not done. Each with its
   * entries, as encodeEntries() writes them.
   */
  take(): { slice: SliceName; entries: string }[] {
    const open = [...this.#waiting.keys(), ...this.#begun];
    const ready = [...this.#waiting].filter(([slice]) =>
      open.every((other) => other === slice || !leadsTo(other, slice)),
    );
    return ready.map(([slice, entries]) => {
      this.#waiting.delete(slice);
      this.#begun.add(slice);
      return { slice, entries: encodeEntries(entries.sorted()) };
    });
  }

  /** A part is done; one that is reported again counts once. Returns whether it counted. */
  add(result: PartResult): boolean {
    if (!this.#begun.delete(result.slice)) return false;
    this.#done.add(result.slice);
    this.#stats.states += result.states;
    this.#stats.schedules += result.schedules;
    this.#stats.steps += result.steps;
    this.#stats.depth = Math.max(this.#stats.depth, result.depth);
    this.#complete &&= result.complete;
    for (const { invariant, message, schedule, nearest } of result.findings) {
      const violation = new Violation(invariant, message);
      const known = this.#findings.get(keyOf(violation));
      if (known !== undefined && known.schedule.length <= schedule.length) continue;
      this.#findings.set(keyOf(violation), {
        violation,
        schedule,
        ...(nearest ? { shortest: true as const } : {}),
      });
    }
    if (this.#findings.size > 0) this.#foundAt = Math.min(this.#foundAt, this.#stats.states);
    for (const message of result.accepted) this.#accepted.add(message);
    this.#coverage.push(result.coverage);
    for (const { slice, entries } of result.exits) this.#enter(slice, entries);
    return true;
  }

  #enter(slice: SliceName, encoded: string): void {
    if (this.#begun.has(slice) || this.#done.has(slice))
      throw new Error(`slice ${slice} is entered after it has begun`);
    let entries = this.#waiting.get(slice);
    if (entries === undefined) this.#waiting.set(slice, (entries = new Entries()));
    for (const { lane0, lane1, schedule } of decodeEntries(encoded)) entries.add(lane0, lane1, schedule);
  }

  /** Nothing is left to do. */
  get over(): boolean {
    return this.#waiting.size === 0 && this.#begun.size === 0;
  }

  /** As many states were seen after the first finding as were asked for. */
  enough(further: number): boolean {
    return this.#stats.states >= this.#foundAt + further;
  }

  /** Parts so far: done, being searched, and known of besides. */
  get counts(): { done: number; begun: number; waiting: number } {
    return { done: this.#done.size, begun: this.#begun.size, waiting: this.#waiting.size };
  }

  get stats(): Readonly<Stats> {
    return { ...this.#stats, frontier: this.#waiting.size + this.#begun.size };
  }

  /** All parts together; where some are left, the space was not exhausted. */
  get result(): Exhaustive & { coverage: CoverageReport | null } {
    const findings = [...this.#findings.values()];
    const exhausted = this.over && this.#complete;
    return {
      outcome: findings.length > 0 ? 'found' : exhausted ? 'exhausted' : 'budget',
      stats: { ...this.stats },
      findings,
      accepted: [...this.#accepted],
      coverage: this.#coverage.length > 0 ? mergeCoverage(this.#coverage) : null,
    };
  }
}
