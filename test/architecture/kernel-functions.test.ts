import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { filesThatMention, kernelFunctions, moved } from '../../build/kernel-functions.mjs';

describe('docs/kernel-functions.md', () => {
  const rows = kernelFunctions();

  it('names for each function a file below src/driver whose comments have that name', () => {
    expect(
      moved(rows).map(
        ({ name, file, found }) => `${name}: not in ${file}, but in ${found.join(', ') || 'no file'}`,
      ),
    ).toEqual([]);
  });

  it('calls nothing "not modelled" that a comment of the driver names', () => {
    const named = rows
      .filter(({ why }) => why !== undefined)
      .map(({ name }) => [name, ...filesThatMention(name)]);
    expect(named.filter(({ length }) => length > 1)).toEqual([]);
  });

  it('has every function once', () => {
    const names = rows.map(({ name }) => name);
    expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([]);
  });

  it('covers the files that it says it covers', () => {
    const counts = new Map<string, number>();
    for (const { source } of rows) counts.set(source, (counts.get(source) ?? 0) + 1);
    // As many as ctags counts in the sources of Linux 7.2 and 7.3 together.
    expect(Object.fromEntries(counts)).toEqual({
      'panthor_mmu.c': 106,
      'panthor_mmu.c of 6.12': 7,
      'panthor_drv.c': 54,
      'panthor_gem.c': 18,
      'panthor_sched.c': 21,
      'panthor_heap.c': 9,
      'drm_gpuvm.c': 44,
      'drm_syncobj.c': 23,
    });
  });

  it('is where ARCHITECTURE.md sends its readers', () => {
    const text = readFileSync(new URL('../../ARCHITECTURE.md', import.meta.url), 'utf8');
    expect(text).toContain('(docs/kernel-functions.md)');
  });
});
