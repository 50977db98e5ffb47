import { describe, expect, it } from 'vitest';
import { sampled } from '../../tooling/long.ts';
import { type Hole, verdicts } from './toy.ts';

/**
 * Programs that break at their end in some orders only, each by a memory of its own kind: what the explorer did not see
 * of it once made two different states one, and the verdict `holds`. With the part that sees it taken out it does again.
 */
const seen: [name: string, source: string, hole: Hole | null][] = [
  [
    'a static field of a class',
    `export class State { x = 0; }
     class Count { static n = 0; }
     export const threads = (s) => [
       (function* () { yield 'a'; Count.n = Count.n * 2 + 1; yield 'b'; })(),
       (function* () { yield 'a'; Count.n = Count.n * 2; yield 'b'; })(),
       (function* () { yield 'c'; s.x = 1; yield 'd'; s.x = 0; })(),
     ];
     export const broken = () => (Count.n === 1 ? 'the second came first' : null);`,
    { file: 'build/instrument.mjs', from: 'if (hasState) out.appendLeft', to: 'if (false) out.appendLeft' },
  ],
  [
    'a write through a DataView',
    `export class State { view = new DataView(new ArrayBuffer(4)); }
     export const threads = (s) => [
       (function* () { yield 'a'; s.view.setUint8(0, 1); yield 'b'; })(),
       (function* () { yield 'a'; s.view.setUint8(0, 2); yield 'b'; })(),
     ];
     export const broken = (s) => (s.view.getUint8(0) === 1 ? 'the first came last' : null);`,
    { file: 'build/instrument-unhashed.mjs', from: "'setUint8 setInt8 ", to: "'setInt8 " },
  ],
  [
    'a write through one view of a buffer that another shows',
    `export class State {
       bytes = new Uint8Array(4);
       words = new Uint32Array(this.bytes.buffer);
     }
     export const threads = (s) => [
       (function* () { yield 'a'; s.bytes[0] = 1; yield 'b'; })(),
       (function* () { yield 'a'; s.words[0] = 2; yield 'b'; })(),
     ];
     export const broken = (s) => (s.bytes[0] === 1 ? 'the first came last' : null);`,
    null,
  ],
  [
    'a closure that plain code stores in state',
    `export class State { x = 0; call = null; }
     const later = (n) => () => n;
     export const threads = (s) => [
       (function* () { yield 'a'; s.call = later(s.x); yield 'b'; })(),
       (function* () { yield 'c'; s.x = 1; yield 'd'; s.x = 0; })(),
     ];
     export const broken = (s) => (s.call() === 1 ? 'one was seen' : null);`,
    { file: 'state/objects.js', from: 'term(id, elementKey(i), captured[i], sign);', to: ';' },
  ],
  [
    'a plain name whose value waits while a later part of its expression yields',
    `export class State { x = 0; last = 0; }
     const pick = (a, b) => a;
     export const threads = (s) => [
       (function* () { yield 'a'; let seen = s.x; s.last = pick(seen, yield* (function* () { yield 'inside'; return 0; })()); })(),
       (function* () { yield 'a'; s.x = 1; yield 'b'; s.x = 0; })(),
     ];
     export const broken = (s) => (s.last === 1 ? 'one was seen' : null);`,
    // Then it could not be put back either, which the build notices.
    {
      file: 'build/instrument-frames.mjs',
      from: ' || pending.includes(variable.name)',
      to: '',
      refused: 'seen, which is read before a yield in the same expression and not after it',
    },
  ],
  [
    'the class of an object with the same fields as another',
    `export class State { x = 0; thing = null; }
     class One { value = 1; get bad() { return false; } }
     class Two { value = 1; get bad() { return true; } }
     export const threads = (s) => [
       (function* () { yield 'a'; s.thing = s.x === 1 ? new Two() : new One(); yield 'b'; })(),
       (function* () { yield 'c'; s.x = 1; yield 'd'; s.x = 0; })(),
     ];
     export const broken = (s) => (s.thing.bad ? 'one was seen' : null);`,
    { file: 'state/objects.js', from: 'term(id, CLASS, target.constructor?.name, sign);', to: '' },
  ],
  [
    'a field with the name of one that is left out, of another class',
    `export class State { stats = 0; }
     export const threads = (s) => [
       (function* () { yield 'a'; s.bump(1); yield 'b'; })(),
       (function* () { yield 'a'; s.bump(2); yield 'b'; })(),
     ];
     State.prototype.bump = function (n) { this.put(n); };
     State.prototype.put = function (n) { this.stats = n; };
     export const broken = (s) => (Object.values(s)[0] === 1 ? 'the first came last' : null);`,
    {
      file: 'state/objects.js',
      from: 'if (isUnhashed(target, key))',
      to: "if (key === $key('stats'))",
    },
  ],
];

