import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { functionAt, nearestKernel, openTree, statementAt, treeName } from '../../src/tree/source.ts';

let dir: string;
const put = (name: string, text: string): void => {
  mkdirSync(dirname(join(dir, name)), { recursive: true });
  writeFileSync(join(dir, name), text);
};

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'panthor-tree-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

const MAKEFILE = 'VERSION = 7\nPATCHLEVEL = 2\nSUBLEVEL = 13\nEXTRAVERSION = -rc1\n';

describe('openTree', () => {
  it('reads the version', () => {
    put('Makefile', MAKEFILE);
    put('Kconfig', '');
    put('drivers/gpu/drm/panthor/panthor_mmu.c', '');
    expect(openTree(dir)).toMatchObject({ version: '7.2.13-rc1' });
    expect(treeName(openTree(dir))).toBe('Linux 7.2.13-rc1');
  });

  it('says what is wrong with anything else', () => {
    expect(() => openTree(join(dir, 'nothing'))).toThrow('no such directory');
    expect(() => openTree(dir)).toThrow('not a kernel tree');
    put('Makefile', MAKEFILE);
    expect(() => openTree(dir)).toThrow('not a kernel tree');
    put('Kconfig', '');
    expect(() => openTree(dir)).toThrow(/Linux 7\.2\.13-rc1 without .*panthor_mmu\.c/);
  });
});

describe('nearestKernel', () => {
  it('is the newest modelled release that is not newer', () => {
    const near = (version: string) => nearestKernel({ dir: '', version });
    expect(['6.11.0', '6.12.95', '6.15.1', '6.18.2', '7.0.3', '7.2.13', '7.3.4', '8.0.0'].map(near)).toEqual([
      '6.12',
      '6.12',
      '6.12',
      '6.18',
      '6.18',
      '7.2',
      '7.3',
      '7.3',
    ]);
  });
});

const TEXT = `static int one(struct a *a,
	       int b)
{
	if (warn_on(a->size !=
		    b + 1))
		return -1;
	return 0;
}

#define TWO 2

void three(void)
{
	call();
	check(a &&
	      b);
}
`.split('\n');

describe('functionAt', () => {
  it('finds the function around a line, and none between two', () => {
    expect([4, 5, 7].map((line) => functionAt(TEXT, line))).toEqual(['one', 'one', 'one']);
    expect([14, 16].map((line) => functionAt(TEXT, line))).toEqual(['three', 'three']);
    expect(functionAt(TEXT, 10)).toBe('');
    expect(functionAt(TEXT, 999)).toBe('');
  });
});

describe('statementAt', () => {
  it('has the whole of a statement over several lines, whichever of them is named', () => {
    for (const line of [4, 5]) expect(statementAt(TEXT, line)).toContain('warn_on(a->size != b + 1)');
    for (const line of [15, 16]) expect(statementAt(TEXT, line)).toBe('check(a && b);');
    expect(statementAt(TEXT, 14)).toBe('call();');
  });
});
