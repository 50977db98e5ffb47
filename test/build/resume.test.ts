/** Generators that begin in the midst: at each place where one stood, what follows is what followed then. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { instrument } from '../../build/instrument.mjs';
import type * as Frame from '../../src/explore/state/frames.ts';

// Inside the project, so that vitest loads these modules itself and they share one tracker with this file.
const cache = resolve(import.meta.dirname, '../../.cache');
mkdirSync(cache, { recursive: true });
const directory = mkdtempSync(join(cache, 'resume-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const explore = resolve(import.meta.dirname, '../../dist/interleaved/src/explore');
const { enterThread, Frames, resume } = (await import(join(explore, 'state/frames.js'))) as typeof Frame;
let count = 0;

type Tell = (...what: unknown[]) => unknown;

async function load(code: string): Promise<{ f: (tell: Tell) => Generator }> {
  const path = join(directory, `m${count++}.mjs`);
  writeFileSync(path, instrument(code, path, join(explore, 'state/tracking.js')));
  return await import(path);
}

/** What `f` told from each of its yields to its end; from each of them again, with the generator made anew. */
async function play(code: string): Promise<{ told: string[][]; again: string[][] }> {
  const { f } = await load(code);
  let told: string[] = [];
  const tell: Tell = (...what) => {
    told.push(JSON.stringify(what));
    return what[0];
  };
  const finish = (generator: Generator): string[] => {
    told = [];
    for (let next = generator.next(); ; next = generator.next()) {
      if (told.length > 300) throw new Error('it does not end');
      told.push(
        next.done ? `returned ${JSON.stringify(next.value)}` : `yielded ${JSON.stringify(next.value)}`,
      );
      if (next.done) return [...told];
    }
  };
  const stack = new Frames();
  enterThread(0, stack);
  const places: Frame.Frames[] = [];
  const generator = f(tell);
  while (!generator.next().done) {
    places.push(stack.copyTo(new Frames()));
    expect(places.length).toBeLessThan(100);
  }
  const from: string[][] = [];
  const again: string[][] = [];
  for (const [i, place] of places.entries()) {
    // Once by running there, once by beginning there. What one run writes into objects, the next would see.
    enterThread(0, new Frames());
    const run = f(tell);
    for (let j = 0; j <= i; j++) run.next();
    from.push(finish(run));
    again.push(finish(resume(0, place)));
  }
  return { told: from, again };
}

const bodies: [what: string, code: string][] = [
  [
    'statements, and variables between them',
    `export function* f(tell) { const a = 1; yield 'p'; let b = a + 1; tell(a, b); yield 'q'; b += a; yield 'r'; return tell(b, a); }`,
  ],
  [
    'branches',
    `export function* f(tell) {
       for (let i = 0; i < 4; i++) {
         if (i === 1) { yield 'one'; tell('one', i); } else if (i === 2) yield 'two'; else { tell('else', i); yield 'else'; }
         tell('after', i);
       }
     }`,
  ],
  [
    'loops of every kind, left and gone round early',
    `export function* f(tell) {
       let n = 0;
       while (n < 3) { n++; if (n === 2) continue; yield 'while'; tell(n); }
       do { n--; yield 'do'; } while (tell(n) > 0);
       for (const one of [5, 6, 7]) { yield 'of'; if (one === 6) break; tell(one); }
       outer: for (;;) { for (let i = 0; ; i++) { yield 'deep'; if (i === 1) break outer; } }
       return n;
     }`,
  ],
  [
    'switches',
    `export function* f(tell) {
       for (let i = 0; i < 4; i++) {
         switch (i) {
           case 0: yield 'zero';
           case 1: { const x = i; yield 'one'; tell(x); break; }
           case 2: tell('two'); break;
           default: yield 'other'; tell('other');
         }
       }
     }`,
  ],
  [
    'calls, and calls whose arguments yield',
    `function* g(x) { yield 'g'; return x + 1; }
     function* h(x, y) { yield 'h'; return x * y; }
     export function* f(tell) { const x = yield* h(2, yield* g(3)); tell(x); return yield* g(x); }`,
  ],
  [
    'operators that choose',
    `function* g(x) { yield 'g'; return x; }
     export function* f(tell) {
       for (const x of [0, 1, null]) {
         tell(x && (yield* g(2)));
         tell(x || (yield* g(3)));
         tell(x ?? (yield* g(4)));
         tell(x ? yield* g(5) : yield* g(6));
         tell((yield* g(x)) && (yield* g(7)));
         if (!(yield* g(x))) tell('not'); else yield 'is';
         if (x === 0 && (yield* g(1))) yield 'both';
       }
     }`,
  ],
  [
    'try, catch and finally',
    `function* g(x) { yield 'g'; if (x) throw new Error('thrown'); return 1; }
     export function* f(tell) {
       for (const x of [false, true]) {
         try { tell(yield* g(x)); yield 'in'; } catch (e) { tell(e.message); } finally { tell('finally'); }
       }
     }`,
  ],
  [
    'methods, their class’s and their base’s',
    `class Base { n = 1; *m(tell) { yield 'base'; return tell(this.n); } static *s(x) { yield 'static'; return x; } }
     class Derived extends Base { *m(tell) { const before = yield* super.m(tell); yield 'derived'; return before + this.n; } }
     export function* f(tell) { const it = new Derived(); yield* Base.s(2); return yield* it.m(tell); }`,
  ],
  [
    'functions without a name, and parameters taken apart',
    `const table = { m: function* ({ a, b = 3 }, c = 4) { yield 'm'; return a + b + c; } };
     export function* f(tell) { const g = function* () { yield 'g'; return 1; }; tell(yield* table.m({ a: 2 })); return tell(yield* (function* () { return yield* g(); })()); }`,
  ],
  [
    'functions that keep what they captured',
    `export function* f(tell) {
       let kept = [];
       for (const one of [1, 2]) { const twice = one * 2; kept = [...kept, () => one + twice]; yield 'kept'; }
       yield 'all';
       return kept.map((each) => each());
     }`,
  ],
];

