// A server of its own, for tests that outlive single clients, and what can be seen of it from outside.

import { spawn } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { shim } from './captures.mjs';

/** Starts `panthor-shim serve`; resolves once it takes clients. */
export function startServer(place, ...options) {
  const [node, ...args] = shim(place, 'serve', ...options);
  const child = spawn(node, args, { cwd: place.scratch, env: place.env, stdio: ['ignore', 'pipe', 'pipe'] });
  const server = { pid: child.pid, env: {}, stderr: '', ended: null };
  child.stderr.setEncoding('utf8').on('data', (text) => {
    server.stderr += text;
  });
  const end = new Promise((resolve) => {
    child.on('exit', (status, signal) => {
      server.ended = { status, signal };
      resolve(server.ended);
    });
  });
  /** SIGTERM, and how it ends; a server that does not end within 20 s is killed. */
  server.stop = async () => {
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), 20_000);
    const ended = await end;
    clearTimeout(timer);
    return ended;
  };
  return new Promise((resolve, reject) => {
    let text = '';
    child.on('error', reject);
    child.on('exit', () => reject(new Error(`the server did not start: ${server.stderr}`)));
    child.stdout.setEncoding('utf8').on('data', (more) => {
      text += more;
      for (const [, name, value] of text.matchAll(/^export (\w+)=(.*)$/gm)) server.env[name] = value;
      if (server.env.LD_PRELOAD !== undefined) resolve(server);
    });
  });
}

/** What a process holds: descriptors by kind, and mappings of memfds. */
export function census(pid) {
  const held = { memfd: 0, socket: 0, other: 0, mappings: 0 };
  for (const fd of readdirSync(`/proc/${pid}/fd`)) {
    let target;
    try {
      target = readlinkSync(`/proc/${pid}/fd/${fd}`);
    } catch {
      continue;
    }
    if (target.startsWith('/memfd:')) held.memfd++;
    else if (target.startsWith('socket:')) held.socket++;
    else held.other++;
  }
  held.mappings = readFileSync(`/proc/${pid}/maps`, 'utf8')
    .split('\n')
    .filter((l) => l.includes('/memfd:')).length;
  return held;
}
