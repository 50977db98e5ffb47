/**
 * The suites that mutations are tried against, each in a size that takes a second or two, without a test runner around
 * it: `node suites.js NAME…` prints what went wrong and exits with 1 at the first suite that fails.
 */
import { checkStream, readStreams } from '../../src/conform/stream.ts';
import { kernel } from '../../src/driver/kernels.ts';
import { DOCUMENTED, playDocumented, SPARSE_VARIANTS, VARIANTS } from '../driver/mmu/gpuvm/documented.ts';
import { BLOCK, PAGE } from '../driver/mmu/gpuvm/naive.ts';
import { playSmallWorld } from '../driver/mmu/gpuvm/small-world.ts';
import { playVmaStore } from '../driver/mmu/gpuvm/vma-model.ts';
import { everyStart, playPartial } from '../driver/mmu/partial.ts';
import { playLives } from '../property/lives.ts';

const KERNELS = ['6.12', 'atomic-v4', '7.2', 'next'];
const BOUNDARY = 2 ** 39 - 2 * PAGE;

type Suite = () => string | null | Promise<string | null>;

function first<T>(all: Iterable<T>, play: (one: T) => string | null): string | null {
  for (const one of all) {
    const wrong = play(one);
    if (wrong !== null) return wrong;
  }
  return null;
}

export const SUITES: Readonly<Record<string, Suite>> = {
  /** Thousands of cases of every kernel. */
  'small-world': () =>
    first(KERNELS, (name) => {
      const sparse = name === '7.2' || name === 'next';
      const kinds = ['contiguous', 'other', sparse ? 'sparse' : 'apart'] as const;
      const active = name !== 'next';
      return playSmallWorld({ kernel: name, pages: 4, mappings: 3, base: BOUNDARY, kinds, active }).failure;
    }),

  /** The fifteen documented cases. */
  documented: () =>
    first(KERNELS, (name) => {
      const variants = name === '7.2' || name === 'next' ? [...VARIANTS, ...SPARSE_VARIANTS] : VARIANTS;
      return first(DOCUMENTED, (one) =>
        first(variants, (variant) =>
          first([PAGE, BLOCK / 2], (unit) => playDocumented(name, one, variant, unit)),
        ),
      );
    }),

  /** Parts of blocks. */
  partial: () =>
    first(KERNELS, (name) => {
      const what = { kernel: name, pages: 512, skew: 0, sparse: false, verb: 'unmap', active: true } as const;
      return (
        playPartial(what, everyStart(512, [1, 2, 511], 17)).failure ??
        playPartial({ ...what, pages: 1500, skew: 13, active: false }, everyStart(1500, [1, 700], 97))
          .failure ??
        playPartial({ ...what, verb: 'map' }, everyStart(512, [1, 511], 61)).failure
      );
    }),

  /** The store of VMAs against a sorted array. */
  'vma-store': () => first([1, 2, 3], (seed) => playVmaStore(seed, 900 * seed, 4000)),

  /** The property suite, at the size of a quarter of a test run, not reduced. */
  lives: () =>
    first(KERNELS, (name) => {
      const failure = playLives({ kernel: name, count: 60, seed: 1, shrink: false });
      return failure === null ? null : `on ${name}: ${failure.why}`;
    }),

  /** The hand-made vectors of all kernels but the two largest streams. */
  vectors: async () => {
    for (const variant of ['7.2', 'atomic-v4', '6.12']) {
      const path = `${process.env.PANTHOR_SHIM_FIXTURES}/vectors/edge-${variant}.jsonl.gz`;
      for await (const stream of readStreams(path, (one) => !/^sparse\/(inactive_)?4k$/.test(one))) {
        const difference = checkStream(stream, kernel(variant));
        if (difference === null) continue;
        const { index, fields } = difference;
        return `${stream.name} on ${variant}, operation ${index}: ${fields.map((f) => f.field).join(', ')}`;
      }
    }
    return null;
  },
};

for (const name of process.argv.slice(2)) {
  let wrong: string | null;
  try {
    wrong = await SUITES[name]();
  } catch (e) {
    wrong = `threw ${(e as Error).message}`;
  }
  if (wrong === null) continue;
  process.stdout.write(`${name}: ${wrong}\n`);
  process.exit(1);
}
