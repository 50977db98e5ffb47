/** Signals that end a command, and what has to be done before. */

const NAMES: readonly NodeJS.Signals[] = ['SIGINT', 'SIGQUIT', 'SIGTERM', 'SIGHUP'];
type Handler = (signal: NodeJS.Signals) => void;

const handlers: Handler[] = [];
const cleanups = new Set<() => void>();

const dispatch = (signal: NodeJS.Signals): void => handlers.at(-1)?.(signal);

/** While `work` is under way, SIGINT, SIGQUIT, SIGTERM and SIGHUP go to `handler` alone. */
export async function withSignals<T>(handler: Handler, work: () => Promise<T>): Promise<T> {
  if (handlers.length === 0) for (const name of NAMES) process.on(name, dispatch);
  handlers.push(handler);
  try {
    return await work();
  } finally {
    handlers.splice(handlers.lastIndexOf(handler), 1);
    if (handlers.length === 0) for (const name of NAMES) process.off(name, dispatch);
  }
}

/** Does `work` when die() ends the process; calling what this returns takes it back. */
export function beforeDeath(work: () => void): () => void {
  cleanups.add(work);
  return () => {
    cleanups.delete(work);
  };
}

/** Cleans up, and dies of the signal as if it had not been caught: also where a thread waits for something. */
export function die(signal: NodeJS.Signals): void {
  for (const work of cleanups) work();
  for (const name of NAMES) process.off(name, dispatch);
  process.kill(process.pid, signal);
}
