import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cacheFolder } from '../../native-stubs/abi-probe/fetch.mjs';
import { compile, compilerFor } from '../../native-stubs/compile.mjs';
import { prepare } from '../../src/live/launch/launch.ts';
import { nativeTables } from '../../src/live/launch/native-tables.ts';
import { CROSS_BIN, prepareRoots } from '../clients/roots.mjs';
import { compileProgram, leftOver, libraryOf, runProgram, startServer } from '../live/toolbox.ts';

/** How programs of the other architecture are run, or why they are not. */
interface Emulator {
  arch: string;
  qemu: string;
  sysroot: string;
  why: string;
}

const scratch = mkdtempSync(join(tmpdir(), 'panthor-other-'));
let emulator: Emulator;

/** The machine's own cross compiler and qemu-user; where it has none, those of the Debian packages. */
async function findEmulator(): Promise<Emulator> {
  const arch = process.arch === 'arm64' ? 'x86_64' : 'aarch64';
  const sysroot = `/usr/${arch}-linux-gnu`;
  const qemu = `qemu-${arch}-static`;
  const runs = spawnSync(qemu, ['--version']).status === 0;
  const own = { arch, qemu, sysroot, why: '' };
  if (runs && existsSync(join(sysroot, 'lib')) && compilerFor(arch) !== null) return own;
  if (arch !== 'aarch64') return { ...own, why: `this machine has no compiler and emulator for ${arch}` };
  const { roots, incomplete } = await prepareRoots(join(cacheFolder, 'clients'), ['cross', 'qemu']);
  const why = Object.values(incomplete).flat().join('; ');
  const compiler = join(roots.tools, CROSS_BIN, 'aarch64-linux-gnu-gcc');
  if (existsSync(compiler)) process.env.CC_aarch64 = compiler;
  return {
    arch,
    qemu: join(roots.tools, 'usr/bin/qemu-aarch64-static'),
    sysroot: existsSync(join(sysroot, 'lib')) ? sysroot : join(roots.tools, sysroot),
    why,
  };
}

beforeAll(async () => {
  emulator = await findEmulator();
  if (emulator.why === '') compile({ tables: nativeTables() });
}, 600_000);
afterAll(() => rmSync(scratch, { recursive: true }));

describe('a preloaded client of the other architecture', () => {
  it.for([
    ['names', []],
    ['memory', []],
    ['sharing', []],
    ['life', ['noexec']],
    ['threads', []],
  ] as const)(
    'runs under qemu-user as on the machine: %s',
    { timeout: 120_000 },
    async ([name, args], { skip }) => {
      const { arch, qemu, sysroot, why } = emulator;
      if (why !== '') return skip(why);
      const program = compileProgram(name, scratch, [], arch);
      const fixture = startServer();
      const before = leftOver(fixture);
      const command = prepare([qemu, '-L', sysroot, program, ...args], libraryOf(arch), {
        PANTHOR_SHIM_DIR: fixture.dir,
        PANTHOR_SHIM_CARD: '0',
      });
      const ended = await runProgram(fixture, command.file, command.args, { ...command.env, LD_PRELOAD: '' });
      expect(ended.stderr.replaceAll(/\(this libc has no .*\)\n/g, '')).toBe('');
      expect(ended).toMatchObject({ status: 0, signal: null });
      await fixture.runToQuiescence();
      expect(leftOver(fixture)).toEqual(before);
      fixture.close();
    },
  );
});
