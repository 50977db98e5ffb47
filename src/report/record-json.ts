import type { Json, JsonObject } from '../../uapi/codec.ts';
import { errnoName } from '../../uapi/errno.ts';
import { hex, hex64 } from '../../uapi/hex.ts';
import { ioctlName, ioctlOf } from '../../uapi/lookup.ts';
import type { CaptureRecord } from '../capture/record.ts';
import { toJson } from '../payload/json.ts';
import { makePayload } from '../payload/payload.ts';

/** What the kernel would say of the call is not asked for here. */
const NO_VERDICT = { rejects: [], conditions: [] };

/**
 * A record as one line of JSON: the argument and what its pointers lead to, taken apart, as they were before the call
 * and (`out`) after it, where it changed them.
 */
export function recordJson(record: CaptureRecord): string {
  const head = { index: record.index, type: record.type, time_ns: record.timeNs };
  if (record.type === 'close') return JSON.stringify({ ...head, fd: record.fd });
  if (record.type === 'mmap') {
    const { fd, prot, flags, ok } = record;
    const length = hex64(record.lengthLo, record.lengthHi);
    return JSON.stringify({
      ...head,
      fd,
      length,
      prot,
      flags,
      offset: hex64(record.offsetLo, record.offsetHi),
      ok,
    });
  }
  const changed = hasChanged(record);
  return JSON.stringify({
    ...head,
    tid: record.tid,
    fd: record.fd,
    request: hex(record.request),
    name: ioctlName(record.request),
    ...sideJson(record, record.argIn, (i) => record.bufferIn(i)),
    ...(changed
      ? { out: sideJson(record, record.argOut, (i) => record.bufferOut(i) ?? record.bufferIn(i)) }
      : {}),
    ret: record.ret,
    errno: record.errno,
    error: record.errno === 0 ? null : errnoName(record.errno),
  });
}

function hasChanged(record: CaptureRecord): boolean {
  for (let i = 0; i < record.bufferCount; i++) if (record.buffers[i].outAt >= 0) return true;
  return Buffer.compare(record.argIn, record.argOut) !== 0;
}

function sideJson(
  record: CaptureRecord,
  argument: Uint8Array,
  bufferBytes: (i: number) => Uint8Array,
): { arg: Json; buffers: Json } {
  const spec = ioctlOf(record.request);
  const regions = Array.from({ length: record.bufferCount }, (_, i) => {
    const { addrLo, addrHi } = record.buffers[i];
    return { address: (BigInt(addrHi) << 32n) | BigInt(addrLo), bytes: bufferBytes(i) };
  });
  if (spec?.arg == null) {
    const buffers = regions.map(({ address, bytes }): JsonObject => {
      return { addr: hex(address), bytes: Buffer.from(bytes).toString('hex') };
    });
    return { arg: Buffer.from(argument).toString('hex'), buffers };
  }
  const payload = makePayload(spec.arg, argument, regions, spec, record.request);
  const { value, buffers } = toJson(payload, NO_VERDICT);
  return { arg: value, buffers };
}
