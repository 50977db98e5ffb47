/** One build at a time in a part of the cache: others wait, whichever version of ours they are. */
import { type ChildProcess, spawn } from 'node:child_process';

/** Says that it has the lock, and keeps it until its input ends: with the process that waits for it, however that ends. */
const HOLD = ['sh', '-c', 'echo; exec cat >/dev/null'];

/** Holds the lock on a file while `action` runs; `waiting` is told where another has it. Without flock(1) nothing is held. */
export async function locked<T>(
  path: string,
  waiting: () => void,
  action: () => T | Promise<T>,
): Promise<Awaited<T>> {
  let holder = await take(path, '--nonblock');
  if (holder === null) {
    waiting();
    holder = await take(path);
  }
  try {
    return await action();
  } finally {
    holder?.stdin?.end();
  }
}

/** Who holds the lock from now on; null where it is another's (or there is no flock(1)). */
async function take(path: string, ...how: string[]): Promise<ChildProcess | null> {
  const holder = spawn('flock', [...how, path, ...HOLD], { stdio: ['pipe', 'pipe', 'ignore'] });
  const has = await new Promise<boolean>((done) => {
    holder.stdout.once('data', () => done(true));
    holder.once('close', () => done(false));
    holder.once('error', () => done(false));
  });
  return has ? holder : null;
}
