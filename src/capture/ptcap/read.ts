import { wire_header } from '../../../uapi/frame.ts';
import { _IOC_SIZE } from '../../../uapi/ioctl.ts';
import { HIGH_WORD } from '../../../uapi/layout.ts';
import type { Frame } from '../frame.ts';
import { FRAME_CLOSE, FRAME_HEADER, FRAME_IOCTL, FRAME_MMAP } from '../frame.ts';
import type { CaptureHeader, CaptureRecord } from '../record.ts';
import { MAX_BUFFERS, MAX_RECORD_BYTES, REPLIES } from '../record.ts';
import { PayloadFields } from './fields.ts';
import { ABSENT, ptcap_buffer, ptcap_close, ptcap_ioctl, ptcap_mmap } from './format.ts';

const INT_MAX = 0x7fffffff;
/** Where the kind is, from the payload that the frame's header is in front of. */
const KIND = wire_header.off.kind - wire_header.size;

/** Reads the payload of a FRAME_HEADER. */
export function readHeaderFrame(
  view: DataView,
  data: Uint8Array,
  frame: Frame,
  start: number,
): CaptureHeader {
  const fields = new PayloadFields(view, data, frame, -1, start);
  if (frame.kind !== FRAME_HEADER)
    fields.fail(fields.at + KIND, 'frame kind', `${frame.kind}`, '1, the header');
  const replies = REPLIES[fields.u32('replies', REPLIES.length - 1)];
  const sizes = [fields.u32('arch'), fields.u32('client'), fields.u32('driver_version')];
  const string = (field: string, size: number): string => {
    const at = fields.take(size, field);
    try {
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(data.subarray(at, at + size));
    } catch {
      return fields.fail(at, field, 'other bytes', 'UTF-8');
    }
  };
  const header: CaptureHeader = {
    arch: string('arch', sizes[0]),
    client: string('client', sizes[1]),
    replies,
  };
  if (sizes[2] !== ABSENT) header.driver_version = string('driver_version', sizes[2]);
  fields.done();
  return header;
}

/** Reads the payload of a FRAME_IOCTL, FRAME_MMAP or FRAME_CLOSE; the record's bytes stay in `data`. */
export function readEventFrame(
  view: DataView,
  data: Uint8Array,
  frame: Frame,
  record: CaptureRecord,
  index: number,
  start: number,
): void {
  record.raw = null;
  record.node = null;
  record.compat = null;
  if (frame.kind === FRAME_IOCTL && frame.size >= ptcap_ioctl.size && readIoctl(view, data, frame, record))
    return;
  const fields = new PayloadFields(view, data, frame, index, start);
  switch (frame.kind) {
    case FRAME_IOCTL:
      explainIoctl(fields);
      break;
    case FRAME_MMAP:
      readMmap(fields, record);
      break;
    case FRAME_CLOSE:
      readClose(fields, record);
      break;
    default: {
      const found = frame.kind === FRAME_HEADER ? 'a second header' : `${frame.kind}`;
      fields.fail(fields.at + KIND, 'frame kind', found, 'that of an event, 2 to 5');
    }
  }
}

