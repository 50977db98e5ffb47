/** A thread that searches parts of spaces, one after another, as it is told. */
import { parentPort } from 'node:worker_threads';
import type { Part, Space } from './part.ts';
import { PartSearcher } from './searcher.ts';

const searcher = new PartSearcher();

parentPort?.on('message', ({ space, part }: { space: Space; part: Part }) => {
  try {
    parentPort?.postMessage({ value: searcher.search(space, part) });
  } catch (error) {
    const { name, message } = error as Error;
    parentPort?.postMessage({ error: `${name}: ${message}` });
  }
});
