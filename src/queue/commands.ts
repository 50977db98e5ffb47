/** Commands of a review that the workers of a queue run. */
import type { Ended, RunCommand } from '../review/commands.ts';
import { Jobs } from './jobs.ts';

/** `panthor-shim ARGS`, ended after `seconds`. */
export interface CommandJob {
  args: readonly string[];
  seconds: number;
}

/**
 * Runs commands on the workers of the queue at `address`, for a review of `what`. Trees lie under the same names there: on a
 * file system that the machines share, say.
 */
export async function commandsOn(
  address: string,
  what: string,
): Promise<{ run: RunCommand; end: () => Promise<void> }> {
  const jobs = await Jobs.begin(address, 'review', what);
  const open = new Map<string, { done: (ended: Ended) => void; failed: (error: unknown) => void }>();
  let number = 0;
  let pumping = false;
  /** Hands results on for as long as any is awaited. */
  const pump = async (): Promise<void> => {
    if (pumping) return;
    pumping = true;
    try {
      while (open.size > 0) {
        const result = await jobs.next(1000);
        if (result === null) continue;
        open.get(result.key)?.done(result.value as Ended);
        open.delete(result.key);
        await jobs.report({ commands: number - open.size }, 0);
      }
    } catch (error) {
      for (const { failed } of open.values()) failed(error);
      open.clear();
    } finally {
      pumping = false;
    }
  };
  const run: RunCommand = async (args, seconds) => {
    const key = String(number++);
    const ended = new Promise<Ended>((done, failed) => open.set(key, { done, failed }));
    await jobs.submit(key, { args, seconds } satisfies CommandJob);
    void pump();
    return ended;
  };
  return { run, end: () => jobs.end() };
}
