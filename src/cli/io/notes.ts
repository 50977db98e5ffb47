import type { CaptureReader } from '../../capture/reader.ts';
import { note } from '../exit.ts';

/** Says on standard error where a FIFO's writer went away within a record; that is no error. */
export function noteTruncation(capture: CaptureReader): void {
  if (capture.truncated === null) return;
  const { record, byte } = capture.truncated;
  note(`${capture.name}: the writer went away in record ${record}, at byte ${byte}`);
}