describe('a generator that begins where it stood goes on as it did', () => {
  for (const [what, code] of bodies) {
    it(`with ${what}`, async () => {
      const { told, again } = await play(code);
      expect(told.length).toBeGreaterThan(1);
      expect(again).toEqual(told);
    });
  }
});

describe('a function that does not come back to its place', () => {
  // Of three that wait for one another, the one in the middle is brought back as `other` says.
  const brought = async (other: object) => {
    const { f } = await load(
      `function* inner() { yield 'inside'; }
       function* middle() { yield* inner(); yield 'later'; }
       export function* f(tell) {
         try { yield* middle(); } catch { tell('caught'); } finally { tell('finally'); }
         yield 'after';
       }`,
    );
    const told: unknown[] = [];
    const stack = new Frames();
    enterThread(0, stack);
    f((what) => told.push(what)).next();
    stack.list[1] = { ...stack.list[1], ...other };
    return { told, generator: resume(0, stack) };
  };

  it('is no failure that the one which waits for it may catch', async () => {
    const { told, generator } = await brought({ site: 2 });
    expect(() => generator.next()).toThrow('a function does not come back to its place');
    expect(told).toEqual([]);
  });

  it('nor is what it fails with on its way', async () => {
    const { told, generator } = await brought({
      self: function* () {
        throw new TypeError('met on its way');
      },
    });
    expect(() => generator.next()).toThrow('a function does not come back to its place');
    expect(told).toEqual([]);
  });
});

describe('what cannot be entered in the midst is an error of the build', () => {
  const refused: [what: string, code: string][] = [
    ['a yield in catch', `export function* f() { try { yield 'a'; } catch { yield 'b'; } }`],
    [
      'a second variable x inside the scope of the first',
      `export function* f(tell) { const x = 1; yield 'a'; if (tell) { const x = 2; yield 'b'; tell(x); } return x; }`,
    ],
    [
      'a variable x with the name of the parameter',
      `export function* f(x) { if (x) { const x = 2; yield 'b'; return x; } }`,
    ],
    [
      'a variable x that hides another',
      `const x = 5; export function* f(tell) { tell(x); if (tell) { const x = 2; yield 'b'; tell(x); } }`,
    ],
    [
      'a parameter of a generator that is taken apart further than its fields',
      `export function* f({ a: { b } }) { yield 'a'; return b; }`,
    ],
    [
      'a parameter of a generator that is taken apart further',
      `export function* f(a, [b]) { yield 'a'; return b; }`,
    ],
    [
      'a field of a parameter of a generator whose default is worked out',
      `const g = () => 1; export function* f({ a = g() }) { yield 'a'; return a; }`,
    ],
    [
      'a yield in the last part of a for',
      `function* g() { yield 'g'; } export function* f() { for (;; yield* g()) yield 'a'; }`,
    ],
  ];
  it.each(refused)('%s', (what, code) => {
    const words = what.replace('a variable x with', 'a variable with').replace(/(parameter)$/, '$1 x');
    expect(() => instrument(code, 'm.js', 'tracking.js')).toThrow(words);
  });
});
