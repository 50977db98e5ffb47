import { FRAME_CLOSE, FRAME_HEADER, FRAME_IOCTL, FRAME_MMAP, FRAME_TEXT } from '../frame.ts';
import { FrameWriter } from '../frame-writer.ts';
import { headerLine, JsonLineWriter } from '../json/json-text.ts';
import type { CaptureHeader, CaptureRecord } from '../record.ts';
import { CAPTURE_VERSION, REPLIES } from '../record.ts';
import { ABSENT, PTCAP_MAGIC } from './format.ts';

const utf8 = new TextEncoder();

/** Writes the binary form into one growing array. */
export class PtcapEncoder {
  readonly frames = new FrameWriter();
  readonly #lines = new JsonLineWriter();
  #id = 0;

  /** Preamble and header; `raw` is the header's line where it is spelled otherwise than we do. */
  header(header: CaptureHeader, raw: Uint8Array | null): void {
    const { frames } = this;
    frames.tail(PTCAP_MAGIC);
    frames.u64(CAPTURE_VERSION, 0);
    if (raw !== null) this.#text(raw);
    else if (header.kernel_release !== undefined) this.#text(utf8.encode(headerLine(header)));
    else this.#header(header);
  }

  #header(header: CaptureHeader): void {
    const { frames } = this;
    const arch = utf8.encode(header.arch);
    const client = utf8.encode(header.client);
    const version = header.driver_version === undefined ? null : utf8.encode(header.driver_version);
    frames.begin(FRAME_HEADER, this.#id++);
    frames.u32(REPLIES.indexOf(header.replies));
    frames.u32(arch.length);
    frames.u32(client.length);
    frames.u32(version === null ? ABSENT : version.length);
    frames.tail(arch);
    frames.tail(client);
    if (version !== null) frames.tail(version);
    frames.finish();
  }

  record(record: CaptureRecord): void {
    if (record.raw !== null) this.#text(record.raw);
    // A close opens nothing: what the object still holds is an earlier record's.
    else if (record.tellsOpen && record.type !== 'close') this.#line(record);
    else if (record.type === 'ioctl') this.#ioctl(record);
    else if (record.type === 'mmap') this.#mmap(record);
    else this.#close(record);
  }

  #time(timeNs: number): void {
    this.frames.u64(timeNs >>> 0, Math.floor(timeNs / 0x100000000));
  }

  #ioctl(record: CaptureRecord): void {
    const { frames } = this;
    const { bytes } = record;
    frames.begin(FRAME_IOCTL, this.#id++);
    this.#time(record.timeNs);
    frames.u32(record.tid);
    frames.u32(record.fd);
    frames.u32(record.request);
    frames.u32(record.ret);
    frames.u32(record.errno);
    frames.u32(record.bufferCount);
    frames.bytes(bytes, record.argInAt, record.argSize);
    frames.bytes(bytes, record.argOutAt, record.argSize);
    for (let i = 0; i < record.bufferCount; i++) {
      const b = record.buffers[i];
      frames.u64(b.addrLo, b.addrHi);
      frames.u32(b.inSize);
      frames.u32(b.outAt < 0 ? ABSENT : b.outSize);
      frames.bytes(bytes, b.inAt, b.inSize);
      if (b.outAt >= 0) frames.bytes(bytes, b.outAt, b.outSize);
    }
    frames.finish();
  }

  #mmap(record: CaptureRecord): void {
    const { frames } = this;
    frames.begin(FRAME_MMAP, this.#id++);
    this.#time(record.timeNs);
    frames.u32(record.fd);
    frames.u32(record.prot);
    frames.u64(record.lengthLo, record.lengthHi);
    frames.u64(record.offsetLo, record.offsetHi);
    frames.u32(record.flags);
    frames.u32(record.ok ? 1 : 0);
    frames.finish();
  }

  #close(record: CaptureRecord): void {
    const { frames } = this;
    frames.begin(FRAME_CLOSE, this.#id++);
    this.#time(record.timeNs);
    frames.u32(record.fd);
    frames.u32(0);
    frames.finish();
  }

  /** A record that says how its file was opened: as its line, which readers of before take too. */
  #line(record: CaptureRecord): void {
    this.#lines.used = 0;
    this.#lines.canonical(record);
    this.#text(this.#lines.text.subarray(0, this.#lines.used));
  }

  #text(raw: Uint8Array): void {
    this.frames.begin(FRAME_TEXT, this.#id++);
    this.frames.tail(raw);
    this.frames.finish();
  }
}