describe('the tracking of state sees', () => {
  for (const [name, source, hole] of sampled(seen, 3)) {
    it(name, async () => {
      expect(await verdicts(source)).toEqual({ hashed: 'violated', unhashed: 'violated' });
      if (hole?.refused !== undefined) await expect(verdicts(source, hole)).rejects.toThrow(hole.refused);
      else if (hole !== null) expect((await verdicts(source, hole)).hashed).toBe('holds');
    });
  }
});

const refused: [what: string, source: string, why: string][] = [
  [
    'a yield in finally',
    'export function* f(x) { try { return x.n; } finally { yield "later"; } }',
    'toy.js:1: the explorer cannot follow a yield in finally: what is returned or thrown meanwhile is out of sight',
  ],
  [
    'a value computed before a yield in the same expression',
    'export function* f(x) { return x.n + (yield* x.g()); }',
    'toy.js:1: the explorer cannot follow a value computed before a yield in the same expression',
  ],
  ['a module-level variable', 'let n = 0; export const f = () => { n++; };', 'a module-level variable'],
  ['delete', 'export const f = (x) => { delete x.n; };', 'the explorer cannot follow delete'],
  ['Object.assign', 'export const f = (x) => Object.assign(x, { n: 1 });', 'Object.assign'],
  [
    'writes by destructuring',
    'export const f = (x, y) => { [x.n] = y; };',
    'assigning to properties by destructuring',
  ],
  [
    'static fields of a class that is not at the top',
    'export const f = () => { class A { static n = 0; } return A; };',
    'static fields of a class that is not at the top of its module',
  ],
  [
    'a read of a field that is no part of the state',
    'export const f = (device) => device.stats.faults > 1;',
    'toy.js:1: the explorer cannot follow a read of stats, which is no part of the state',
  ],
  [
    'a declared field that is not there',
    'export class PanthorMmu { other = 0; }',
    'PanthorMmu.stats, which is not there,',
  ],
];

describe('the build refuses', () => {
  for (const [what, source, why] of refused) {
    it(what, async () => {
      await expect(verdicts(source)).rejects.toThrow(why);
    });
  }

  it('no write to a field that is no part of the state, nor one that reads it to write it', async () => {
    const source = `
      export class PanthorMmu { stats = { n: 0 }; bump() { this.stats.n++; } }
      export class PanthorDevice {
        warnings = new Map();
        warn(key) { this.warnings.set(key, (this.warnings.get(key) ?? 0) + 1); }
      }
      export class State { device = new PanthorDevice(); mmu = new PanthorMmu(); }
      export const threads = (s) => [
        (function* () { yield 'a'; s.device.warn('x'); s.mmu.bump(); yield 'b'; })(),
      ];
      export const broken = () => null;`;
    expect(await verdicts(source)).toEqual({ hashed: 'holds', unhashed: 'holds' });
  });
});

describe('a closure over a variable that changes', () => {
  it('is refused where it is kept, and runs where it is not', async () => {
    const source = (keep: string) => `
      export class State { call = null; total = 0; }
      const once = (f) => f();
      export const threads = (s) => [
        (function* () { yield 'a'; let n = 0; ${keep}(() => n++); n++; s.total = n; yield 'b'; })(),
      ];
      function store(f) { held.call = f; }
      const held = { call: null };
      export const broken = () => null;`;
    expect((await verdicts(source('once'))).hashed).toBe('holds');
    await expect(verdicts(source('store'))).rejects.toThrow('a closure over n, which changes, that is kept');
  });
});
