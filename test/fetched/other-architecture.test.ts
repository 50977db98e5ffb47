import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cacheFolder, findCompiler } from '../../native-stubs/abi-probe/fetch.mjs';
import { compile } from '../../native-stubs/compile.mjs';
import { prepare } from '../../src/live/launch/launch.ts';
import { nativeTables } from '../../src/live/launch/native-tables.ts';
import { prepareRoots } from '../clients/roots.mjs';
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

/** qemu-user and what is compiled for it: by what the machine has, else by what is in Debian's packages. */
async function findEmulator(): Promise<Emulator> {
  const arch = process.arch === 'arm64' ? 'x86_64' : 'aarch64';
  const own = { arch, qemu: `qemu-${arch}-static`, sysroot: `/usr/${arch}-linux-gnu`, why: '' };
  const { compiler, why } = await findCompiler(`${arch}-linux-gnu`);
  if (why !== '') return { ...own, why };
  process.env[`CC_${arch}`] ??= compiler;
  const runs = spawnSync(own.qemu, ['--version']).status === 0;
  if (!runs && arch !== 'aarch64') return { ...own, why: `this machine has no emulator for ${arch}` };
  const { roots, incomplete } = await prepareRoots(join(cacheFolder, 'clients'), runs ? [] : ['qemu']);
  return {
    arch,
    qemu: runs ? own.qemu : join(roots.tools, 'usr/bin', own.qemu),
    sysroot: existsSync(join(own.sysroot, 'lib')) ? own.sysroot : join(roots.tools, own.sysroot),
    why: Object.values(incomplete).flat().join('; '),
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
