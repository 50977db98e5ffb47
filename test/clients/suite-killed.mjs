// Clients that are killed in the middle of whatever they do: the server goes on, and nothing of theirs stays.

import { spawn } from 'node:child_process';
import { openSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { arm64Argv } from './arm64.mjs';
import { clients, igtArgv } from './commands.mjs';
import { compileBoth } from './compile.mjs';
import { expect } from './harness.mjs';
import { CALLS } from './peer/calls.mjs';
import { compile } from './peer/script.mjs';
import { killGroup, run, tail } from './process.mjs';
import { census, difference, startServer } from './server.mjs';
import { complain } from './suite-each.mjs';

const KILLS = Number(process.env.PANTHOR_SHIM_KILLS ?? 200);
const AT_ONCE = 4;
/** What any client can make the kernel do (docs/review.md): fuzz.c does so now and then. */
const KERNEL_FAULTS = ['panthor_sync_signal_free: the kernel dereferences NULL here'];

export async function killedClients(suite, place) {
  const lacks = place.lacking({ needs: ['igt'], architecture: 'amd64' });
  if (lacks !== '') {
    suite.skip('clients are not killed at random moments', lacks);
    return;
  }
  const seed = Number(process.env.PANTHOR_SHIM_SEED ?? Date.now() % 1e9);
  await suite.test(
    `a client is killed at ${KILLS} random moments, the server keeps nothing of it`,
    async () => {
      const server = await startServer(place, '--kernel', 'next');
      try {
        return await killThem(place, server, seed);
      } finally {
        await server.stop();
      }
    },
  );
}

async function killThem(place, server, seed) {
  const random = generator(seed);
  const kinds = makeKinds(place, random);
  const env = { ...place.env, ...server.env, LD_PRELOAD: '' };
  await stillServes(place, env, 'panthor_gem');
  await sleep(300);
  const before = census(server.pid);

  let killed = 0;
  let early = 0;
  const one = async () => {
    while (killed < KILLS && server.ended === null) {
      // More ends of their own than kills would be a client that does not run at all.
      expect(early < 2 * KILLS, `${early} clients ended by themselves, ${killed} were killed (seed ${seed})`);
      const kind = kinds[Math.floor(random() * kinds.length)];
      if (await killOne(kind, env, random)) killed++;
      else early++;
      if (killed % 40 === 39) await stillServes(place, env, 'panthor_query');
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, one));
  expect(server.ended === null, `the server ended (seed ${seed})`, tail(server.stderr, 30));

  let left = difference(before, census(server.pid));
  for (let i = 0; i < 50 && left.length > 0; i++) {
    await sleep(100);
    left = difference(before, census(server.pid));
  }
  expect(left.length === 0, `something is left (seed ${seed})`, left.join('\n'));
  await stillServes(place, env, 'panthor_vm');
  await stillServes(place, env, 'panthor_group');
  const { status, signal, report } = await server.stop();
  expect(
    status === 0,
    `the server ended with ${signal ?? `status ${status}`} (seed ${seed})`,
    tail(server.stderr, 30),
  );
  const objects = Object.entries(report.left).filter(([, n]) => n > 0);
  expect(objects.length === 0, `left behind: ${objects.join(', ')} (seed ${seed})`);
  expect(report.bugs === 0, `${report.bugs} bugs (seed ${seed})`, tail(server.stderr, 30));
  const warnings = Object.keys(report.warnings).filter((text) => !KERNEL_FAULTS.includes(text));
  expect(warnings.length === 0, `the kernel would warn (seed ${seed})`, warnings.join('\n'));
  return `${report.ioctls.total} calls on ${report.files} files, seed ${seed}`;
}

/** Starts a client and kills it; false when it had ended by itself. */
function killOne(kind, env, random) {
  return new Promise((resolve) => {
    const stdin = kind.stdin === undefined ? 'ignore' : openSync(kind.stdin, 'r');
    const [file, ...args] = kind.argv();
    const child = spawn(file, args, { env, detached: true, stdio: [stdin, 'ignore', 'ignore'] });
    const [shortest, longest] = kind.ms;
    // Spread over orders of magnitude: a start is over in milliseconds, a run takes seconds.
    const after = shortest * (longest / shortest) ** random();
    const timer = setTimeout(() => killGroup(child.pid), after);
    child.on('error', () => resolve(false));
    child.on('exit', (_, signal) => {
      clearTimeout(timer);
      resolve(signal === 'SIGKILL');
    });
  });
}

/** What is killed: mostly our own list of calls, good and bad ones at random, without end. */
function makeKinds(place, random) {
  const list = join(place.scratch, 'calls-killed');
  writeFileSync(list, compile(CALLS, place.uapi));
  const programs = compileBoth(place, join(place.project, 'test/clients/peer/peer-calls.c'));
  const seed = () => String(Math.floor(random() * 2 ** 31));
  const preload = place.preload;
  const busy = {
    argv: () => ['/usr/bin/env', `LD_PRELOAD=${preload.amd64}`, programs.amd64, '/dev/dri/card0', seed()],
    stdin: list,
    ms: [3, 600],
  };
  const kinds = [busy, busy, busy, busy];
  for (const name of ['panthor_vm', 'panthor_group', 'panthor_gem']) {
    kinds.push({ argv: () => igtArgv(place, name, preload.amd64), ms: [5, 120] });
  }
  const guest = place.lacking({ needs: ['vulkan', 'qemu'], architecture: 'arm64' }) === '';
  if (guest) {
    const info = clients(place).find((c) => c.name === 'vulkaninfo');
    kinds.push({ argv: () => info.argv(preload.arm64), ms: [50, 600] });
    if (programs.arm64 !== undefined) {
      const argv = () => arm64Argv(place, programs.arm64, ['/dev/dri/renderD128', seed()], preload.arm64);
      kinds.push({ argv, stdin: list, ms: [30, 800] });
    }
  }
  return kinds;
}

async function stillServes(place, env, name) {
  const client = clients(place).find((c) => c.name === name);
  complain(client, await run(client.argv(place.preload.amd64), { env, cwd: place.scratch, seconds: 120 }));
}

/** Numbers of [0, 1) that a seed repeats (mulberry32). */
function generator(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
