import { CaptureError } from '../../capture/error.ts';
import type { CaptureReader } from '../../capture/reader.ts';
import type { CaptureRecord } from '../../capture/record.ts';
import { complain, InputError } from '../exit.ts';
import { noteTruncation } from './notes.ts';

/**
 * Reads a capture to its end or until `visit` returns false, then calls `report`, also when the capture turned out
 * damaged: what came before is reported all the same, and the damage after it, with exit status 3. `idle` is called
 * whenever the stream has no more for the moment.
 */
export async function readThrough(
  capture: CaptureReader,
  visit: (record: CaptureRecord) => unknown,
  report: () => void | Promise<void>,
  idle?: () => void,
): Promise<void> {
  let damage: CaptureError | InputError | null = null;
  try {
    await capture.each(visit, idle);
  } catch (error) {
    if (!(error instanceof CaptureError) && !(error instanceof InputError)) throw error;
    damage = error;
  }
  await report();
  if (damage !== null) process.exitCode = complain(damage);
  noteTruncation(capture);
}
