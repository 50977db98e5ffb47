import { describe, expect, it } from 'vitest';
import { Traces } from '../../../src/explore/reduction/traces.ts';
import type { DepthFirst } from '../../../src/explore/search/depth-first.ts';
import { Context } from '../../../src/explore/search/search.ts';
import { fileSystem, indexer, lastZero, oneLock, philosophers, readers } from './known-programs.ts';
import { SharedProgram, type ThreadBody } from './shared-program.ts';

const budget = { states: 5_000_000, seconds: 60, memory: 2 ** 32 };

function search(bodies: readonly ThreadBody[], strategy: Traces | DepthFirst) {
  const world = new SharedProgram(bodies);
  const context = new Context(world, budget);
  const outcome = strategy.search(context);
  return { outcome, ends: [...world.ends].sort(), stats: context.stats };
}

function count(bodies: readonly ThreadBody[]) {
  const traces = new Traces();
  const { outcome } = search(bodies, traces);
  return { outcome, complete: traces.complete, blocked: traces.blocked };
}

describe('known counts', () => {
  for (const [name, bodies, complete] of [
    ['readers 5', readers(5), 32],
    ['readers 8', readers(8), 256],
    ['last-zero 5', lastZero(5), 64],
    ['last-zero 8', lastZero(8), 704],
    ['indexer 11', indexer(11), 1],
    ['indexer 12', indexer(12), 8],
    ['indexer 13', indexer(13), 64],
    ['file-system 13', fileSystem(13), 1],
    ['file-system 14', fileSystem(14), 2],
    ['file-system 16', fileSystem(16), 8],
    ['file-system 18', fileSystem(18), 32],
    ['one lock, 4 threads', oneLock(4), 24],
    ['one lock, 5 threads', oneLock(5), 120],
    ['philosophers 3', philosophers(3), 7],
    ['philosophers 4', philosophers(4), 15],
  ] as [string, ThreadBody[], number][]) {
    it(`of ${name}: ${complete}`, () => {
      const r = count(bodies);
      console.log(name, r);
      expect(r).toMatchObject({ outcome: 'exhausted', complete });
    });
  }
});
