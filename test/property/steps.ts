/** What happens to the VMs of a device, as data: generated, reduced, printed and kept as fixtures. */
import fc from 'fast-check';
import { BACKINGS, type BackingKind } from '../driver/mmu/gpuvm/backing.ts';

/** A page range within a VM's window of `WINDOW` pages. */
export interface Place {
  page: number;
  length: number;
}

/**
 * `vm` and `bo` count among those that there are at that moment, modulo their number. `stuck`: that many polls of the AS
 * later, one never sees its command end; 7.x only.
 */
export type Step =
  | { do: 'create-vm'; where: number }
  | { do: 'destroy-vm'; vm: number }
  | { do: 'create-bo'; pages: number; backing: BackingKind | 'beyond'; exclusive: number }
  | { do: 'close-bo'; bo: number }
  | ({
      do: 'map';
      vm: number;
      bo: number;
      offset: number;
      flags: number;
      async: boolean;
      oom: boolean;
      stuck: number;
    } & Place)
  | ({ do: 'map-sparse'; vm: number; flags: number; async: boolean } & Place)
  | ({ do: 'unmap'; vm: number; async: boolean; stuck: number } & Place)
  | { do: 'run-jobs'; vm: number; most: number }
  | { do: 'active'; vm: number }
  | { do: 'idle'; vm: number }
  | { do: 'fault'; vm: number }
  | { do: 'reset' }
  | { do: 'suspend' }
  | { do: 'resume' }
  | { do: 'unplug' };

/** Pages of the part of an address space that a life plays in: three blocks of 2 MiB. */
export const WINDOW = 1536;

const index = fc.nat({ max: 11 });

/** Whole blocks, a few pages, pages around a block's edge, or anything. */
const place: fc.Arbitrary<Place> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({ page: fc.nat({ max: 8 }), length: fc.integer({ min: 1, max: 8 }) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ page: fc.nat({ max: WINDOW - 1 }), length: fc.integer({ min: 1, max: 40 }) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      page: fc.constantFrom(0, 512, 1024),
      length: fc.constantFrom(512, 512, 1024, 1536),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      page: fc.integer({ min: 508, max: 516 }),
      length: fc.constantFrom(1, 2, 4, 504, 508, 512, 516),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ page: fc.nat({ max: WINDOW - 1 }), length: fc.integer({ min: 1, max: WINDOW }) }),
  },
);

const stuck = fc.oneof(
  { weight: 12, arbitrary: fc.constant(-1) },
  { weight: 1, arbitrary: fc.nat({ max: 1 }) },
);
const rarely = fc.oneof(
  { weight: 15, arbitrary: fc.constant(false) },
  { weight: 1, arbitrary: fc.constant(true) },
);
/** READONLY, NOEXEC, UNCACHED. */
const flags = fc.nat({ max: 7 });
/** Pages into the object; those of a multiple of 512 let blocks be blocks. */
const offset = fc.oneof(fc.constant(0), fc.constant(512), fc.nat({ max: 1100 }));

export const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 40, arbitrary: fc.record({ do: fc.constant('create-vm' as const), where: fc.nat({ max: 3 }) }) },
  { weight: 12, arbitrary: fc.record({ do: fc.constant('destroy-vm' as const), vm: index }) },
  {
    weight: 40,
    arbitrary: fc.record({
      do: fc.constant('create-bo' as const),
      pages: fc.constantFrom(1, 3, 16, 511, 512, 700, 1024, 1536),
      backing: fc.constantFrom(...BACKINGS, ...BACKINGS, 'beyond' as const),
      exclusive: fc.oneof({ weight: 4, arbitrary: fc.constant(-1) }, { weight: 1, arbitrary: index }),
    }),
  },
  { weight: 20, arbitrary: fc.record({ do: fc.constant('close-bo' as const), bo: index }) },
  {
    weight: 160,
    arbitrary: fc
      .tuple(
        place,
        fc.record({ vm: index, bo: index, offset, flags, async: fc.boolean(), oom: rarely, stuck }),
      )
      .map(([where, rest]) => ({ do: 'map' as const, ...where, ...rest })),
  },
  {
    weight: 50,
    arbitrary: fc
      .tuple(place, fc.record({ vm: index, flags, async: fc.boolean() }))
      .map(([where, rest]) => ({ do: 'map-sparse' as const, ...where, ...rest })),
  },
  {
    weight: 120,
    arbitrary: fc
      .tuple(place, fc.record({ vm: index, async: fc.boolean(), stuck }))
      .map(([where, rest]) => ({ do: 'unmap' as const, ...where, ...rest })),
  },
  {
    weight: 80,
    arbitrary: fc.record({
      do: fc.constant('run-jobs' as const),
      vm: index,
      most: fc.integer({ min: 1, max: 4 }),
    }),
  },
  { weight: 140, arbitrary: fc.record({ do: fc.constant('active' as const), vm: index }) },
  { weight: 90, arbitrary: fc.record({ do: fc.constant('idle' as const), vm: index }) },
  { weight: 30, arbitrary: fc.record({ do: fc.constant('fault' as const), vm: index }) },
  { weight: 6, arbitrary: fc.constant({ do: 'reset' as const }) },
  { weight: 4, arbitrary: fc.constant({ do: 'suspend' as const }) },
  { weight: 40, arbitrary: fc.constant({ do: 'resume' as const }) },
  { weight: 1, arbitrary: fc.constant({ do: 'unplug' as const }) },
);
