import { describe, expect, it } from 'vitest';
import { BreadthFirst } from '../../src/explore/search/breadth-first.ts';
import { DelayBounded } from '../../src/explore/search/delay-bounded.ts';
import { DepthFirst } from '../../src/explore/search/depth-first.ts';
import { PctPicker } from '../../src/explore/search/pct.ts';
import { Program } from '../../src/explore/search/program.ts';
import { UniformPicker, Walks } from '../../src/explore/search/random-walk.ts';
import { type Budget, Context, NondeterminismError, type Strategy } from '../../src/explore/search/search.ts';
import type { World } from '../../src/explore/search/world.ts';
import { type Body, choices, independent, lostUpdate, needle, peterson, philosophers } from './programs.ts';

const budget: Budget = { states: 1_000_000, seconds: 60, memory: 2 ** 32 };
const factorial = (n: number): number => (n < 2 ? 1 : n * factorial(n - 1));
const choose = (n: number, k: number): number => factorial(n) / factorial(k) / factorial(n - k);

function search(world: World, strategy: Strategy, limits: Partial<Budget> = {}, all = false) {
  const context = new Context(
    world,
    { ...budget, ...limits },
    { further: all ? Number.POSITIVE_INFINITY : 0 },
  );
  const outcome = strategy.search(context);
  const finding = [...context.findings.values()][0];
  return { outcome, ...context.stats, finding, findings: context.findings };
}

const hashed = () => new DepthFirst({ hashing: true });
const plain = () => new DepthFirst({ hashing: false });

describe('exhaustive search', () => {
  for (const [n, k] of [
    [1, 5],
    [2, 3],
    [3, 2],
    [3, 3],
    [4, 2],
    [2, 6],
  ]) {
    it(`finds (k+1)^n states for n=${n} independent threads of k=${k} steps, in either order`, () => {
      for (const strategy of [new BreadthFirst(), hashed()]) {
        const result = search(independent(n, k), strategy);
        expect(result.outcome).toBe('exhausted');
        expect(result.states).toBe((k + 1) ** n);
        expect(result.depth).toBe(n * k);
      }
    });

    it(`finds C(n+k, n) states up to symmetry for n=${n}, k=${k}`, () => {
      expect(search(independent(n, k, true), new BreadthFirst()).states).toBe(choose(n + k, n));
    });

    it(`runs each of the (nk)!/(k!)^n interleavings of n=${n}, k=${k} once when it does not hash`, () => {
      const result = search(independent(n, k), plain());
      expect(result.outcome).toBe('exhausted');
      expect(result.schedules).toBe(factorial(n * k) / factorial(k) ** n);
    });
  }

  it('follows every way at a choice of the machine', () => {
    expect(search(choices(4, 3), new BreadthFirst()).states).toBe((3 ** 5 - 1) / 2);
    expect(search(choices(4, 3), plain()).schedules).toBe(3 ** 4);
    const { finding } = search(choices(4, 3, [2, 0, 1]), new BreadthFirst());
    expect(finding.violation.message).toBe('2,0,1');
    expect(finding.schedule).toHaveLength(3);
  });

  it('finds the deadlock of n philosophers in n steps, and none where one of them is polite', () => {
    for (const n of [2, 3, 4, 5]) {
      const { outcome, finding } = search(philosophers(n, false), new BreadthFirst());
      expect(outcome).toBe('found');
      expect(finding.violation.invariant).toBe('deadlock');
      expect(finding.schedule).toHaveLength(n);
      expect(search(philosophers(n, true), new BreadthFirst()).outcome).toBe('exhausted');
    }
  });

  it("proves Peterson's lock and breaks it without the turn", () => {
    expect(search(peterson(false), new BreadthFirst()).outcome).toBe('exhausted');
    const { finding } = search(peterson(true), new BreadthFirst());
    expect(finding.violation.invariant).toBe('mutual-exclusion');
    expect(finding.schedule).toHaveLength(8);
  });

  it('finds the lost update with the fewest steps first', () => {
    const { finding } = search(lostUpdate(3, false), new BreadthFirst());
    expect(finding.schedule).toHaveLength(4);
    expect(search(lostUpdate(3, true), new BreadthFirst()).outcome).toBe('exhausted');
  });

  it('says the same with and without hashing and symmetry', () => {
    const programs: [string, () => World][] = [
      ['philosophers', () => philosophers(3, false)],
      ['polite philosophers', () => philosophers(3, true)],
      ['peterson', () => peterson(false)],
      ['broken peterson', () => peterson(true)],
      ['lost update', () => lostUpdate(2, false)],
      ['locked update', () => lostUpdate(2, true)],
      ['needle', () => needle(3)],
      ['independent, symmetric', () => independent(3, 2, true)],
      ['independent', () => independent(3, 2, false)],
    ];
    for (const [name, make] of programs) {
      const verdicts = [new BreadthFirst(), hashed(), plain()].map((strategy) => {
        const { outcome, finding } = search(make(), strategy);
        return `${name}: ${outcome} ${finding?.violation.invariant}`;
      });
      expect(new Set(verdicts).size, verdicts.join('; ')).toBe(1);
    }
  });

  it('goes on after a finding when everything that breaks is asked for', () => {
    const { findings, outcome } = search(peterson(true), new BreadthFirst(), {}, true);
    expect(outcome).toBe('found');
    expect([...findings.keys()]).toEqual(['mutual-exclusion\nboth are inside']);
    expect(search(philosophers(3, false), new BreadthFirst(), {}, true).states).toBeGreaterThan(
      search(philosophers(3, false), new BreadthFirst()).states,
    );
  });

  it('finds states from which no end can be reached, by the fewest steps', () => {
    /** Two who give way to each other for ever, once both have begun. */
    const polite = (waits: boolean) =>
      new Program({
        state: () => ({ wants: [false, false], at: [0, 0] }),
        threads: (s) =>
          [0, 1].map((me) => ({
            name: `t${me}`,
            body: (function* (): Body {
              yield 'begin';
              s.wants[me] = true;
              s.at[me] = 1;
              yield 'look';
              while (s.wants[1 - me]) {
                s.at[me] = 2;
                yield 'give way';
                if (!waits) break;
              }
              s.wants[me] = false;
            })(),
          })),
        local: (s, i) => s.at[i],
      });
    const { outcome, findings } = search(polite(true), new DepthFirst({ hashing: true }));
    expect(outcome).toBe('found');
    const [finding] = [...findings.values()];
    expect(finding.violation.message).toBe('livelock: from here on t0, t1 can never end');
    expect(finding.schedule).toHaveLength(2);
    expect(search(polite(false), new DepthFirst({ hashing: true })).outcome).toBe('exhausted');
  });

  it('stops at the budget and does not call that exhausted', () => {
    const result = search(independent(4, 6), new BreadthFirst(), { states: 500 });
    expect(result.outcome).toBe('budget');
    expect(result.states).toBeLessThanOrEqual(500);
    expect(search(independent(6, 12), new BreadthFirst(), { seconds: 0.05 }).outcome).toBe('budget');
  });

  it('notices a program that does not do the same thing twice', () => {
    let resets = 0;
    const fickle = new Program({
      state: () => ({ n: resets++ > 3 ? 1 : 0 }),
      threads: () =>
        [0, 1].map((i) => ({
          name: `t${i}`,
          body: (function* () {
            yield 'a';
            yield 'b';
          })(),
        })),
    });
    expect(() => search(fickle, new BreadthFirst({ verifyEvery: 1 }))).toThrow(NondeterminismError);
  });
});

