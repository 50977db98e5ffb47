import { CaptureError } from '../../capture/error.ts';
import type { CaptureReader } from '../../capture/reader.ts';
import type { CaptureRecord } from '../../capture/record.ts';
import { complain, InputError } from '../exit.ts';
import { followTotals } from './follow.ts';
import { noteTruncation } from './notes.ts';
import { Progress } from './progress.ts';

/** Records between two looks at the clock. */
const GLANCE = 1024;

interface Following {
  /** Called whenever the stream has no more for the moment. */
  idle?: () => void;
  /** With --follow: what has been counted so far. */
  totals?: () => string;
}

/**
 * Reads a capture to its end or until `visit` returns false, then calls `report`, also when the capture turned out
 * corrupt: what came before is reported all the same, and the corruption after it, with exit status 3.
 */
export async function readThrough(
  capture: CaptureReader,
  visit: (record: CaptureRecord) => unknown,
  report: () => void | Promise<void>,
  { idle, totals }: Following = {},
): Promise<void> {
  let corruption: CaptureError | InputError | null = null;
  const progress = new Progress('records');
  const stop = totals === undefined ? () => {} : followTotals(capture, totals, report);
  const step = (record: CaptureRecord): unknown => {
    if (totals === undefined && capture.count % GLANCE === 0) progress.show(capture.count, capture.portion());
    return visit(record);
  };
  try {
    await capture.each(step, idle);
  } catch (error) {
    if (!(error instanceof CaptureError) && !(error instanceof InputError)) throw error;
    corruption = error;
  } finally {
    stop();
    progress.clear();
  }
  await report();
  if (corruption !== null) process.exitCode = complain(corruption);
  noteTruncation(capture);
}
