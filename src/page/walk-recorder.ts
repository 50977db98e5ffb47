/** The walks of a mapping that a page keeps: the first one, and each that does not follow from the one before. */
import { PAGE_SIZE } from '../../uapi/sizes.ts';
import { expectedWalk, regionStart, regionsOf, type Walked, type WalkedMapping } from './walks.ts';

/** Regions of 2 MiB that are walked of one mapping, and walks that are kept of it, at most. */
const MOST_REGIONS = 512;
const MOST_SPANS = 64;

export interface MappingWalks {
  /** In the order of addresses; region 0 is the one that the mapping begins in. */
  spans: { region: number; walked: Walked }[];
  /** How many regions of the mapping, from its first one on, the walks tell of. */
  regions: number;
}

/**
 * Walks the first and the last page of each region of a mapping. `walkOf` reads the tables as they are; `regions` bounds how
 * many are looked at.
 */
export function walksOf(
  walkOf: (va: number) => Walked,
  mapping: WalkedMapping,
  rootLevel: number,
  regions: number = MOST_REGIONS,
): MappingWalks {
  const { va, size } = mapping;
  let walked = walkOf(va);
  let from = va;
  const spans = [{ region: 0, walked }];
  const most = Math.min(regionsOf(mapping), regions, MOST_REGIONS);
  for (let region = 0; region < most; region++) {
    const start = regionStart(mapping, region);
    const last = Math.min(va + size, regionStart(mapping, region + 1)) - PAGE_SIZE;
    const here = region === 0 ? walked : walkOf(start);
    if (!same(here, expectedWalk(walked, mapping, from, start, rootLevel))) {
      if (spans.length === MOST_SPANS) return { spans, regions: region };
      [walked, from] = [here, start];
      spans.push({ region, walked });
    }
    // Pages within one region that lie about: nothing is said of them.
    if (!same(walkOf(last), expectedWalk(walked, mapping, from, last, rootLevel)))
      return { spans, regions: region };
  }
  return { spans, regions: most };
}

function same(a: Walked, b: Walked): boolean {
  return (
    a.lo >>> 0 === b.lo >>> 0 &&
    a.hi >>> 0 === b.hi >>> 0 &&
    a.tables.length === b.tables.length &&
    a.tables.every((table, i) => table === b.tables[i])
  );
}