describe('what runs when the space is too big', () => {
  it('covers exactly one schedule without delays, and all of them with enough', () => {
    expect(search(independent(3, 2), new DelayBounded(0)).schedules).toBe(1);
    const all = factorial(6) / factorial(2) ** 3;
    expect(search(independent(3, 2), new DelayBounded(100)).schedules).toBe(all);
    let last = 1;
    for (let delays = 1; delays <= 3; delays++) {
      const { schedules, outcome } = search(independent(3, 2), new DelayBounded(delays));
      expect(outcome).toBe('covered');
      expect(schedules).toBeGreaterThan(last);
      expect(schedules).toBeLessThan(all);
      last = schedules;
    }
  });

  it('finds the lost update with one delay and not with none', () => {
    expect(search(lostUpdate(2, false), new DelayBounded(0)).outcome).toBe('covered');
    expect(search(lostUpdate(2, false), new DelayBounded(1)).outcome).toBe('found');
  });

  it('finds by chance what exhaustive search finds', () => {
    const programs: [() => World, string][] = [
      [() => philosophers(4, false), 'deadlock'],
      [() => peterson(true), 'mutual-exclusion'],
      [() => lostUpdate(3, false), 'lost-update'],
      [() => needle(4), 'needle'],
      [() => choices(4, 3, [2, 0, 1]), 'wrong'],
    ];
    for (const [make, invariant] of programs) {
      for (const picker of [new UniformPicker(), new PctPicker(7, 12)]) {
        const { finding } = search(make(), new Walks('walks', picker, { seed: 1, runs: 20_000 }));
        expect(finding?.violation.invariant).toBe(invariant);
      }
    }
  });

  it('hits a bug of depth 2 with PCT at least as often as its paper promises', () => {
    let hits = 0;
    for (let seed = 0; seed < 400; seed++) {
      const walk = new Walks('pct', new PctPicker(1, 4), { seed, runs: 1 });
      if (search(lostUpdate(2, false), walk).outcome === 'found') hits++;
    }
    expect(hits / 400).toBeGreaterThanOrEqual(1 / (2 * 4));
  });

  it('walks the same way for the same seed', () => {
    const once = (seed: number) =>
      search(needle(4), new Walks('w', new UniformPicker(), { seed })).finding.schedule;
    expect(once(7)).toEqual(once(7));
  });

  it('finds nothing by chance where there is nothing', () => {
    for (const picker of [new UniformPicker(), new PctPicker(3, 12)]) {
      const walk = new Walks('walks', picker, { seed: 1, runs: 2_000 });
      expect(search(peterson(false), walk).outcome).toBe('covered');
    }
  });
});
