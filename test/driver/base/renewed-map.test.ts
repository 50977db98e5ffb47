/** A map whose entries come and go: it answers as a Map, and what is gone does not stay in memory. */
import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { RenewedMap } from '../../../src/driver/base/renewed-map.ts';

const FLAGS = ['--min-semi-space-size=8', '--max-semi-space-size=8', '--trace-gc-nvp'];

/** Bytes that young collections copy on average while entries of a map made by `make` come and go. */
function copied(make: string): number {
  const script = `
    const FOR_EACH = 4, LEAST = 256;
    const RenewedMap = ${RenewedMap};
    const map = ${make};
    for (let i = 0; i < 8; i++) map.set(-1 - i, {});
    // The map's first table becomes old.
    globalThis.kept = [];
    for (let i = 0; i < 1e6; i++) kept[i & 1023] = [i, i, i, { i }];
    for (let i = 0; i < 1e6; i++) {
      map.set(i, { a: [i, i + 1, i + 2], b: { i } });
      map.delete(i - 100);
    }`;
  const said = execFileSync(process.execPath, [...FLAGS, '-e', script], { encoding: 'utf8' });
  const all = [...said.matchAll(/ gc=s .* new_space_survived=(\d+)/g)].map((match) => Number(match[1]));
  const last = all.slice(-4);
  return last.reduce((sum, one) => sum + one, 0) / last.length;
}

describe('a map that is renewed', () => {
  it('answers as a Map does, in the same order', () => {
    const [map, other] = [new RenewedMap<number, number>(), new Map<number, number>()];
    for (let i = 0; i < 20_000; i++) {
      map.set(i, 2 * i);
      other.set(i, 2 * i);
      expect(map.delete(i - (i % 37))).toBe(other.delete(i - (i % 37)));
      expect(map.size).toBe(other.size);
    }
    expect([...map.keys()]).toEqual([...other.keys()]);
    expect([...map.values()]).toEqual([...other.values()]);
    expect(map.get(19_999)).toBe(other.get(19_999));
    expect(map.has(-1)).toBe(false);
    map.clear();
    expect(map.size).toBe(0);
  });

  it('can be gone through while its entries go: each comes once', () => {
    const map = new RenewedMap<number, number>();
    for (let i = 0; i < 2000; i++) map.set(i, i);
    const seen: number[] = [];
    for (const key of map.keys()) {
      seen.push(key);
      map.delete(key);
    }
    expect(seen).toEqual(Array.from({ length: 2000 }, (_, i) => i));
    expect(map.size).toBe(0);
  });

  it('does not keep what is gone, as a Map would', () => {
    expect(copied('new Map()')).toBeGreaterThan(1 << 20);
    expect(copied('new RenewedMap()')).toBeLessThan(1 << 18);
  });
});
