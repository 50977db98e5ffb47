/**
 * Every state of a small address space and every request to it: a few pages, a few mappings, each of an object at an
 * offset that continues its neighbours' or does not, of another object, or sparse.
 */
import { compareAllPages, compareLeftovers, compareVmas } from './compare.ts';
import { drawAll } from './drawing.ts';
import { NaiveVm, PAGE } from './naive.ts';
import { type Request, SPARSE_NOEXEC, VmUnderTest } from './vm-under-test.ts';

/** How a mapping of a page relates to the others: see `request()`. */
export type Kind = 'contiguous' | 'apart' | 'other' | 'sparse';

export interface SmallWorld {
  kernel: string;
  /** Pages of the space, and mappings in it at most. */
  pages: number;
  mappings: number;
  /** First byte of the space. */
  base: number;
  kinds: readonly Kind[];
  active: boolean;
}

/** A map of pages [from, to), or with kind null an unmap. */
function request(world: SmallWorld, from: number, to: number, kind: Kind | null): Request {
  const where = { va: world.base + from * PAGE, size: (to - from) * PAGE };
  switch (kind) {
    case null:
      return where;
    case 'contiguous':
      return { ...where, bo: 0, offset: from * PAGE };
    case 'apart':
      return { ...where, bo: 0, offset: (from + world.pages + 1) * PAGE };
    case 'other':
      return { ...where, bo: 1, offset: from * PAGE, flags: 1 };
    case 'sparse':
      return { ...where, bo: 0, flags: SPARSE_NOEXEC };
  }
}

/** All sets of at most `left` mappings in pages from `from` on, in address order. */
function* states(world: SmallWorld, from: number, left: number): Generator<Request[]> {
  yield [];
  if (left === 0) return;
  for (let start = from; start < world.pages; start++) {
    for (let end = start + 1; end <= world.pages; end++) {
      for (const rest of states(world, end, left - 1)) {
        for (const kind of world.kinds) yield [request(world, start, end, kind), ...rest];
      }
    }
  }
}

/** Everything that can be asked for. */
function requests(world: SmallWorld): Request[] {
  const found: Request[] = [];
  for (let from = 0; from < world.pages; from++) {
    for (let to = from + 1; to <= world.pages; to++) {
      for (const kind of [null, ...world.kinds]) found.push(request(world, from, to, kind));
    }
  }
  return found;
}

/** Plays all of it on one VM; how many cases there were, and the first that went wrong, drawn. */
export function playSmallWorld(world: SmallWorld): { cases: number; failure: string | null } {
  const size = (2 * world.pages + 1) * PAGE;
  const one = new VmUnderTest({
    ...world,
    objects: [
      [size, 'pages'],
      [size, 'pages'],
    ],
  });
  const { vm, naive, objects } = one;
  const everything = { va: world.base, size: world.pages * PAGE };
  const asked = requests(world);
  let cases = 0;
  for (const state of states(world, 0, world.mappings)) {
    for (const what of asked) {
      // In the order of addresses and against it in turns: the store of VMAs must not care.
      const order = cases++ % 2 === 0 ? state : state.toReversed();
      try {
        for (const mapping of order) one.apply(mapping);
        one.apply(what);
      } catch (e) {
        return { cases, failure: tell(world, state, what, naive, (e as Error).message) };
      }
      const wrong =
        compareVmas(vm, naive, objects) ?? compareAllPages(vm, naive, objects) ?? compareLeftovers([vm]);
      if (wrong !== null) return { cases, failure: tell(world, state, what, naive, wrong) };
      if (one.bind(everything) !== 0 || vm.vmas.count !== 0) {
        return { cases, failure: tell(world, state, what, naive, 'unmapping everything left something') };
      }
      naive.clear();
    }
  }
  return { cases, failure: one.destroy() };
}

function tell(
  world: SmallWorld,
  state: readonly Request[],
  what: Request,
  after: NaiveVm,
  why: string,
): string {
  const { base, pages, kernel } = world;
  const old = new NaiveVm(base, pages);
  const asked = new NaiveVm(base, pages);
  for (const one of state) old.map(one.va, one.size, one.bo ?? 0, one.offset ?? 0, one.flags ?? 0);
  asked.map(what.va, what.size, what.bo ?? 0, what.offset ?? 0, what.flags ?? 0);
  const verb = what.bo === undefined ? 'unmap' : 'map';
  return [
    `on ${kernel}: ${why}`,
    drawAll(
      [
        ['there', old.vmas()],
        [verb, asked.vmas()],
        ['expected', after.vmas()],
      ],
      base,
      PAGE,
    ),
  ].join('\n');
}
