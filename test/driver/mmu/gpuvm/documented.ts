/**
 * The fifteen numbered cases of "Split and Merge" in drm_gpuvm.c's documentation, under its numbers: one mapping that is
 * there, one request that meets it, and what is left of the former. Places are in units; the documentation's n and m are
 * offsets of 2 and 9.
 *
 * Which objects the two are of is a property of the documented case. Here it is varied for each, as the notes there say
 * that the outcome is the same; only `keep` tells whether the pages in between could have stayed.
 */
import { Recorder } from '../../../../src/conform/recorder.ts';
import { compareAllPages, compareLeftovers, compareVmas } from './compare.ts';
import { drawAll } from './drawing.ts';
import { BLOCK, DUMMY, type NaiveVma, SPARSE } from './naive.ts';
import { type Request, SPARSE_NOEXEC, VmUnderTest } from './vm-under-test.ts';

type Place = readonly [from: number, to: number];

export interface DocumentedCase {
  number: number;
  what: string;
  old: Place;
  request: Place;
  /** What stays of the old mapping before and after the request. */
  left?: Place;
  right?: Place;
}

export const DOCUMENTED: readonly DocumentedCase[] = [
  { number: 1, what: 'the same range again, kept where it is the same piece', old: [0, 1], request: [0, 1] },
  { number: 2, what: 'the same range from elsewhere in the object', old: [0, 1], request: [0, 1] },
  { number: 3, what: 'the same range of another object', old: [0, 1], request: [0, 1] },
  { number: 4, what: 'more, to the right', old: [0, 1], request: [0, 2] },
  { number: 5, what: 'the left part: the right one stays', old: [0, 2], request: [0, 1], right: [1, 2] },
  { number: 6, what: 'the left part of the same piece', old: [0, 2], request: [0, 1], right: [1, 2] },
  { number: 7, what: 'the right part: the left one stays', old: [0, 2], request: [1, 2], left: [0, 1] },
  { number: 8, what: 'the right part of the same piece', old: [0, 2], request: [1, 2], left: [0, 1] },
  { number: 9, what: 'the end and more', old: [0, 2], request: [1, 3], left: [0, 1] },
  { number: 10, what: 'the end and more of the same piece', old: [0, 2], request: [1, 3], left: [0, 1] },
  { number: 11, what: 'the middle', old: [0, 3], request: [1, 2], left: [0, 1], right: [2, 3] },
  {
    number: 12,
    what: 'the middle of the same piece',
    old: [0, 3],
    request: [1, 2],
    left: [0, 1],
    right: [2, 3],
  },
  { number: 13, what: 'more, to the left', old: [1, 2], request: [0, 2] },
  { number: 14, what: 'more, on both sides', old: [1, 2], request: [0, 3] },
  { number: 15, what: 'the beginning and more before it', old: [1, 3], request: [0, 2], right: [2, 3] },
];

/** What the old mapping and the request are of. */
export interface Variant {
  name: string;
  /** The object of the request: that of the old mapping, another, or none (sparse). */
  request: 'same' | 'other' | 'sparse';
  /** Whether its offset continues the old mapping's. */
  contiguous: boolean;
  oldSparse: boolean;
}

export const VARIANTS: readonly Variant[] = [
  { name: 'of the same object, contiguous', request: 'same', contiguous: true, oldSparse: false },
  { name: 'of the same object, elsewhere', request: 'same', contiguous: false, oldSparse: false },
  { name: 'of another object, at the same offset', request: 'other', contiguous: true, oldSparse: false },
  { name: 'of another object, elsewhere', request: 'other', contiguous: false, oldSparse: false },
];

/** Since 7.x. "Contiguous" means nothing where one of the two is sparse. */
export const SPARSE_VARIANTS: readonly Variant[] = [
  { name: 'sparse over an object', request: 'sparse', contiguous: false, oldSparse: false },
  { name: 'of an object over sparse, contiguous', request: 'other', contiguous: true, oldSparse: true },
  { name: 'of an object over sparse, elsewhere', request: 'other', contiguous: false, oldSparse: true },
  { name: 'sparse over sparse', request: 'sparse', contiguous: false, oldSparse: true },
];

const N = 2;
const M = 9;

