import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { FAULTS, kernelFault, type Places } from '../../src/tree/faults.ts';

/** Says of each place its number. */
const places = { name: (site: number) => `f${site}`, lock: (site: number) => `lock${site}` } as Places;

const say = (name: (typeof FAULTS)[number], ...words: number[]) => {
  const { invariant, message } = kernelFault(FAULTS.indexOf(name), words, places);
  return `${invariant}: ${message}`;
};

describe('a fault of the driver', () => {
  it('says who touched what, and where that came from', () => {
    expect(say('use-after-free', 1, 8, 0, 24, 2, 3)).toBe(
      'use-after-free: f1 reads 8 bytes at 24 of an object that is gone, allocated in f2, freed in f3',
    );
    expect(say('out-of-bounds', 1, 4, 1, 40, 2, 0)).toBe(
      'use-after-free: f1 writes 4 bytes at 40 of an object that is smaller, allocated in f2',
    );
    expect(say('null-dereference', 1, 8, 0, 0, 0, 0)).toContain(
      'f1 reads 8 bytes through a pointer to nothing',
    );
    expect(say('double-free', 1, 0, 0, 0, 2, 3)).toContain(
      'f1 frees what is no object any more, allocated in f2, freed in f3',
    );
    expect(say('leak', 0, 24, 0, 0, 7, 0)).toBe(
      'memory-leak: nothing refers any more to 24 bytes allocated in f7',
    );
  });

  it('says both orders of two locks, and which lock a call has kept', () => {
    expect(say('lock-order', 1, 2, 3, 4, 5, 6)).toBe(
      'lock-order: lock2 is taken in f3 with lock1 held since f4, and the other way round in f5 with what is held since f6',
    );
    expect(say('held-at-return', 1, 2)).toBe('kernel-warning: a call returns with lock1 held, taken in f2');
  });

  it('has the numbers of the shim', () => {
    const header = readFileSync(new URL('../../native-stubs/tree/arena.h', import.meta.url), 'utf8');
    const names = /enum fault \{([^}]*)\}/.exec(header)?.[1].match(/FAULT_\w+/g) ?? [];
    expect(names).toHaveLength(FAULTS.length - 1);
    const ours = FAULTS.map((name) => `FAULT_${name.toUpperCase().replaceAll('-', '_')}`);
    expect(ours.slice(1).map((name) => name.replace('FAULT_NULL_DEREFERENCE', 'FAULT_NULL'))).toEqual(names);
  });
});
