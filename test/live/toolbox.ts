import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as immediate, setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { expect, vi } from 'vitest';
import { PanthorDevice } from '../../src/driver/device.ts';
import { gpuProfile } from '../../src/driver/gpu-profile.ts';
import { PanthorDrv } from '../../src/driver/ioctl/drv.ts';
import { kernel } from '../../src/driver/kernels.ts';
import { nativeTables } from '../../src/live/launch/native-tables.ts';
import { makeDeviceTree } from '../../src/live/server/files/device-tree.ts';
import type { Observer } from '../../src/live/server/observer.ts';
import { LiveServer, type ServerOptions } from '../../src/live/server/server.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const stubs = join(root, 'native-stubs');
const programs = fileURLToPath(new URL('programs', import.meta.url));

interface Compile {
  compile(options: { tables: string; flags?: string[] }): { built: string[]; missing: string[] };
  compilerFor(arch: string): string | null;
  WARNINGS: string[];
  STRICT: string[];
}
const native = (await import(pathToFileURL(join(stubs, 'compile.mjs')).href)) as Compile;
const hostArch = process.arch === 'arm64' ? 'aarch64' : 'x86_64';

/** The machine's C compiler, or null: then there is nothing of this to test. */
export const compiler = native.compilerFor(hostArch);
if (compiler === null) {
  process.stderr.write(
    '\n*** NO C COMPILER: the preload library and its tests in test/live are SKIPPED ***\n\n',
  );
}

/** What compile() makes for each architecture. */
const COMPILED = ['libpanthor_shim.so', 'libdrm_recorder.so', 'server.node', 'panthor-door'];

function newest(path: string): number {
  const stat = statSync(path);
  if (!stat.isDirectory()) return stat.mtimeMs;
  return Math.max(...readdirSync(path).map((name) => newest(join(path, name))));
}

/** Whether everything that there is a compiler for has been compiled from the sources as they are. */
function isFresh(): boolean {
  const made = ['x86_64', 'aarch64']
    .filter((arch) => native.compilerFor(arch) !== null)
    .flatMap((arch) => COMPILED.map((name) => join(stubs, 'build', arch, name)));
  if (!made.every((path) => existsSync(path))) return false;
  const oldest = Math.min(...made.map((path) => statSync(path).mtimeMs));
  const headers = readdirSync(stubs).filter((name) => name.endsWith('.h'));
  const sources = ['preload', 'server', 'record', 'door', ...headers, 'compile.mjs'].map((name) =>
    join(stubs, name),
  );
  sources.push(join(root, 'uapi'), join(root, 'src/live/launch/native-tables.ts'));
  return sources.every((path) => newest(path) < oldest);
}