/** Plays one case in units of `unit` bytes; what is wrong, with a drawing, or null. */
export function playDocumented(
  kernel: string,
  one: DocumentedCase,
  variant: Variant,
  unit: number,
): string | null {
  const base = 2 ** 30 - BLOCK;
  const trace = new Recorder();
  const size = (M + 3) * unit;
  const vm = new VmUnderTest({
    kernel,
    base,
    pages: (3 * unit) / 0x1000,
    objects: [
      [size, 'blocks'],
      [size, 'blocks'],
    ],
    active: true,
    trace,
  });
  const place = ([from, to]: Place) => ({ va: base + from * unit, size: (to - from) * unit });
  const old: Request = { ...place(one.old), bo: 0, offset: N * unit };
  if (variant.oldSparse) old.flags = SPARSE_NOEXEC;
  const request: Request = { ...place(one.request), bo: variant.request === 'same' ? 0 : 1 };
  request.offset = variant.contiguous ? (N + one.request[0] - one.old[0]) * unit : M * unit;
  // An unsigned offset: a contiguous request cannot begin before the object does.
  if (request.offset < 0) throw new Error('the case asks for a negative offset');
  if (variant.request === 'sparse') request.flags = SPARSE_NOEXEC;

  const vmaOf = (at: Place, r: Request, shift: number): NaiveVma => {
    const { va, size: range } = place(at);
    const sparse = ((r.flags ?? 0) & SPARSE) !== 0;
    const offset = sparse ? va % BLOCK : (r.offset ?? 0) + shift * unit;
    return { va, range, bo: sparse ? DUMMY : (r.bo ?? 0), offset, flags: r.flags ?? 0 };
  };
  const before = vmaOf(one.old, old, 0);
  const asked = vmaOf(one.request, request, 0);
  const after = [asked];
  if (one.left !== undefined) after.unshift(vmaOf(one.left, old, 0));
  if (one.right !== undefined) after.push(vmaOf(one.right, old, one.right[0] - one.old[0]));

  const fail = (why: string): string => {
    const lines = [['old', [before]] as const, ['requested', [asked]] as const, ['new', after] as const];
    return `case ${one.number} on ${kernel}, unit 0x${unit.toString(16)}: ${why}\n${drawAll(lines, base, unit)}`;
  };

  if (vm.bind(old) !== 0) return fail('the old mapping was refused');
  trace.clear();
  const ret = vm.bind(request);
  if (ret !== 0) return fail(`the request failed with ${ret}`);
  const steps = JSON.stringify(trace.s);
  const expected = JSON.stringify(expectedSteps(one, variant, before, asked, after));
  if (steps !== expected) return fail(`the steps were ${steps}, expected ${expected}`);

  // The array is filled from the expected VMAs, not by a rule of its own.
  for (const v of after) vm.naive.map(v.va, v.range, v.bo, v.offset, v.flags);
  const { naive, objects } = vm;
  const wrong = compareVmas(vm.vm, naive, objects) ?? compareAllPages(vm.vm, naive, objects);
  const left = wrong ?? compareLeftovers([vm.vm]) ?? vm.destroy();
  return left === null ? null : fail(left);
}

function expectedSteps(
  one: DocumentedCase,
  variant: Variant,
  before: NaiveVma,
  asked: NaiveVma,
  after: readonly NaiveVma[],
): unknown[] {
  const hex = (n: number): string => `0x${n.toString(16)}`;
  const { left, right } = one;
  // A sparse request is compared with an offset of 0; the old mapping has its address modulo 2 MiB.
  const askedOffset = variant.request === 'sparse' ? 0 : asked.offset;
  const keep = before.bo === asked.bo && before.offset - before.va === askedOffset - asked.va ? 1 : 0;
  // The offset in steps is the one before the driver makes that of a sparse mapping its address modulo 2 MiB.
  const part = (v: NaiveVma): unknown[] => [hex(v.va), hex(v.range), hex(before.offset + v.va - before.va)];
  const map = [
    'map',
    hex(asked.va),
    hex(asked.range),
    asked.bo === DUMMY ? 0 : asked.bo + 1,
    hex(askedOffset),
  ];
  if (left === undefined && right === undefined)
    return [['unmap', hex(before.va), hex(before.range), keep], map];
  const prev = left === undefined ? null : part(after[0]);
  const next = right === undefined ? null : part(after[after.length - 1]);
  return [['remap', hex(before.va), hex(before.range), keep, prev, next], map];
}
