import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Warnings } from '../../src/tree/warnings.ts';

let dir: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'panthor-warnings-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

/** The warning at `line` of a file with one function of that name around `statement`. */
function at(file: string, name: string, statement: string): readonly [string, string] {
  mkdirSync(dirname(join(dir, file)), { recursive: true });
  writeFileSync(join(dir, file), `int ${name}(void)\n{\n\tint i;\n\n\t${statement}\n}\n`);
  return new Warnings(dir).at(file, 5);
}

describe('a warning', () => {
  it('has the function and a short name for what its statement says', () => {
    expect(at('a/mmu.c', 'active', 'if (WARN_ON(!lru_vm))')).toEqual(['active', 'no-idle-vm']);
    expect(at('a/mmu.c', 'unmap', 'WARN_ON_ONCE(unmapped_sz != pgsize * pgcount);')).toEqual([
      'unmap',
      'short-unmap',
    ]);
  });

  it('is known by its function where the statement says nothing', () => {
    expect(at('a/pg.c', '__arm_lpae_unmap', 'if (WARN_ON(!pte))')).toEqual([
      '__arm_lpae_unmap',
      'not-mapped',
    ]);
    expect(at('a/pg.c', 'arm_lpae_init_pte', 'WARN_ON(1);')).toEqual(['arm_lpae_init_pte', 'already-mapped']);
  });

  it('is its own statement where it has no name', () => {
    expect(at('a/new.c', 'novel', 'WARN_ON(i == 3);')).toEqual(['novel', 'WARN_ON(i == 3);']);
  });

  it('of our own checks has their name', () => {
    expect(new Warnings(dir).at('bad-unlock', 0)).toEqual(['', 'bad-unlock']);
  });

  it("is found under the mirror's own path, too", () => {
    at('a/mmu.c', 'active', 'if (WARN_ON(!lru_vm))');
    expect(new Warnings(dir).at(join(dir, 'a/mmu.c'), 5)).toEqual(['active', 'no-idle-vm']);
  });
});
