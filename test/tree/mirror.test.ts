import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { mirrored, updateMirror } from '../../src/tree/mirror.ts';

let top: string;
let tree: string;
let mirror: string;
const put = (name: string, text = name): void => {
  mkdirSync(dirname(join(tree, name)), { recursive: true });
  writeFileSync(join(tree, name), text);
};

beforeEach(() => {
  top = mkdtempSync(join(tmpdir(), 'panthor-mirror-'));
  tree = join(top, 'tree');
  mirror = join(top, 'mirror');
  mkdirSync(mirror, { recursive: true });
  for (const name of ['Makefile', 'Kconfig', 'lib/rbtree.c', 'include/linux/a.h', 'sound/Kconfig']) put(name);
});
afterEach(() => rmSync(top, { recursive: true }));

describe('a mirror', () => {
  it('has what configures from everywhere, and sources from where they are needed', () => {
    put('sound/core.c');
    put('drivers/net/Makefile');
    put('drivers/gpu/drm/panthor/panthor_mmu.c');
    expect([...mirrored(tree)].sort()).toEqual([
      'Kconfig',
      'Makefile',
      'drivers/gpu/drm/panthor/panthor_mmu.c',
      'drivers/net/Makefile',
      'include/linux/a.h',
      'lib/rbtree.c',
      'sound/Kconfig',
    ]);
  });

  it('leaves out what a build in place has made', () => {
    for (const name of [
      '.config',
      'vmlinux',
      'lib/rbtree.o',
      'lib/.rbtree.o.cmd',
      'lib/crc32table.h',
      'lib/.crc32table.h.cmd',
      'scripts/basic/fixdep',
      'scripts/basic/.fixdep.cmd',
      'include/generated/autoconf.h',
      'include/config/auto.conf',
      'arch/x86/include/generated/asm/b.h',
    ])
      put(name);
    expect([...mirrored(tree)]).toHaveLength(5);
  });

  it('is brought up to date by what changed, and by that alone', () => {
    const stamps = new Map<string, string>();
    expect(updateMirror(tree, mirror, stamps)).toHaveLength(5);
    expect(updateMirror(tree, mirror, stamps)).toEqual([]);
    put('lib/rbtree.c', 'new');
    rmSync(join(tree, 'include/linux/a.h'));
    put('lib/new.c');
    expect(updateMirror(tree, mirror, stamps).sort()).toEqual([
      'include/linux/a.h',
      'lib/new.c',
      'lib/rbtree.c',
    ]);
    expect(readFileSync(join(mirror, 'lib/rbtree.c'), 'utf8')).toBe('new');
    expect(existsSync(join(mirror, 'include/linux/a.h'))).toBe(false);
  });

  it('gives copies the time of the copy: make must not take an old file for an unchanged one', () => {
    utimesSync(join(tree, 'lib/rbtree.c'), 1, 1);
    const before = Date.now() - 1000;
    updateMirror(tree, mirror, new Map());
    expect(statSync(join(mirror, 'lib/rbtree.c')).mtimeMs).toBeGreaterThan(before);
    expect(statSync(join(tree, 'lib/rbtree.c')).mtimeMs).toBe(1000);
  });

  it('keeps links inside the tree and follows none out of it', () => {
    symlinkSync('rbtree.c', join(tree, 'lib/same.c'));
    symlinkSync('/etc/passwd', join(tree, 'lib/other.c'));
    updateMirror(tree, mirror, new Map());
    expect(readFileSync(join(mirror, 'lib/same.c'), 'utf8')).toBe('lib/rbtree.c');
    expect(existsSync(join(mirror, 'lib/other.c'))).toBe(false);
  });
});