/** The fast path: false where anything is out of range, and `explainIoctl` then says what. */
function readIoctl(view: DataView, data: Uint8Array, frame: Frame, record: CaptureRecord): boolean {
  const { off } = ptcap_ioctl;
  let at = frame.at;
  const end = at + frame.size;
  const timeHi = view.getUint32(at + off.time_ns + HIGH_WORD, true);
  const tid = view.getInt32(at + off.tid, true);
  const fd = view.getInt32(at + off.fd, true);
  const request = view.getUint32(at + off.request, true);
  const ret = view.getInt32(at + off.ret, true);
  const errno = view.getUint32(at + off.errno, true);
  const count = view.getUint32(at + off.buffers, true);
  if (timeHi > 0x1fffff || tid < 0 || fd < 0 || ret < -1 || errno > 4095 || count > MAX_BUFFERS) return false;
  record.type = 'ioctl';
  record.timeNs = timeHi * 0x100000000 + view.getUint32(at + off.time_ns, true);
  record.tid = tid;
  record.fd = fd;
  record.request = request;
  record.ret = ret;
  record.errno = errno;
  record.bytes = data;
  const size = _IOC_SIZE(request);
  const padded = (size + 7) & ~7;
  record.argSize = size;
  record.argInAt = at + ptcap_ioctl.size;
  record.argOutAt = record.argInAt + padded;
  record.bufferCount = 0;
  at = record.argOutAt + padded;
  if (
    at > end ||
    !zeros(data, record.argInAt + size, record.argOutAt) ||
    !zeros(data, record.argOutAt + size, at)
  ) {
    return false;
  }
  let total = 2 * size;
  for (let i = 0; i < count; i++) {
    if (end - at < ptcap_buffer.size) return false;
    const inSize = view.getUint32(at + ptcap_buffer.off.in, true);
    const outSize = view.getUint32(at + ptcap_buffer.off.out, true);
    const out = outSize === ABSENT ? 0 : outSize;
    if (inSize > MAX_RECORD_BYTES || out > MAX_RECORD_BYTES) return false;
    total += inSize + out;
    const span = record.addBuffer();
    span.addrLo = view.getUint32(at + ptcap_buffer.off.addr, true);
    span.addrHi = view.getUint32(at + ptcap_buffer.off.addr + HIGH_WORD, true);
    span.addr = span.addrHi * 0x100000000 + span.addrLo;
    span.inAt = at + ptcap_buffer.size;
    span.inSize = inSize;
    const outAt = span.inAt + ((inSize + 7) & ~7);
    span.outAt = outSize === ABSENT ? -1 : outAt;
    span.outSize = out;
    at = outAt + ((out + 7) & ~7);
    if (at > end || !zeros(data, span.inAt + inSize, outAt) || !zeros(data, outAt + out, at)) return false;
  }
  return at === end && total <= MAX_RECORD_BYTES;
}

function zeros(data: Uint8Array, at: number, end: number): boolean {
  for (let i = at; i < end; i++) {
    if (data[i] !== 0) return false;
  }
  return true;
}

/** Goes through an ioctl's payload again, field by field, to name the first that is wrong. */
function explainIoctl(fields: PayloadFields): never {
  fields.u53('time_ns');
  fields.u32('tid', INT_MAX);
  fields.u32('fd', INT_MAX);
  const size = _IOC_SIZE(fields.u32('request'));
  const ret = fields.u32('ret') | 0;
  if (ret < -1) fields.fail(fields.at - 4, 'ret', `${ret}`, '-1 or more');
  fields.u32('errno', 4095);
  const count = fields.u32('buffers', MAX_BUFFERS);
  fields.padded(size, 'arg_in');
  fields.padded(size, 'arg_out');
  let total = 2 * size;
  for (let i = 0; i < count; i++) {
    fields.take(8, `buffers[${i}].addr`);
    const inSize = fields.u32(`buffers[${i}].in`);
    const outSize = fields.u32(`buffers[${i}].out`);
    fields.padded(inSize, `buffers[${i}].in`);
    if (outSize !== ABSENT) fields.padded(outSize, `buffers[${i}].out`);
    total += inSize + (outSize === ABSENT ? 0 : outSize);
  }
  if (total > MAX_RECORD_BYTES) {
    fields.fail(fields.at, 'record', `${total} bytes`, `at most ${MAX_RECORD_BYTES}`);
  }
  fields.done();
  throw new Error('an ioctl frame was refused for a reason that explainIoctl does not know');
}

function readMmap(fields: PayloadFields, record: CaptureRecord): void {
  if (fields.frame.size !== ptcap_mmap.size) {
    fields.fail(
      fields.at - wire_header.size,
      'frame size',
      `${fields.frame.size}`,
      `${ptcap_mmap.size} for an mmap`,
    );
  }
  record.type = 'mmap';
  record.timeNs = fields.u53('time_ns');
  record.fd = fields.u32('fd', INT_MAX);
  record.prot = fields.u32('prot');
  record.lengthLo = fields.u32('length');
  record.lengthHi = fields.u32('length');
  record.offsetLo = fields.u32('offset');
  record.offsetHi = fields.u32('offset');
  record.flags = fields.u32('flags');
  record.ok = fields.u32('ok', 1) === 1;
}

function readClose(fields: PayloadFields, record: CaptureRecord): void {
  if (fields.frame.size !== ptcap_close.size) {
    fields.fail(
      fields.at - wire_header.size,
      'frame size',
      `${fields.frame.size}`,
      `${ptcap_close.size} for a close`,
    );
  }
  record.type = 'close';
  record.timeNs = fields.u53('time_ns');
  record.fd = fields.u32('fd', INT_MAX);
  fields.u32('spare word', 0);
}
