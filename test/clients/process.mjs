// Child processes: each in its own group, so that a time limit ends all of it and nothing else.

import { spawn } from 'node:child_process';

const TAIL = 1 << 22; // bytes of output kept

/**
 * Runs argv to its end. `seconds` is the time limit, after which the whole group is killed.
 * Resolves to { status, signal, timedOut, stdout, stderr, seconds }; never rejects.
 */
export function run(argv, { env = process.env, cwd, seconds = 120, started } = {}) {
  return new Promise((resolve) => {
    const begin = process.hrtime.bigint();
    const child = spawn(argv[0], argv.slice(1), {
      cwd,
      env,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const result = { status: null, signal: null, timedOut: false, stdout: '', stderr: '', seconds: 0 };
    const timer = setTimeout(() => {
      result.timedOut = true;
      killGroup(child.pid);
    }, seconds * 1000);
    for (const name of ['stdout', 'stderr']) {
      child[name].setEncoding('utf8');
      child[name].on('data', (text) => {
        result[name] = (result[name] + text).slice(-TAIL);
      });
    }
    const finish = (status, signal) => {
      clearTimeout(timer);
      resolve({ ...result, status, signal, seconds: Number(process.hrtime.bigint() - begin) / 1e9 });
    };
    child.on('error', (e) => {
      result.stderr += String(e);
      finish(null, null);
    });
    child.on('close', finish);
    started?.(child);
  });
}

/** SIGKILL for a process group that run() or a caller's own detached spawn made. */
export function killGroup(pid) {
  try {
    if (pid > 1) process.kill(-pid, 'SIGKILL');
  } catch {
    // it ended by itself
  }
}

/** '' for an end that a program chose, else how it was ended. */
export function crashed(result) {
  if (result.timedOut) return `still running after ${result.seconds.toFixed(0)} s`;
  if (result.signal !== null) return `ended by ${result.signal}`;
  if (result.status === null) return `not started: ${result.stderr.trim()}`;
  if (result.status > 128 && result.status < 160)
    return `status ${result.status}, as of signal ${result.status - 128}`;
  const qemu = /qemu: uncaught target signal \d+.*/.exec(result.stderr);
  return qemu === null ? '' : qemu[0];
}

/** '' for exit status 0, else what it was. */
export function status0(result) {
  return result.status === 0 ? '' : crashed(result) || `status ${result.status}`;
}

/** The last lines of what a program said, for a failure's report. */
export function tail(text, lines = 15) {
  return text.trimEnd().split('\n').slice(-lines).join('\n');
}
