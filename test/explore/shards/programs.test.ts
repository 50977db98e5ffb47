/** Shards of random programs whose schedules meet in the same states, some of which go round for ever. */
import { describe, expect, it } from 'vitest';
import { DepthFirst } from '../../../src/explore/search/depth-first.ts';
import { Rng } from '../../../src/explore/search/rng.ts';
import { Context, type Strategy } from '../../../src/explore/search/search.ts';
import { Choice, Violation } from '../../../src/explore/search/world.ts';
import { ShardSearch } from '../../../src/explore/shards/shard-search.ts';
import { Hasher } from '../../../src/explore/state/hash.ts';
import { LONG } from '../../tooling/long.ts';
import { SharedProgram, type ThreadBody } from '../reduction/shared-program.ts';

/** What a thread keeps to itself is among the values that are shared, and no step is noted for it. */
class HashedProgram extends SharedProgram {
  readonly #hasher = new Hasher();
  readonly seen = new Set<string>();

  override fingerprint(lanes?: Int32Array): void {
    const values = [...this.shared.values].sort(([a], [b]) => (a < b ? -1 : 1));
    const hash = this.#hasher
      .reset()
      .value(JSON.stringify([values, this.threads.map(({ point }) => point === null)]));
    if (lanes !== undefined) [lanes[0], lanes[1]] = [hash.lane0 || 1, hash.lane1 || 1];
  }

  override visited(): void {
    const lanes = new Int32Array(2);
    this.fingerprint(lanes);
    this.seen.add(lanes.join());
  }
}

type Instruction = 'read' | 'write' | 'copy' | 'wait' | 'choose';

/** Two or three threads with a few instructions each, over two variables of three values; some begin again for ever. */
function randomProgram(seed: number): ThreadBody[] {
  const rng = new Rng(seed);
  const kinds: Instruction[] = ['read', 'write', 'copy', 'wait', 'choose'];
  return Array.from({ length: 2 + rng.below(2) }, (_, thread): ThreadBody => {
    const code = Array.from({ length: 1 + rng.below(3) }, () => ({
      kind: kinds[rng.below(kinds.length)],
      from: `x${rng.below(3)}`,
      to: `x${rng.below(3)}`,
    }));
    const loops = rng.below(5) === 0;
    const breaks = rng.below(4) === 0;
    return function* (shared) {
      const own = (what: string, value: number): void =>
        void shared.values.set(`${what} of ${thread}`, value);
      let sum = thread;
      do {
        for (const [at, { kind, from, to }] of code.entries()) {
          own('place', at);
          own('sum', sum);
          const choice = new Choice('which variable', 2);
          if (kind === 'choose') yield choice;
          else if (kind === 'wait') yield { label: from, ready: () => shared.read(from) !== 1 };
          else yield kind;
          if (kind === 'read') sum = (sum + shared.read(from)) % 3;
          else if (kind === 'write') shared.write(to, sum);
          else if (kind === 'choose') shared.write(choice.chosen === 0 ? from : to, 2);
          else if (kind === 'copy') shared.write(to, (shared.read(from) + 1) % 3);
          if (breaks && sum === 2) throw new Violation('sum', `of ${thread}`);
        }
      } while (loops);
      own('place', -1);
      own('sum', sum);
    };
  });
}

/** All states that some search sees, and what they find; of what never ends, that it does not. */
function search(bodies: readonly ThreadBody[], strategies: readonly Strategy[]) {
  const world = new HashedProgram(bodies);
  const found = new Set<string>();
  for (const strategy of strategies) {
    const budget = { states: 1_000_000, seconds: 60, memory: 2 ** 32 };
    const context = new Context(world, budget, { further: Number.POSITIVE_INFINITY });
    expect(strategy.search(context)).not.toBe('budget');
    for (const key of context.findings.keys()) found.add(key.includes('livelock') ? 'livelock' : key);
  }
  return { states: world.seen, found: [...found].sort() };
}

describe('shards of random programs', () => {
  it('see together what one search sees, livelocks included', () => {
    let livelocks = 0;
    for (let seed = 1; seed <= (LONG ? 150 : 20); seed++) {
      const bodies = randomProgram(seed);
      const all = search(bodies, [new DepthFirst({ hashing: true })]);
      if (all.found.includes('livelock')) livelocks++;
      // Which gives up noting steps at once, and searches again where there is a circle.
      const unnoted = search(bodies, [new DepthFirst({ hashing: true, noted: 0 })]);
      expect({ seed, found: unnoted.found }).toEqual({ seed, found: all.found });
      for (const count of [1, 2, 3]) {
        const shards = Array.from({ length: count }, (_, i) => new ShardSearch({ index: i + 1, count }));
        const together = search(bodies, shards);
        expect({ seed, count, found: together.found }).toEqual({ seed, count, found: all.found });
        expect({ seed, count, states: [...together.states].sort() }).toEqual({
          seed,
          count,
          states: [...all.states].sort(),
        });
      }
    }
    expect(livelocks).toBeGreaterThan(1);
  });
});
