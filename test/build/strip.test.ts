import { describe, expect, it } from 'vitest';
import { strip } from '../../build/strip.mjs';

const squeeze = (code: string) => code.replace(/\s+/g, ' ').trim();

describe('strip', () => {
  it('turns generator functions and methods into plain ones', () => {
    const code = strip(
      `export function* f(a) { return a; }
       class C { *m() {} static *s() {} *['x' + 1]() {} *#p() {} n() { return this.#p; } }
       const o = { *g() {} }; const e = function* () {};`,
      'x.js',
    );
    expect(code).not.toContain('*');
    expect(() => new Function(code.replace('export', ''))).not.toThrow();
  });

  it('leaves the value of a delegated call where it was', () => {
    expect(squeeze(strip('function* f() { if ((yield* g()) < 0) return yield* h(); }', 'x.js'))).toBe(
      'function f() { if (( g()) < 0) return h(); }',
    );
  });

  it('removes switch points, also where a statement has to stay', () => {
    expect(squeeze(strip('function* f(x) { yield "a"; if (x) yield "b"; else g(); }', 'x.js'))).toBe(
      'function f(x) { if (x) ; else g(); }',
    );
  });

  it('keeps every line and column, so that the source map stays right', () => {
    const code = 'function* f() {\n  yield {\n    label,\n  };\n  const y = 1; return yield* g(y);\n}\n';
    const out = strip(code, 'x.js');
    expect(out).toHaveLength(code.length);
    expect(out.split('\n').map((l: string) => l.length)).toEqual(code.split('\n').map((l) => l.length));
    expect(out.indexOf('g(y)')).toBe(code.indexOf('g(y)'));
  });

  it('leaves code without generators alone', () => {
    const code = 'const a = 2 * 3; /* yield* x */ function f() { return a * 4; }';
    expect(strip(code, 'x.js')).toBe(code);
  });

  it('refuses a yield whose value is used, and names the line', () => {
    expect(() => strip('function* f() {\n  const x = yield 1;\n}', 'a/b.js')).toThrow(
      /a\/b\.js:2: a bare yield/,
    );
  });

  it('refuses async generators', () => {
    expect(() => strip('async function* f() {}', 'a.js')).toThrow(/a\.js:1: an async generator/);
  });
});
