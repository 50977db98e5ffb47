/**
 * A worker thread that answers one question of the library's (src/api/explore.ts) and ends. The explorer keeps the state
 * that it tracks in its modules, so that each exploration of a program has to have modules of its own; and it does not
 * give way while it searches, which is fine here.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { type ExploreRequest, run } from './command.ts';

/** What is sent back, in this order: any number of `progress`, then one of the others. */
export type LibraryMessage =
  | { progress: string }
  | { reply: unknown }
  | { error: { name: string; message: string; stack: string | undefined } };

const tell = (message: LibraryMessage): void => parentPort?.postMessage(message);

try {
  const request = workerData as Omit<ExploreRequest, 'progress'>;
  const { text } = await run({ ...request, progress: (progress) => tell({ progress }) });
  tell({ reply: JSON.parse(text) });
} catch (thrown) {
  const { name, message, stack } = thrown as Error;
  tell({ error: { name, message, stack } });
}
