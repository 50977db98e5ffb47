import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { instrument } from '../../build/instrument.mjs';
import { namesIn } from '../../build/instrument-names.mjs';
import type * as Frame from '../../src/explore/state/frames.ts';
import type * as Tracker from '../../src/explore/state/tracker.ts';

// Inside the project, so that vitest loads these modules itself and they share one tracker with this file.
const cache = resolve(import.meta.dirname, '../../.cache');
mkdirSync(cache, { recursive: true });
const directory = mkdtempSync(join(cache, 'instrument-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const explore = resolve(import.meta.dirname, '../../dist/interleaved/src/explore');
const { tracker } = (await import(join(explore, 'state/tracker.js'))) as typeof Tracker;
const { enterThread, Frames } = (await import(join(explore, 'state/frames.js'))) as typeof Frame;
let count = 0;

/** A module made of `code`, tracking its state. */
async function load(code: string, setters: string[] = []) {
  const path = join(directory, `m${count++}.mjs`);
  writeFileSync(
    path,
    instrument(code, path, join(explore, 'state/tracking.js'), {
      ...namesIn([code]),
      setters: new Set(setters),
    }),
  );
  return await import(path);
}

/** Runs `code`, a function body over `s`, plain and instrumented; both must leave the same. */
async function same(code: string, make: () => object): Promise<void> {
  const plain = make();
  const value = new Function('s', code)(plain);
  const { f } = await load(`export function f(s) { ${code} }`);
  const watched = make();
  tracker.begin(watched);
  const before = [tracker.lane0, tracker.lane1];
  const copy = structuredClone(watched);
  expect(f(watched)).toEqual(value);
  expect(structuredClone(watched)).toEqual(structuredClone(plain));
  expect(tracker.audit()).toBe(true);
  tracker.rewind();
  expect(structuredClone(watched)).toEqual(copy);
  expect([tracker.lane0, tracker.lane1]).toEqual(before);
  tracker.reset();
}

describe('instrumented code', () => {
  tracker.rememberObjects();
  const state = () => ({
    a: 1,
    b: 2.5,
    list: [1, 2, 3],
    words: new Uint32Array(4),
    inner: { n: 0 },
    map: new Map(),
  });

  for (const code of [
    's.a = 5; return s.a;',
    'return s.a = s.b = 7;',
    's.a += 2; s.b *= 2; s.a |= 8; s.a <<= 1; return s.a;',
    'return [s.a++, ++s.a, s.a--, --s.a];',
    's.list[1] = 9; s.list[3] = 4; return s.list[0]++ + ++s.list[1];',
    's.list[0] += 5; s.list[s.list.length - 1] -= 1; return s.list.length;',
    's.words[2] = -1; s.words[1] |= 0x80000000; s.words.fill(3, 0, 1); return s.words[2];',
    's.words.set([1, 2], 2); s.words.copyWithin(0, 2, 4);',
    's.list.push(4); s.list.pop(); s.list.shift(); s.list.unshift(7, 8); return s.list.splice(1, 1);',
    's.list.length = 1; s.list.push(5, 6); s.list.reverse(); s.list.sort();',
    's.map.set(1, 2); s.map.set(3, 4); s.map.delete(1); return s.map.get(3);',
    's.inner.n += 1; s.inner = { n: 3, ...s.inner }; return s.inner.n;',
    's.inner.n = (s.a, 4); (s.inner).n++; (s.list)[(0)] = (2); const t = s.inner; t.n = 4; (t).n++; return s.none?.pop(), s.list?.pop();',
    's.b = Number.NaN; s.a = -0; s.inner.n = 2 ** 40 + 1;',
  ]) {
    it(`does what the plain code does, follows it and undoes it: ${code}`, async () => {
      await same(code, state);
    });
  }

  it('follows private fields and what setters do', async () => {
    const { C } = await load(
      `export class C { #x = 0; y = 0; get x() { return this.#x; } set x(v) { this.#x = v; } bump() { this.#x++; this.x = 9; } }`,
      ['x'],
    );
    const c = new C();
    tracker.begin(c);
    const before = tracker.lane0;
    c.bump();
    expect(c.x).toBe(9);
    expect(tracker.lane0).not.toBe(before);
    expect(tracker.audit()).toBe(true);
    tracker.rewind();
    expect(c.x).toBe(0);
    tracker.reset();
  });

  it.each([
    ['a module-level variable', 'let n = 0; export const f = () => { n++; };'],
    ['delete', 'export const f = (s) => { delete s.a; };'],
    ['Object.assign', 'export const f = (s) => { Object.assign(s, {}); };'],
    ['assigning to properties by destructuring', 'export const f = (s) => { [s.a] = [1]; };'],
  ])('refuses what cannot be followed: %s', async (what, code) => {
    await expect(load(code)).rejects.toThrow(`:1: the explorer cannot follow ${what}`);
  });
});

describe('instrumented generators', () => {
  /** What the frames of `f(...args)` remember at each of its yields. */
  async function remembered(code: string, ...args: unknown[]): Promise<unknown[][][]> {
    const { f } = await load(code);
    tracker.begin({});
    const frames = new Frames();
    enterThread(0, frames);
    const seen: unknown[][][] = [];
    for (const body = f(...args); !body.next().done; ) {
      seen.push(frames.list.slice(0, frames.depth).map(({ values }) => [...values]));
    }
    tracker.reset();
    return seen;
  }

  it('record parameters and variables that they still need, and no others', async () => {
    const code = `export function* f(a, b) { const c = a + 1; const dead = b; yield 'p'; const d = c * 2; yield 'q'; return d; }`;
    expect(await remembered(code, 1, 2)).toEqual([[[2]], [[4]]]);
  });

  it('record what a loop comes round to, and nothing that each round makes anew', async () => {
    const code = `export function* f(n) { let sum = 0; for (let i = 0; i < n; i++) { const x = i * 10; yield 'p'; sum += 1; } return sum; }`;
    expect(await remembered(code, 2)).toEqual([[[0, 0, 2]], [[1, 1, 2]]]);
  });

  it('record the frames of callers below those of the called', async () => {
    const code = `function* g(x) { yield 'g'; return x; } export function* f(a) { const r = yield* g(a + 1); yield 'f'; return r + a; }`;
    expect(await remembered(code, 5)).toEqual([[[5], [6]], [[6, 5]]]);
  });

  it('record where a for-of loop over an array stands', async () => {
    const code = `export function* f(list) { for (const x of list) { yield 'p'; if (x < 0) return x; } }`;
    const list = [7, 7];
    expect(await remembered(code, list)).toEqual([[[0, list, 7, list]], [[1, list, 7, list]]]);
  });

  it('record where a loop stands that goes over what a changing call returns', async () => {
    const code = `export function* f(s) { for (const x of s.list.splice(0)) yield 'p'; }`;
    const seen = await remembered(code, { list: [4, 5] });
    expect(seen.map(([values]) => values[0])).toEqual([0, 1]);
  });

  it('record variables that closures use', async () => {
    const code = `export function* f(a) { const again = () => a; yield 'p'; return again(); }`;
    const [[[first]]] = await remembered(code, 3);
    expect(first).toBeTypeOf('function');
    expect((await remembered(code, 3))[0][0]).toContain(3);
  });

  it('keep the branch of a conditional statement together', async () => {
    const code = `export function* f(a) { if (a) yield 'p'; else yield 'q'; return a; }`;
    expect(await remembered(code, 1)).toEqual([[[1]]]);
    expect(await remembered(code, 0)).toEqual([[[0]]]);
  });

  it('refuse a value that waits, out of sight, for a yield in the same expression', async () => {
    const code = `function* g() { yield 'g'; return 1; } export function* f(s) { return s.a + (yield* g()); }`;
    await expect(remembered(code, { a: 1 })).rejects.toThrow(/a value computed before a yield/);
  });

  it('refuse loops with a yield over anything but an array', async () => {
    const code = `export function* f(s) { for (const x of s) yield 'p'; }`;
    await expect(remembered(code, new Set([1]))).rejects.toThrow(/no array/);
  });
});
