import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const bin = resolve(import.meta.dirname, '../../bin/panthor-shim');
let dir: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'panthor-tree-cli-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

function shim(args: string[], env: NodeJS.ProcessEnv = {}) {
  return spawnSync(process.execPath, [bin, ...args], {
    encoding: 'utf8',
    env: { ...process.env, PANTHOR_SHIM_TREES: join(dir, 'cache'), ...env },
  });
}

function fakeTree(): string {
  const tree = join(dir, 'linux');
  for (const [name, text] of [
    ['Makefile', 'VERSION = 7\nPATCHLEVEL = 2\nSUBLEVEL = 0\n'],
    ['Kconfig', ''],
    ['drivers/gpu/drm/panthor/panthor_mmu.c', ''],
  ]) {
    mkdirSync(dirname(join(tree, name)), { recursive: true });
    writeFileSync(join(tree, name), text);
  }
  return tree;
}

describe('tree', () => {
  it('refuses what is no tree, with status 2 and the reason', () => {
    const nothing = shim(['tree', 'build', join(dir, 'nothing')]);
    expect([nothing.status, nothing.stdout]).toEqual([2, '']);
    expect(nothing.stderr).toContain('no such directory');
    expect(shim(['conform', '--tree', dir, 'x.jsonl']).stderr).toContain('not a kernel tree');
  });

  it('says in one sentence which programs are missing, and where they are from', () => {
    const { status, stderr } = shim(['tree', 'build', fakeTree()], { PATH: dir });
    expect(status).toBe(2);
    expect(stderr).toMatch(/needs gcc, make, flex, bison, bc, .*apt-get install gcc make flex bison bc/);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });

  it('leaves the tree alone, and shows what its build says where that fails', () => {
    const tree = fakeTree();
    const { status, stderr } = shim(['tree', 'build', tree]);
    expect(readdirSync(tree).sort()).toEqual(['Kconfig', 'Makefile', 'drivers']);
    // Without the programs that build kernels the sentence above comes first.
    expect([2, 3]).toContain(status);
    if (status === 3) expect(stderr).toMatch(/does not build[\s\S]*allnoconfig/);
  });

  it('does not emit vectors of the model', () => {
    const { status, stderr } = shim(['conform', '--emit', join(dir, 'out.jsonl'), 'x.jsonl']);
    expect([status, stderr]).toEqual([2, 'panthor-shim: --emit needs --tree: it writes what a tree does\n']);
  });
});
