// A server of its own, for tests that outlive single clients, and what can be seen of it from outside.

import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { shim } from './captures.mjs';

/**
 * Starts a server that lasts until stop(): a `run` whose command only says its environment and waits. Resolves once it
 * takes clients, with `env` for them (without LD_PRELOAD) and `pid`.
 */
export function startServer(place, ...options) {
  const file = join(place.scratch, `report-${process.hrtime.bigint()}.json`);
  const wait = ['/bin/sh', '-c', 'env; exec cat >/dev/null'];
  const [node, ...args] = shim(place, 'run', ...options, '--report', file, '--', ...wait);
  const child = spawn(node, args, { cwd: place.scratch, env: place.env, stdio: ['pipe', 'pipe', 'pipe'] });
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
  /** Ends it, and says how it ended and what it reports; one that does not end within 20 s is killed. */
  server.stop = async () => {
    child.stdin.end();
    const timer = setTimeout(() => child.kill('SIGKILL'), 20_000);
    const ended = await end;
    clearTimeout(timer);
    const report = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined;
    return { ...ended, report };
  };
  return new Promise((resolve, reject) => {
    let text = '';
    child.on('error', reject);
    child.on('exit', () => reject(new Error(`the server did not start: ${server.stderr}`)));
    child.stdout.setEncoding('utf8').on('data', (more) => {
      text += more;
      for (const [, name, value] of text.matchAll(/^(PANTHOR_SHIM_\w+)=(.*)\n/gm)) server.env[name] = value;
      if (server.env.PANTHOR_SHIM_DIR !== undefined && server.env.PANTHOR_SHIM_CARD !== undefined)
        resolve(server);
    });
  });
}

/** What a process holds, by kind: descriptors by what they lead to, and mappings of memfds. */
export function census(pid) {
  const held = {};
  const count = (what) => {
    held[what] = (held[what] ?? 0) + 1;
  };
  for (const fd of readdirSync(`/proc/${pid}/fd`)) {
    try {
      // Of socket:[123], pipe:[123] and /memfd:name (deleted) the kind is enough.
      count(readlinkSync(`/proc/${pid}/fd/${fd}`).replace(/\[\d+\]/, ''));
    } catch {
      // closed meanwhile
    }
  }
  for (const line of readFileSync(`/proc/${pid}/maps`, 'utf8').split('\n')) {
    if (line.includes('/memfd:')) count('mapping of a memfd');
  }
  return held;
}

/** Lines for what differs between two of them. */
export function difference(before, after) {
  return [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter((what) => before[what] !== after[what])
    .map((what) => `${what}: ${before[what] ?? 0} before, ${after[what] ?? 0} after`);
}
