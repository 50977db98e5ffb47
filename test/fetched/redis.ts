/** A Redis server of Debian's for one test file: fetched, not installed, in a folder of its own, ended with the tests. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { onPath, prepareRoots } from '../clients/roots.mjs';
import { freePort } from '../tooling/free-port.ts';

const top = resolve(import.meta.dirname, '../..');

export interface Server {
  url: string;
  end(): Promise<void>;
}

/** Starts a server; or, in a sentence, why there is none. */
export async function startRedis(): Promise<Server | string> {
  let program = 'redis-server';
  const env = { ...process.env };
  if (!onPath(program)) {
    const { roots, incomplete } = (await prepareRoots(join(top, '.cache/clients'), ['redis'])) as {
      roots: { services: string };
      incomplete: Record<string, string[]>;
    };
    if (incomplete.redis !== undefined) return incomplete.redis.join('; ');
    program = join(roots.services, 'usr/bin/redis-server');
    env.LD_LIBRARY_PATH = ['x86_64-linux-gnu', 'aarch64-linux-gnu']
      .map((name) => join(roots.services, 'usr/lib', name))
      .join(':');
  }
  const folder = mkdtempSync(join(tmpdir(), 'panthor-redis-'));
  const port = await freePort();
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--dir', folder];
  const server = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = new Promise<void>((done) => server.once('exit', () => done()));
  await ready(server);
  const end = async (): Promise<void> => {
    server.kill();
    await ended;
    rmSync(folder, { recursive: true });
  };
  return { url: `redis://127.0.0.1:${port}`, end };
}

function ready(server: ChildProcess): Promise<void> {
  return new Promise((done, failed) => {
    let said = '';
    const listen = (data: Buffer): void => {
      said += data.toString();
      if (said.includes('Ready to accept connections')) done();
    };
    server.stdout?.on('data', listen);
    server.stderr?.on('data', listen);
    server.once('exit', (code) => failed(new Error(`redis-server ended with ${code}: ${said}`)));
    server.once('error', failed);
  });
}
