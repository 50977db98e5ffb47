/** A thread that runs the searches of a review as commands of this installation, one after another. */
import { parentPort } from 'node:worker_threads';
import { runCommand } from '../review/commands.ts';
import type { CommandJob } from './commands.ts';

parentPort?.on('message', async ({ args, seconds }: CommandJob) => {
  try {
    if (args[0] !== 'explore') throw new RangeError(`a review runs no '${args[0]}'`);
    parentPort?.postMessage({ value: await runCommand(args, seconds) });
  } catch (error) {
    const { name, message } = error as Error;
    parentPort?.postMessage({ error: `${name}: ${message}` });
  }
});