/** Compiles the native parts where their sources have changed; test files that start together take turns. */
export async function buildNative(): Promise<void> {
  mkdirSync(join(stubs, 'build'), { recursive: true });
  const lock = join(stubs, 'build', '.lock');
  for (let waited = 0; ; waited += 50) {
    try {
      mkdirSync(lock);
      break;
    } catch {
      if (waited > 60_000) rmSync(lock, { recursive: true, force: true });
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
  try {
    if (!isFresh()) native.compile({ tables: nativeTables(), flags: native.STRICT });
  } finally {
    rmdirSync(lock);
  }
}

/** The preload library for an architecture. */
export function libraryOf(arch: string): string {
  return join(stubs, 'build', arch, 'libpanthor_shim.so');
}

/** Compiles test/live/programs/<name>.c and returns the program's path. */
export function compileProgram(
  name: string,
  dir: string,
  flags: readonly string[] = [],
  arch: string = hostArch,
): string {
  const out = join(dir, `${name}-${arch}`);
  const source = join(programs, `${name}.c`);
  const args = ['-std=c11', '-D_GNU_SOURCE', '-O1', '-g', ...native.WARNINGS, ...native.STRICT, ...flags];
  execFileSync(native.compilerFor(arch)!, [...args, '-o', out, source, '-lpthread', '-ldl', '-lrt'], {
    stdio: 'inherit',
  });
  return out;
}

/** A server in this process, and what there is to look at. */
export interface Fixture {
  dir: string;
  server: LiveServer;
  drv: PanthorDrv;
  device: PanthorDevice;
  env: NodeJS.ProcessEnv;
  /** Serves until `promise` is settled. */
  until<T>(promise: Promise<T>): Promise<T>;
  /** Serves until nothing arrives any more. */
  runToQuiescence(): Promise<void>;
  close(): void;
}

export interface FixtureOptions {
  kernel?: string;
  observers?: readonly Observer[];
  limits?: Partial<PanthorDrv['limits']>;
  server?: Partial<ServerOptions>;
}

/** Descriptors that this process has open. */
export function openDescriptors(): number {
  return readdirSync('/proc/self/fd').length;
}

/** How many descriptors are open once no thread closes any: what the kernel gives back late is closed by another thread. */
export async function restingDescriptors(): Promise<number> {
  let count = openDescriptors();
  for (let looks = 0; looks < 10; looks++) {
    await sleep(20);
    const now = openDescriptors();
    if (now === count) continue;
    count = now;
    looks = -1;
  }
  return count;
}

/** As many descriptors are open as there were, within ten seconds. */
export async function expectDescriptors(count: number): Promise<void> {
  await vi.waitFor(() => expect(openDescriptors()).toBe(count), 10_000);
}

function monotonicNs(): number {
  return Number(process.hrtime.bigint());
}

/** Starts a server in this process: nothing happens in it but inside until() and runToQuiescence(). */
export function startServer(options: FixtureOptions = {}): Fixture {
  const dir = mkdtempSync(join(tmpdir(), 'panthor-live-'));
  makeDeviceTree(join(dir, 'root'), 0);
  const device = new PanthorDevice({
    kernel: kernel(options.kernel ?? 'next'),
    gpu: gpuProfile('g610'),
    now: monotonicNs,
  });
  const drv = new PanthorDrv(device);
  Object.assign(drv.limits, options.limits);
  const server = new LiveServer({ dir, drv, card: 0, observers: options.observers ?? [], ...options.server });
  return {
    dir,
    server,
    drv,
    device,
    env: { ...process.env, LD_PRELOAD: libraryOf(hostArch), PANTHOR_SHIM_DIR: dir, PANTHOR_SHIM_CARD: '0' },
    async until<T>(promise: Promise<T>): Promise<T> {
      let settled = false;
      const done = promise.finally(() => {
        settled = true;
      });
      done.catch(() => {});
      while (!settled) {
        server.step(1e6);
        await immediate();
      }
      return done;
    },
    async runToQuiescence(): Promise<void> {
      for (let i = 0; i < 20 || server.hasWork; i++) {
        server.step(5e6);
        await immediate();
      }
    },
    close(): void {
      server.close();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

export interface Ended {
  status: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

/** Starts a program on a fixture; `ended` resolves with what it said, when no process can say more. */
export function startProgram(
  fixture: Fixture,
  path: string,
  args: readonly string[] = [],
  env: NodeJS.ProcessEnv = {},
): { child: ChildProcess; ended: Promise<Ended> } {
  const child = spawn(path, args, { env: { ...fixture.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout!.on('data', (text) => (stdout += text));
  child.stderr!.on('data', (text) => (stderr += text));
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status, signal) => resolve({ status, signal, stdout, stderr }));
  });
  return { child, ended };
}

/** Runs a program on a fixture to its end. */
export function runProgram(
  fixture: Fixture,
  path: string,
  args: readonly string[] = [],
  env?: NodeJS.ProcessEnv,
): Promise<Ended> {
  return fixture.until(startProgram(fixture, path, args, env).ended);
}

/** Everything that clients can leave behind in a server: all zero when they are gone. */
export function leftOver(fixture: Fixture) {
  const { server, drv, device } = fixture;
  return {
    connections: server.connectionCount,
    files: server.dispatcher.files.size,
    memories: server.dispatcher.memories.count,
    exports: server.dispatcher.exports.count,
    objects: drv.clientBos.size,
    blocked: drv.blockedCalls.size,
    bugs: server.dispatcher.bugs.count,
    tables: device.machine.memory.live,
    gems: device.gem.live,
  };
}

/**
 * Clients have left no more behind than there was, within ten seconds: the last descriptor of a dma-buf may be closed by another
 * thread after the server has asked who has it.
 */
export async function expectLeftOver(fixture: Fixture, before: ReturnType<typeof leftOver>): Promise<void> {
  await vi.waitFor(async () => {
    fixture.server.dispatcher.exports.sweepSoon();
    await fixture.runToQuiescence();
    expect(leftOver(fixture)).toEqual(before);
  }, 10_000);
}
