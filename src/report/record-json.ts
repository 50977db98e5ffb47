import { decode, type Json, type JsonObject } from '../../uapi/codec.ts';
import { errnoName } from '../../uapi/errno.ts';
import type { CaptureRecord } from '../capture/record.ts';
import { ioctlName, ioctlOf } from './requests.ts';

/** A record as one line of JSON with its argument taken apart; bytes behind pointers stay hex, by their address. */
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
  return JSON.stringify({
    ...head,
    tid: record.tid,
    fd: record.fd,
    request: `0x${record.request.toString(16)}`,
    name: ioctlName(record.request),
    arg: argument(record, record.argIn),
    arg_out: argument(record, record.argOut),
    buffers: Array.from({ length: record.bufferCount }, (_, i) => buffer(record, i)),
    ret: record.ret,
    errno: record.errno,
    error: record.errno === 0 ? null : errnoName(record.errno),
  });
}

function argument(record: CaptureRecord, bytes: Uint8Array): Json {
  const layout = ioctlOf(record.request)?.arg;
  return layout ? decode(layout, bytes) : Buffer.from(bytes).toString('hex');
}

function buffer(record: CaptureRecord, i: number): JsonObject {
  const { addrLo, addrHi } = record.buffers[i];
  const out = record.bufferOut(i);
  return {
    addr: hex64(addrLo, addrHi),
    in: Buffer.from(record.bufferIn(i)).toString('hex'),
    ...(out === null ? {} : { out: Buffer.from(out).toString('hex') }),
  };
}

function hex64(lo: number, hi: number): string {
  return `0x${((BigInt(hi) << 32n) | BigInt(lo)).toString(16)}`;
}
