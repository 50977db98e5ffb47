/** Rows of maps fit a terminal of 80 columns: none is broken, in the captures whose rows are longest. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { VmaState, VmState } from '../../src/replay/snapshot.ts';
import { vaMap } from '../../src/report/va-map.ts';
import { panthorShim } from './program.ts';

const captures = fileURLToPath(new URL('../fixtures/captures', import.meta.url));

describe('a map', () => {
  it.each(['vulkan-sparse.jsonl.gz', 'zink-sparse-buffer-commit.jsonl.gz'])(
    'of %s has a row a mapping',
    async (name) => {
      const { stdout } = await panthorShim(['vm', join(captures, name)]);
      const rows = stdout
        .toString()
        .split('\n')
        .filter((line) => /^ {4}(0x|\s+·)/.test(line));
      expect(rows.length).toBeGreaterThan(5);
      expect(rows.filter((row) => row.length > 80)).toEqual([]);
      // The bars are still bars.
      expect(Math.max(...rows.map((row) => /[█▓░]+/.exec(row)?.[0].length ?? 0))).toBeGreaterThan(4);
    },
  );

  it('keeps both kinds of leaf in a bar that had to give way', () => {
    const vma = {
      va: 2 ** 46,
      size: 2 ** 40,
      bo: 1000,
      boOffset: 2 ** 33,
      flags: ['READONLY', 'NOEXEC', 'UNCACHED'],
      pages2m: 100_000,
      pages4k: 100_000,
    };
    const [row] = vaMap({ vmas: [vma as unknown as VmaState] } as unknown as VmState);
    expect(row).toContain('█▓');
  });
});
