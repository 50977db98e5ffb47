import { _IOC_SIZE } from '../../../uapi/ioctl.ts';
import type { CaptureHeader, CaptureRecord, DeviceNode, Replies } from '../record.ts';
import {
  CAPTURE_VERSION,
  DEVICE_NODES,
  MAX_BUFFERS,
  MAX_RECORD_BYTES,
  REPLIES,
  setIoctl,
} from '../record.ts';
import type { LineFields } from './json-fields.ts';
import type { JsonNode } from './json-scan.ts';

const INT_MAX = 0x7fffffff;
const U32_MAX = 0xffffffff;
const ERRNO_MAX = 4095;

/** Reads the header of a capture. Throws CaptureError where the line is anything else. */
export function readHeader(fields: LineFields): CaptureHeader {
  const string = (key: string): string => fields.string(fields.get(key), key);
  const word = (key: string, expected: readonly string[]): string => {
    const value = string(key);
    if (!expected.includes(value)) fields.wrong(fields.get(key), key, quoted(expected));
    return value;
  };
  word('type', ['header']);
  word('format', ['panthor-capture']);
  const version = fields.integer(fields.get('version'), 'version', 0, Number.MAX_SAFE_INTEGER);
  if (version !== CAPTURE_VERSION) {
    fields.wrong(fields.get('version'), 'version', `version ${CAPTURE_VERSION}, the one this program reads`);
  }
  const header: CaptureHeader = {
    arch: string('arch'),
    client: string('client'),
    replies: word('replies', REPLIES) as Replies,
  };
  if (fields.has('driver_version')) header.driver_version = string('driver_version');
  if (fields.has('kernel_release')) header.kernel_release = string('kernel_release');
  return header;
}

/** Reads one event of any legal spelling into `record`. Throws CaptureError where it is none. */
export function readEvent(fields: LineFields, record: CaptureRecord): void {
  const node = fields.get('type');
  const type = fields.string(node, 'type');
  record.timeNs = 0;
  if (type === 'header') fields.wrong(node, 'type', 'one header only, at the start');
  if (type !== 'ioctl' && type !== 'mmap' && type !== 'close') {
    fields.wrong(node, 'type', quoted(['ioctl', 'mmap', 'close']));
  }
  const timeNs = fields.integer(fields.get('time_ns'), 'time_ns', 0, Number.MAX_SAFE_INTEGER);
  const fd = fields.integer(fields.get('fd'), 'fd', 0, INT_MAX);
  if (type === 'ioctl') readIoctl(fields, record, timeNs, fd);
  if (type === 'mmap') readMmap(fields, record);
  record.type = type;
  record.timeNs = timeNs;
  record.fd = fd;
  record.node = type === 'close' || !fields.has('node') ? null : deviceNode(fields);
  record.compat =
    type === 'close' || !fields.has('compat') ? null : fields.boolean(fields.get('compat'), 'compat');
}

function deviceNode(fields: LineFields): DeviceNode {
  const node = fields.get('node');
  const found = DEVICE_NODES.find((one) => one === fields.string(node, 'node'));
  return found ?? fields.wrong(node, 'node', quoted(DEVICE_NODES));
}

function readIoctl(fields: LineFields, record: CaptureRecord, timeNs: number, fd: number): void {
  const request = fields.hexNumber(fields.get('request'), 'request', 32).lo;
  const size = _IOC_SIZE(request);
  const argument = (key: string): Uint8Array => {
    const bytes = fields.bytes(fields.get(key), key);
    if (bytes.length !== size) {
      fields.fail(fields.get(key).at, key, `${bytes.length} bytes`, `${size}, as the request number says`);
    }
    return bytes;
  };
  const argIn = argument('arg_in');
  const argOut = argument('arg_out');
  const tid = fields.integer(fields.get('tid'), 'tid', 0, INT_MAX);
  const ret = fields.integer(fields.get('ret'), 'ret', -1, INT_MAX);
  const errno = fields.integer(fields.get('errno'), 'errno', 0, ERRNO_MAX);
  const buffers = readBuffers(fields, 2 * size);
  setIoctl(record, { timeNs, tid, fd, request, argIn, argOut, buffers, ret, errno });
}

function readBuffers(
  fields: LineFields,
  used: number,
): { addr: bigint; in: Uint8Array; out: Uint8Array | null }[] {
  const node = fields.get('buffers');
  const items = fields.array(node, 'buffers');
  if (items.length > MAX_BUFFERS) {
    fields.fail(node.at, 'buffers', `${items.length} buffers`, `at most ${MAX_BUFFERS}`);
  }
  let total = used;
  return items.map((item: JsonNode, i: number) => {
    const path = `buffers[${i}]`;
    if (item.kind !== 'object') fields.wrong(item, path, 'a JSON object');
    const { lo, hi } = fields.hexNumber(fields.get('addr', item, `${path}.addr`), `${path}.addr`, 64);
    const bytes = fields.bytes(fields.get('in', item, `${path}.in`), `${path}.in`);
    const outNode = item.members!.get('out');
    const out = outNode === undefined ? null : fields.bytes(outNode, `${path}.out`);
    total += bytes.length + (out?.length ?? 0);
    if (total > MAX_RECORD_BYTES) {
      fields.fail(item.at, path, `${total} bytes so far`, `at most ${MAX_RECORD_BYTES} in a record`);
    }
    return { addr: (BigInt(hi) << 32n) | BigInt(lo), in: bytes, out };
  });
}

function readMmap(fields: LineFields, record: CaptureRecord): void {
  const length = fields.hexNumber(fields.get('length'), 'length', 64);
  const offset = fields.hexNumber(fields.get('offset'), 'offset', 64);
  record.lengthLo = length.lo;
  record.lengthHi = length.hi;
  record.prot = fields.integer(fields.get('prot'), 'prot', 0, U32_MAX);
  record.flags = fields.integer(fields.get('flags'), 'flags', 0, U32_MAX);
  record.offsetLo = offset.lo;
  record.offsetHi = offset.hi;
  record.ok = fields.boolean(fields.get('ok'), 'ok');
}

function quoted(words: readonly string[]): string {
  return words.map((word) => `"${word}"`).join(' or ');
}
