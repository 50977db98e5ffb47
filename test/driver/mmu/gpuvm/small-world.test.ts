import { describe, expect, it } from 'vitest';
import { LONG } from '../../../tooling/long.ts';
import { PAGE } from './naive.ts';
import { type Kind, playSmallWorld, type SmallWorld } from './small-world.ts';

/** A space that crosses a boundary between two tables of every level, at 512 GiB, and one in the midst of a table. */
const BOUNDARY = 2 ** 39 - 3 * PAGE;
const MIDST = 0x1234 * PAGE;

function world(
  kernel: string,
  pages: number,
  mappings: number,
  base: number,
  active: boolean,
  kinds: Kind[],
): SmallWorld {
  return { kernel, pages, mappings, base, kinds, active };
}

const WORLDS = [
  world('6.12', 6, 3, BOUNDARY, false, ['contiguous', 'apart']),
  world('atomic-v4', 6, 3, MIDST, true, ['contiguous', 'other']),
  world('7.2', 6, 3, BOUNDARY, true, ['contiguous', 'other']),
  world('next', 6, 2, MIDST, false, ['contiguous', 'apart', 'sparse']),
];

/** Minutes each: `npm run test:slow`. */
const SLOW_WORLDS = [
  world('6.12', 7, 3, MIDST, true, ['contiguous', 'apart', 'other']),
  world('atomic-v4', 7, 3, BOUNDARY, false, ['contiguous', 'apart']),
  world('7.2', 8, 3, BOUNDARY, false, ['contiguous', 'sparse']),
  world('next', 7, 3, MIDST, true, ['contiguous', 'other', 'sparse']),
];

function choose(n: number, k: number): number {
  return k === 0 ? 1 : (choose(n - 1, k - 1) * n) / k;
}

/**
 * How many states and requests there are: k mappings are cut out of p pages in C(p + k, 2k) ways; a request has a range
 * in one of C(p + 1, 2) ways, and unmaps or maps.
 */
function cases({ pages, mappings, kinds }: SmallWorld): number {
  let states = 0;
  for (let k = 0; k <= mappings; k++) states += choose(pages + k, 2 * k) * kinds.length ** k;
  return states * choose(pages + 1, 2) * (kinds.length + 1);
}

describe('every request to every state of a small address space ends as the array of pages says', () => {
  for (const one of LONG ? [...WORLDS, ...SLOW_WORLDS] : WORLDS) {
    const { kernel, pages, mappings, kinds } = one;
    const what = `${cases(one)} cases on ${kernel}: ${pages} pages, up to ${mappings} mappings`;
    it(`in ${what} (${kinds.join(', ')})`, () => {
      expect(playSmallWorld(one)).toEqual({ cases: cases(one), failure: null });
    }, 1_800_000);
  }

  it('which are tens of thousands', () => {
    expect(WORLDS.reduce((sum, one) => sum + cases(one), 0)).toBeGreaterThan(200_000);
  });
});
