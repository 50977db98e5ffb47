/** A space that is searched by parts: the same states, findings and coverage, each state in one part. */
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { decodeEntries, Entries, encodeEntries } from '../../src/explore/parts/entries.ts';
import type * as Ledgers from '../../src/explore/parts/ledger.ts';
import type { Part, PartResult, Space } from '../../src/explore/parts/part.ts';
import type * as Searchers from '../../src/explore/parts/searcher.ts';
import type * as Services from '../../src/explore/parts/service.ts';
import { leadsTo } from '../../src/explore/parts/slice.ts';
import { DriverWorld, explore, kernel, loadScenario } from './interleaved.ts';

const built = <T>(file: string): Promise<T> =>
  import(pathToFileURL(resolve(import.meta.dirname, '../../dist/interleaved/src/explore/parts', file)).href);
const { searchByParts } = await built<typeof Services>('service.js');
const { PartSearcher } = await built<typeof Searchers>('searcher.js');
const { Ledger } = await built<typeof Ledgers>('ledger.js');

const budget = { states: 100_000, seconds: 600, memory: 4 * 2 ** 30 };

/** Searches parts here, and hands each result back `times` times. */
class Here implements Services.PartService {
  readonly results: PartResult[] = [];
  readonly #searcher = new PartSearcher();
  readonly #queue: Part[] = [];
  readonly #times: number;
  #again: PartResult[] = [];
  #space!: Space;

  constructor(times: number) {
    this.#times = times;
  }

  async begin(space: Space): Promise<void> {
    this.#space = structuredClone(space);
  }

  async submit(part: Part): Promise<void> {
    this.#queue.push(part);
  }

  async next(): Promise<PartResult | null> {
    const again = this.#again.pop();
    if (again !== undefined) return again;
    // The last one first: any order will do.
    const part = this.#queue.pop();
    if (part === undefined) return null;
    const result = JSON.parse(JSON.stringify(this.#searcher.search(this.#space, part))) as PartResult;
    this.results.push(result);
    this.#again = Array(this.#times - 1).fill(result);
    return result;
  }

  async report(): Promise<void> {}
  async end(): Promise<void> {}
}

describe('a search by parts', () => {
  for (const [name, verdict] of [
    ['reset-while-sync-binding', 'found'],
    ['reset-while-rebinding', 'exhausted'],
  ]) {
    it(`sees of ${name} what one search sees, and counts what comes twice once`, async () => {
      const scenario = loadScenario(name);
      const { check, accept } = scenario;
      const one = new DriverWorld(scenario, kernel('7.2'), check);
      const alone = explore(one, { budget, accept, shorten: false });
      const calls = one.harness.coverage.report().calls;
      const service = new Here(2);
      const world = new DriverWorld(scenario, kernel('7.2'), check);
      const found = await searchByParts(world, kernel('7.2'), check, {
        ...{ service, budget, further: 100_000, accept },
      });
      expect(found.outcome).toBe(verdict);
      expect(found.stats.states).toBe(alone.stats.states);
      expect(found.coverage?.calls).toEqual(calls);
      const keys = (list: readonly { violation: Error }[]) => list.map((x) => x.violation.message).sort();
      expect(keys(found.findings)).toEqual(keys(alone.findings));
      expect(service.results.length).toBe(12);
      expect(found.stats.steps).toBeLessThan(alone.stats.steps * 1.3);
    });
  }

  it('is bounded where a part was not seen to its end', async () => {
    const scenario = loadScenario('reset-while-rebinding');
    const world = new DriverWorld(scenario, kernel('7.2'), scenario.check);
    const found = await searchByParts(world, kernel('7.2'), scenario.check, {
      ...{ service: new Here(1), budget: { ...budget, states: 200 }, further: 0, accept: [] },
    });
    expect(found.outcome).toBe('budget');
    // Parts that are under way at the same time do not know of each other.
    expect(found.stats.states).toBeGreaterThanOrEqual(200);
    expect(found.stats.states).toBeLessThan(600);
  });

  it('refuses a space of another version', () => {
    const { name, source, check } = loadScenario('two-binders');
    const space = { scenario: { name, source }, kernel: '7.2', switched: [], invariants: check, accept: [] };
    const part = { slice: '0.0.0', entries: '', budget, further: 0 };
    expect(() => new PartSearcher().search({ ...space, digest: '0123' }, part)).toThrow(
      "the exploration of two-binders is another version's: its digest is 0123",
    );
  });
});

describe('the ledger of parts', () => {
  it('lets a slice begin when nothing leads to it any more', () => {
    expect(leadsTo('0.1', '1.1')).toBe(true);
    expect(leadsTo('1.0', '0.1')).toBe(false);
    const entries = new Entries();
    entries.add(5, 6, Uint8Array.of(1, 2));
    const exit = (slice: string) => ({ slice, entries: encodeEntries(entries.sorted()) });
    const result = (slice: string, ...exits: string[]): PartResult => ({
      ...{ slice, complete: true, states: 1, schedules: 1, steps: 1, depth: 1, findings: [], accepted: [] },
      ...{ coverage: { calls: [], waitedAtLock: 0, staleTlb: 0, staleL2: 0, devEnterFailed: 0 } },
      exits: exits.map(exit),
    });
    const ledger = new Ledger('0.0', 1, 1);
    const slices = () => ledger.take().map(({ slice }) => slice);
    expect(slices()).toEqual(['0.0']);
    expect(ledger.add(result('0.0', '1.0', '0.1', '1.1'))).toBe(true);
    expect(ledger.add(result('0.0', '1.0'))).toBe(false);
    expect(slices()).toEqual(['1.0', '0.1']);
    ledger.add(result('1.0', '1.1'));
    expect(slices()).toEqual([]);
    ledger.add(result('0.1'));
    expect(slices()).toEqual(['1.1']);
    expect(ledger.over).toBe(false);
    ledger.add(result('1.1'));
    expect(ledger.over).toBe(true);
    expect(ledger.result.stats.states).toBe(4);
  });
});

describe('entries', () => {
  it('come back from text as they were, short ones first, and corrupt text is refused', () => {
    const entries = new Entries();
    entries.add(1, -2, Uint8Array.of(3, 1, 2));
    entries.add(7, 8, Uint8Array.of(9));
    entries.add(1, -2, Uint8Array.of(3, 1, 1));
    entries.add(1, -2, Uint8Array.of(3, 2, 0));
    const text = encodeEntries(entries.sorted());
    expect(decodeEntries(text)).toEqual([
      { lane0: 7, lane1: 8, schedule: Uint8Array.of(9) },
      { lane0: 1, lane1: -2, schedule: Uint8Array.of(3, 1, 1) },
    ]);
    expect(() => decodeEntries(text.slice(0, 8))).toThrow(RangeError);
    expect(() => decodeEntries('%%%')).toThrow(RangeError);
  });
});
