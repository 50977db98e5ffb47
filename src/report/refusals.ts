/** Why calls of a capture were refused. */

import { ioctlOf } from '../../uapi/lookup.ts';
import type { CaptureRecord } from '../capture/record.ts';
import { makePayload, type Region } from '../payload/payload.ts';
import { type Refusal, refusalOf } from '../payload/refusal.ts';
import type { Target } from '../payload/rules/context.ts';

/** The argument of a record and what its pointers lead to, before the call; null where its struct is not known. */
export function payloadOfRecord(record: CaptureRecord): ReturnType<typeof makePayload> | null {
  const spec = ioctlOf(record.request);
  if (spec?.arg == null) return null;
  const regions = Array.from({ length: record.bufferCount }, (_, i): Region => {
    const { addrLo, addrHi } = record.buffers[i];
    return { address: (BigInt(addrHi) << 32n) | BigInt(addrLo), bytes: record.bufferIn(i) };
  });
  return makePayload(spec.arg, record.argIn, regions, spec, record.request);
}

/**
 * The reason for which an ioctl fails with `errno` on a driver of that uAPI version, as far as the record's bytes show it;
 * null where they are sound.
 */
export function refusalOfRecord(record: CaptureRecord, errno: number, uapi: Target): Refusal | null {
  const payload = payloadOfRecord(record);
  return payload === null ? null : refusalOf(payload, errno, uapi);
}
