/** Why the capture's own driver refused calls. */
import type { CaptureHeader, CaptureRecord } from '../capture/record.ts';
import { kernelFor } from '../driver/kernels/for-capture.ts';
import { kernel } from '../driver/kernels.ts';
import { InputError } from '../errors.ts';
import type { Refusal } from '../payload/refusal.ts';
import type { Target } from '../payload/rules/context.ts';
import { refusalOfRecord } from '../report/refusals.ts';
import { parseUapi } from './newer.ts';
import { Replayer } from './replayer.ts';

/**
 * Plays a capture on the model of the kernel that it was recorded on. What the model refuses with the same error is refused for
 * the same reason; of other calls the bytes are looked at.
 */
export class RefusalsThere {
  readonly #target: Target;
  /** Null where the capture asks for more than a replay has room for. */
  #replayer: Replayer | null;

  constructor(header: CaptureHeader) {
    const there = kernel(kernelFor(header).name);
    this.#target = { ...(parseUapi(header.driver_version) ?? there.uapi), behaviours: there.behaviours };
    this.#replayer = new Replayer(header, { kernel: there });
  }

  /** Plays the next record. */
  step(record: CaptureRecord): void {
    try {
      this.#replayer?.step(record);
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      this.#replayer = null;
    }
  }

  /** Why the record that was played last failed; null where that is not known. */
  of(record: CaptureRecord): Refusal | null {
    const { ret, refusal } = this.#replayer ?? { ret: 0, refusal: null };
    const isSame = refusal !== null && ret === -record.errno;
    return isSame ? refusal : refusalOfRecord(record, record.errno, this.#target);
  }
}
