/** A range taken out of 2 MiB blocks, or mapped over by another object, at one page after the other. */
import { compareAllPages, compareLeftovers, compareVmas } from './gpuvm/compare.ts';
import { BLOCK, PAGE } from './gpuvm/naive.ts';
import { type Request, SPARSE_NOEXEC, VmUnderTest } from './gpuvm/vm-under-test.ts';

export interface Partial {
  kernel: string;
  /** Pages of the mapping that is there, and how many pages beyond a block's start it and its object's offset begin. */
  pages: number;
  skew: number;
  sparse: boolean;
  /** Unmap the range, or map the other object there. */
  verb: 'unmap' | 'map';
  active: boolean;
}

/** [start, length] in pages, start counted from the mapping's first. */
export type Range = readonly [start: number, length: number];

/** All ranges within one block's worth of pages. */
export function* allRanges(): Generator<Range> {
  for (let start = 0; start < 512; start++) {
    for (let length = 1; start + length <= 512; length++) yield [start, length];
  }
}

/** Every start with each of these lengths, as far as they fit in `pages`. */
export function* everyStart(pages: number, lengths: readonly number[], step = 1): Generator<Range> {
  for (const length of lengths) {
    for (let start = 0; start + length <= pages; start += step) yield [start, length];
  }
}

/** Plays all ranges on one VM; how many, and the first that went wrong. */
export function playPartial(
  what: Partial,
  ranges: Iterable<Range>,
): { cases: number; failure: string | null } {
  const { kernel, pages, skew, sparse, verb, active } = what;
  const base = 2 ** 30 - BLOCK;
  const window = Math.ceil((skew + pages) / 512) * 512;
  const one = new VmUnderTest({
    kernel,
    base,
    pages: window,
    objects: [
      [window * PAGE, 'blocks'],
      [window * PAGE, 'mixed'],
    ],
    active,
  });
  const whole: Request = { va: base + skew * PAGE, size: pages * PAGE, bo: 0, offset: skew * PAGE };
  if (sparse) whole.flags = SPARSE_NOEXEC;
  const everything: Request = { va: base, size: window * PAGE };
  let cases = 0;
  for (const [start, length] of ranges) {
    cases++;
    const at = skew + start;
    const request: Request = { va: base + at * PAGE, size: length * PAGE };
    if (verb === 'map') {
      request.bo = 1;
      request.offset = (window - length) * PAGE;
    }
    try {
      one.apply(whole);
      one.apply(request);
    } catch (e) {
      return { cases, failure: `${length} pages from page ${start}: ${(e as Error).message}` };
    }
    const { vm, naive, objects } = one;
    const wrong =
      compareVmas(vm, naive, objects) ?? compareAllPages(vm, naive, objects) ?? compareLeftovers([vm]);
    if (wrong !== null) return { cases, failure: `${length} pages from page ${start}: ${wrong}` };
    one.apply(everything);
  }
  return { cases, failure: one.destroy() };
}
