import { describe, expect, it } from 'vitest';
import { Traces } from '../../../src/explore/reduction/traces.ts';
import { DepthFirst } from '../../../src/explore/search/depth-first.ts';
import { Rng } from '../../../src/explore/search/rng.ts';
import { Context } from '../../../src/explore/search/search.ts';
import { Violation } from '../../../src/explore/search/world.ts';
import { LONG, WHOLE } from '../../tooling/long.ts';
import { fileSystem, indexer, lastZero, oneLock, philosophers, readers } from './known-programs.ts';
import { SharedProgram, type ThreadBody } from './shared-program.ts';

/** Larger ones take seconds. */
const LARGER: [string, ThreadBody[], number][] = [
  ['readers 10', readers(10), 1024],
  ['last-zero 10', lastZero(10), 3328],
  ['indexer 14', indexer(14), 512],
  ['file-system 20', fileSystem(20), 128],
  ['one lock, 6 threads', oneLock(6), 720],
];

const budget = { states: 5_000_000, seconds: 60, memory: 2 ** 32 };

function search(bodies: readonly ThreadBody[], strategy: Traces | DepthFirst) {
  const world = new SharedProgram(bodies);
  const context = new Context(world, budget, { further: Number.POSITIVE_INFINITY });
  const outcome = strategy.search(context);
  return { outcome, ends: [...world.ends].sort(), found: [...context.findings.keys()].sort() };
}

function count(bodies: readonly ThreadBody[]) {
  const traces = new Traces();
  const { outcome } = search(bodies, traces);
  return { outcome, complete: traces.complete, blocked: traces.blocked };
}

describe('known counts', () => {
  for (const [name, bodies, complete] of [
    ['readers 5', readers(5), 32],
    ['last-zero 5', lastZero(5), 64],
    ['last-zero 6', lastZero(6), 144],
    ['indexer 11', indexer(11), 1],
    ['indexer 12', indexer(12), 8],
    ['indexer 13', indexer(13), 64],
    ['file-system 13', fileSystem(13), 1],
    ['file-system 14', fileSystem(14), 2],
    ['file-system 16', fileSystem(16), 8],
    ['one lock, 4 threads', oneLock(4), 24],
    ['philosophers 3', philosophers(3), 7],
    ['philosophers 4', philosophers(4), 15],
    ...(LONG ? LARGER : []),
  ] as [string, ThreadBody[], number][]) {
    it(`of ${name}: ${complete}`, () => {
      expect(count(bodies)).toMatchObject({ outcome: 'exhausted', complete });
    });
  }
});

/** A program of two or three threads, each a few reads and writes of a few variables, with a lock around some. */
function randomProgram(seed: number): ThreadBody[] {
  const rng = new Rng(seed);
  return Array.from({ length: 2 + rng.below(2) }, (): ThreadBody => {
    const steps = Array.from({ length: 1 + rng.below(3) }, () => [rng.below(4), rng.below(2), rng.below(2)]);
    const locked = rng.below(3) === 0;
    const breaks = rng.below(2) === 0;
    return function* (shared) {
      if (locked) {
        yield shared.lock('l');
        shared.write('l', 1);
      }
      let sum = 1;
      for (const [kind, from, to] of steps) {
        // Waits for what another may never write, or has yet to write.
        if (kind === 3)
          yield { label: `x${from}`, ready: () => (shared.read(`x${from}`) === 0) === (to === 0) };
        else yield 'step';
        if (kind === 0) sum = sum * 3 + shared.read(`x${from}`);
        else shared.write(`x${to}`, kind === 1 ? sum : shared.read(`x${from}`) + 1);
      }
      if (locked) {
        yield 'unlock';
        shared.write('l', 0);
      }
      yield 'done';
      // What breaks ends the schedule.
      if (breaks && sum % 4 === 0) throw new Violation('sum', String(sum));
      shared.write(`sum${steps.join()}`, sum);
    };
  });
}

describe('one schedule for each trace', () => {
  it('lets a thread go first that waits, where what it waits for can come first', () => {
    const bodies: ThreadBody[] = [
      function* (shared) {
        yield { label: 'go', ready: () => shared.read('go') === 1 };
        if (shared.read('x') === 0) throw new Violation('x', 'is not written yet');
      },
      function* (shared) {
        yield 'write';
        shared.write('x', 1);
      },
      function* (shared) {
        yield 'signal';
        shared.write('go', 1);
      },
    ];
    expect(search(bodies, new Traces()).found).toEqual(['x\nis not written yet']);
  });

  it('ends wherever some schedule ends, and says so where a violation cut it short, in random programs', {
    timeout: 1_200_000,
  }, () => {
    for (let seed = 1; seed <= (WHOLE ? 2000 : LONG ? 150 : 12); seed++) {
      const bodies = randomProgram(seed);
      const all = search(bodies, new DepthFirst({ hashing: false }));
      const reduced = search(bodies, new Traces());
      // Where a violation has ended a schedule, it does not claim to have seen everything.
      if (reduced.outcome === 'budget') {
        expect(reduced.found.length).toBeGreaterThan(0);
        expect(all.found).toEqual(expect.arrayContaining(reduced.found));
      } else expect({ seed, ...reduced }).toEqual({ seed, ...all });
    }
  });
});
