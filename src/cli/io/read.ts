import { CaptureError } from '../../capture/error.ts';
import type { CaptureReader } from '../../capture/reader.ts';
import type { CaptureRecord } from '../../capture/record.ts';
import { complain, InputError } from '../exit.ts';
import { noteTruncation } from './notes.ts';

/**
 * Reads a capture to its end or until `visit` returns false, then calls `report`, also when the capture turned out
 * corrupt: what came before is reported all the same, and the corruption after it, with exit status 3. `idle` is called
 * whenever the stream has no more for the moment.
 */
export async function readThrough(
  capture: CaptureReader,
  visit: (record: CaptureRecord) => unknown,
  report: () => void | Promise<void>,
  idle?: () => void,
): Promise<void> {
  let corruption: CaptureError | InputError | null = null;
  try {
    await capture.each(visit, idle);
  } catch (error) {
    if (!(error instanceof CaptureError) && !(error instanceof InputError)) throw error;
    corruption = error;
  }
  await report();
  if (corruption !== null) process.exitCode = complain(corruption);
  noteTruncation(capture);
}
