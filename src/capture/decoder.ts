import type { CaptureHeader, CaptureRecord } from './record.ts';
import type { Window } from './window.ts';

/**
 * Takes one form of capture apart as it arrives. Neither method waits: where the window does not hold enough they
 * say so and are called again when more has come.
 *
 * Both throw CaptureError for corruption, and for a stream that ended (`window.ended`) in the middle of something.
 */
export interface CaptureDecoder {
  /** The header and, where it is spelled otherwise than we do, its line; null: more must come. */
  header(window: Window): { header: CaptureHeader; raw: Uint8Array | null } | null;
  /** Fills `record` with the next event. False: more must come, or all is read when the stream has ended. */
  next(window: Window, record: CaptureRecord): boolean;
}
