import { describe, expect, it } from 'vitest';
import { FRAME_CLOSE, FRAME_HEADER, FRAME_IOCTL, FRAME_MMAP, Frame } from '../../src/capture/frame.ts';
import {
  ABSENT,
  PTCAP_MAGIC,
  ptcap_buffer,
  ptcap_close,
  ptcap_header,
  ptcap_ioctl,
  ptcap_mmap,
  ptcap_preamble,
} from '../../src/capture/ptcap/format.ts';
import { PtcapEncoder } from '../../src/capture/ptcap/write.ts';
import { CaptureRecord, setIoctl } from '../../src/capture/record.ts';
import { decode } from '../../uapi/codec.ts';

/** Bytes and frames of one stream with a header and one record of each type. */
function stream(): { bytes: Uint8Array; frames: { kind: number; id: number; at: number; size: number }[] } {
  const encoder = new PtcapEncoder();
  const record = new CaptureRecord();
  encoder.header({ arch: 'aarch64', client: 'test', replies: 'kernel' }, null);
  setIoctl(record, {
    timeNs: 2 ** 40 + 5,
    tid: 3,
    fd: 4,
    request: 0xc0106440,
    argIn: new Uint8Array(16).fill(1),
    argOut: new Uint8Array(16).fill(2),
    buffers: [{ addr: 0x7fff_0000_5500, in: Uint8Array.of(9, 8, 7) }],
    ret: -1,
    errno: 22,
  });
  encoder.record(record);
  const mmap = { type: 'mmap' as const, timeNs: 6, fd: 4, prot: 1, flags: 1, ok: true };
  Object.assign(record, mmap, { lengthLo: 0x1000, lengthHi: 0, offsetLo: 0, offsetHi: 1 << 24 });
  encoder.record(record);
  encoder.record(Object.assign(record, { type: 'close' as const, timeNs: 7 }));
  const bytes = encoder.frames.data.subarray(0, encoder.frames.used);
  const frames = [];
  const frame = new Frame();
  for (let at = ptcap_preamble.size; at < bytes.length; ) {
    at += frame.read(new DataView(bytes.buffer), at, bytes.length);
    frames.push({ kind: frame.kind, id: frame.id, at: frame.at, size: frame.size });
  }
  return { bytes, frames };
}

describe('the binary form', () => {
  const { bytes, frames } = stream();

  it('begins with the preamble, then has a frame for the header and for each record', () => {
    expect(decode(ptcap_preamble, bytes)).toEqual({ magic: [...PTCAP_MAGIC], version: 0, spare: 0 });
    expect(frames.map(({ kind, id }) => [kind, id])).toEqual([
      [FRAME_HEADER, 0],
      [FRAME_IOCTL, 1],
      [FRAME_MMAP, 2],
      [FRAME_CLOSE, 3],
    ]);
  });

  it('is laid out as the tables say', () => {
    const [header, ioctl, mmap, close] = frames;
    expect(decode(ptcap_header, bytes, header.at)).toEqual({
      replies: 1,
      arch: 7,
      client: 4,
      driver_version: ABSENT,
    });
    expect(header.size).toBe(ptcap_header.size + 11);
    expect(decode(ptcap_ioctl, bytes, ioctl.at)).toEqual({
      time_ns: '0x10000000005',
      tid: 3,
      fd: 4,
      request: 0xc0106440,
      ret: -1,
      errno: 22,
      buffers: 1,
    });
    const buffer = ioctl.at + ptcap_ioctl.size + 32;
    expect(decode(ptcap_buffer, bytes, buffer)).toEqual({ addr: '0x7fff00005500', in: 3, out: ABSENT });
    expect([...bytes.subarray(buffer + ptcap_buffer.size).subarray(0, 3)]).toEqual([9, 8, 7]);
    expect(mmap.size).toBe(ptcap_mmap.size);
    expect(decode(ptcap_mmap, bytes, mmap.at)).toEqual({
      time_ns: '0x6',
      fd: 4,
      prot: 1,
      length: '0x1000',
      offset: '0x100000000000000',
      flags: 1,
      ok: 1,
    });
    expect(close.size).toBe(ptcap_close.size);
    expect(decode(ptcap_close, bytes, close.at)).toEqual({ time_ns: '0x7', fd: 4, spare: 0 });
  });
});

it('a close has its own frame, also after a record that names its node and filled the same object', () => {
  const encoder = new PtcapEncoder();
  const record = new CaptureRecord();
  encoder.header({ arch: 'aarch64', client: 'test', replies: 'kernel' }, null);
  const mmap = {
    type: 'mmap' as const,
    timeNs: 6,
    fd: 4,
    node: 'primary' as const,
    prot: 1,
    flags: 1,
    ok: true,
  };
  encoder.record(Object.assign(record, mmap, { lengthLo: 0x1000, lengthHi: 0, offsetLo: 0, offsetHi: 0 }));
  const { used } = encoder.frames;
  encoder.record(Object.assign(record, { type: 'close' as const, timeNs: 7 }));
  const frame = new Frame();
  const bytes = encoder.frames.data.subarray(0, encoder.frames.used);
  frame.read(new DataView(bytes.buffer, bytes.byteOffset), used, bytes.length);
  expect(frame.kind).toBe(FRAME_CLOSE);
});
