/** A token is refused once a file that its schedule depends on has changed, whichever folder the file is in. */
import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { modelFiles } from '../../src/explore/scenario/token.ts';
import { importsBelow } from '../architecture/imports.ts';
import { sampled } from '../tooling/long.ts';

const top = resolve(import.meta.dirname, '../..');
const scenario = 'rebind-while-accessing';

/** One file of each folder that the digest covers, in the built form that the explorer runs. */
const onePerFolder = [...new Map(modelFiles().map((file) => [dirname(file), file])).values()].map((file) =>
  file.replace(/\.ts$/, '.js'),
);

describe('the digest of a token', () => {
  let copy: string;
  let token: string;

  const explore = (...args: string[]) =>
    spawnSync(process.execPath, [join(copy, 'bin/panthor-shim'), 'explore', ...args], { encoding: 'utf8' });

  beforeAll(() => {
    copy = mkdtempSync(join(tmpdir(), 'token-digest-'));
    for (const part of ['bin', 'dist', 'scenarios', 'package.json'])
      cpSync(join(top, part), join(copy, part), { recursive: true });
    symlinkSync(join(top, 'node_modules'), join(copy, 'node_modules'));
    const { stdout } = explore(
      scenario,
      '--without',
      'lock-around-op',
      '--no-compare',
      '--json',
      '--jobs',
      '1',
    );
    token = JSON.parse(stdout).token;
  });

  afterAll(() => rmSync(copy, { recursive: true }));

  it('fits where nothing has changed', () => {
    const { status, stderr } = explore('--replay', token);
    expect({ status, stderr }).toEqual({ status: 1, stderr: '' });
  });

  it.each(sampled(onePerFolder, 6))('differs when %s changes', (file) => {
    const path = join(copy, 'dist/interleaved', file);
    const before = readFileSync(path);
    appendFileSync(path, file.endsWith('.json') ? '\n' : '\n// another line\n');
    try {
      const { status, stderr } = explore('--replay', token);
      expect(status).toBe(2);
      expect(stderr).toContain('the token does not fit');
    } finally {
      writeFileSync(path, before);
    }
  });

  it('covers every file that the explorer’s world loads', () => {
    const imports = importsBelow(top, ['src', 'uapi']).filter((one) => one.kind === 'load');
    const loaded = new Set(['src/explore/driver-world.ts']);
    for (const file of loaded) for (const one of imports) if (one.from === file) loaded.add(one.to);
    const covered = new Set(modelFiles());
    expect(loaded.size).toBeGreaterThan(100);
    expect([...loaded].filter((file) => !covered.has(file))).toEqual(['src/errors.ts']);
  });

  it('has a file of each folder of driver, machine and contract', () => {
    const below = (folder: string) =>
      readdirSync(join(top, folder), { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
        .map((entry) => entry.parentPath.slice(top.length + 1));
    const folders = new Set(['src/driver', 'src/hw', 'src/coroutine', 'uapi'].flatMap(below));
    expect([...folders].filter((folder) => !onePerFolder.some((file) => dirname(file) === folder))).toEqual(
      [],
    );
  });
});
