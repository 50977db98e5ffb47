/** A Redis or Valkey server of Debian's for one test file: fetched, not installed, in a folder of its own, ended with the tests. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { onPath, prepareRoots } from '../clients/roots.mjs';
import { freePort } from '../tooling/free-port.ts';

const top = resolve(import.meta.dirname, '../..');

export interface Server {
  url: string;
  end(): Promise<void>;
}

/** Which of the two: PANTHOR_SHIM_QUEUE_SERVER, as nightly.mjs has it. */
const KIND = process.env.PANTHOR_SHIM_QUEUE_SERVER === 'valkey' ? 'valkey' : 'redis';

interface Program {
  command: string;
  args: string[];
  env: NodeJS.ProcessEnv;
}

/** The server's program, on the PATH or fetched; or, in a sentence, why there is none. */
async function programOf(): Promise<Program | string> {
  const command = `${KIND}-server`;
  if (onPath(command)) return { command, args: [], env: process.env };
  const { roots, incomplete } = (await prepareRoots(join(top, '.cache/clients'), [KIND])) as {
    roots: { services: string; valkey: string };
    incomplete: Record<string, string[]>;
  };
  if (incomplete[KIND] !== undefined) return incomplete[KIND].join('; ');
  const root = KIND === 'valkey' ? roots.valkey : roots.services;
  const libraries = ['x86_64-linux-gnu', 'aarch64-linux-gnu']
    .map((name) => join(root, 'usr/lib', name))
    .join(':');
  const program = join(root, 'usr/bin', command);
  if (KIND === 'redis')
    return { command: program, args: [], env: { ...process.env, LD_LIBRARY_PATH: libraries } };
  // It is of a newer release than the machine, and runs on that one's own C library.
  const [loader] = ['usr/lib64', 'usr/lib'].flatMap((name) =>
    readdirSync(join(root, name)).flatMap((file) =>
      file.startsWith('ld-linux') ? [join(root, name, file)] : [],
    ),
  );
  return {
    command: loader,
    args: ['--library-path', libraries, program],
    env: process.env,
  };
}

/** Starts a server; or, in a sentence, why there is none. */
export async function startServer(): Promise<Server | string> {
  const program = await programOf();
  if (typeof program === 'string') return program;
  const folder = mkdtempSync(join(tmpdir(), `panthor-${KIND}-`));
  const port = await freePort();
  const args = [
    ...program.args,
    '--port',
    String(port),
    '--bind',
    '127.0.0.1',
    '--save',
    '',
    '--dir',
    folder,
  ];
  const server = spawn(program.command, args, { env: program.env, stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = new Promise<void>((done) => server.once('exit', () => done()));
  await ready(server);
  const end = async (): Promise<void> => {
    server.kill();
    await ended;
    rmSync(folder, { recursive: true });
  };
  return { url: `${KIND}://127.0.0.1:${port}`, end };
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
    server.once('exit', (code) => failed(new Error(`${KIND}-server ended with ${code}: ${said}`)));
    server.once('error', failed);
  });
}
