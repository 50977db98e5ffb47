import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { archOf, prepare } from '../../src/live/launch/launch.ts';
import { freeCard, makeDeviceTree } from '../../src/live/server/files/device-tree.ts';
import { makePrivateDir } from '../../src/live/server/files/private-dir.ts';

const scratch = mkdtempSync(join(tmpdir(), 'panthor-launch-'));
afterAll(() => rmSync(scratch, { recursive: true }));

const own = process.arch === 'arm64' ? 'aarch64' : 'x86_64';

function elf(name: string, machine: number): string {
  const bytes = Buffer.alloc(64);
  bytes.writeUInt32BE(0x7f454c46);
  bytes.writeUInt16LE(machine, 18);
  writeFileSync(join(scratch, name), bytes, { mode: 0o755 });
  return join(scratch, name);
}

describe('starting a client', () => {
  const before = process.env.LD_PRELOAD;
  afterEach(() => {
    if (before === undefined) delete process.env.LD_PRELOAD;
    else process.env.LD_PRELOAD = before;
  });

  it('looks into the command for its architecture', () => {
    expect(archOf(elf('arm', 183))).toBe('aarch64');
    expect(archOf(elf('amd', 62))).toBe('x86_64');
    expect(archOf(elf('riscv', 243))).toBe(own);
    expect(archOf('sh')).toBe(own);
    expect(archOf('qemu-aarch64-static')).toBe('aarch64');
    expect(archOf('/nowhere/at/all')).toBe(own);
  });

  it('preloads the library in front of what is preloaded already', () => {
    delete process.env.LD_PRELOAD;
    expect(prepare(['cmd', 'a'], '/lib.so', { X: '1' })).toMatchObject({
      file: 'cmd',
      args: ['a'],
      env: { LD_PRELOAD: '/lib.so', X: '1' },
    });
    process.env.LD_PRELOAD = '/other.so';
    expect(prepare(['cmd'], '/lib.so', {}).env.LD_PRELOAD).toBe('/lib.so:/other.so');
  });

  it('gives a guest of qemu-user its environment by -E, and keeps a preload that was asked for there', () => {
    const made = prepare(['/usr/bin/qemu-aarch64-static', '-L', '/root', 'prog', '-x'], '/lib.so', {
      X: '1',
    });
    expect(made.args).toEqual(['-E', 'X=1', '-E', 'LD_PRELOAD=/lib.so', '-L', '/root', 'prog', '-x']);
    expect(made.env.X).toBeUndefined();
    const both = prepare(['qemu-aarch64', '-E', 'LD_PRELOAD=/a.so', 'prog'], '/lib.so', {});
    expect(both.args).toEqual(['-E', 'LD_PRELOAD=/lib.so:/a.so', 'prog']);
  });
});

describe('the device tree', () => {
  it('has what libdrm reads, as links and files of its own', () => {
    const root = join(scratch, 'root');
    makeDeviceTree(root, 3);
    const read = (path: string): string => readFileSync(join(root, path), 'utf8');
    expect(read('sys/dev/char/226:131/device/uevent')).toContain('DRIVER=panthor\n');
    expect(read('sys/dev/char/226:131/device/uevent')).toContain(
      'OF_COMPATIBLE_0=arm,mali-valhall-csf\nOF_COMPATIBLE_N=1\n',
    );
    expect(read('sys/class/drm/card3/uevent')).toContain('DEVNAME=dri/card3\n');
    expect(read('sys/dev/char/226:3/device/drm/renderD131/dev')).toBe('226:131\n');
    expect(readlinkSync(join(root, 'sys/dev/char/226:3/device/subsystem'))).toMatch(/bus\/platform$/);
    expect(realpathSync(join(root, 'sys/dev/char/226:3/subsystem'))).toBe(
      join(realpathSync(root), 'sys/class/drm'),
    );
    expect(statSync(join(root, 'dev/dri/renderD131')).isFile()).toBe(true);
  });

  it('takes the first pair of nodes of which the machine has neither', () => {
    expect(freeCard([])).toBe(0);
    expect(freeCard(['card0', 'renderD128'])).toBe(1);
    expect(freeCard(['card0', 'card1', 'renderD130'])).toBe(3);
    expect(() => freeCard(Array.from({ length: 64 }, (_, i) => `card${i}`))).toThrow(/taken/);
  });
});

describe('the private directory', () => {
  it('is made with mode 0700, and refused where others can enter or the path is too long for a socket', () => {
    const dir = makePrivateDir(join(scratch, 'private'));
    expect(statSync(dir).mode & 0o777).toBe(0o700);
    expect(makePrivateDir(dir)).toBe(dir);
    const path = makePrivateDir();
    expect(statSync(path).mode & 0o777).toBe(0o700);
    rmSync(path, { recursive: true });
    expect(() => makePrivateDir('/tmp')).toThrow(/0700/);
    expect(() => makePrivateDir(join(scratch, 'x'.repeat(80)))).toThrow(/too long/);
    writeFileSync(join(scratch, 'file'), '');
    expect(() => makePrivateDir(join(scratch, 'file'))).toThrow();
  });

  it('is in no place that other directories know by another path, and in none too long for a socket', () => {
    const { TMPDIR, XDG_RUNTIME_DIR } = process.env;
    const long = join(scratch, 'ü'.repeat(30));
    mkdirSync(long);
    mkdirSync(join(scratch, 'here'));
    const dirs: string[] = [];
    try {
      for (const [first, second] of [
        ['', ''],
        ['.', relative('.', join(scratch, 'here'))],
        [long, long],
      ]) {
        Object.assign(process.env, { XDG_RUNTIME_DIR: first, TMPDIR: second });
        dirs.push(makePrivateDir());
      }
    } finally {
      for (const [key, value] of Object.entries({ TMPDIR, XDG_RUNTIME_DIR })) {
        if (value === undefined) delete process.env[key];
        else process.env[key] = value;
      }
      for (const dir of dirs) rmSync(dir, { recursive: true });
    }
    for (const dir of dirs) expect(dir).toMatch(/^\/(dev\/shm|tmp)\/panthor-shim-\w+$/);
  });
});
