/** Clients that speak the live protocol without the preload library, and need not keep to it. */
import { closeSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { checksum, FRAME_HEADER_BYTES } from '../../../src/capture/frame.ts';
import { FrameWriter } from '../../../src/capture/frame-writer.ts';
import { native } from '../../../src/live/native.ts';
import { DRM_IOCTL_VERSION } from '../../../uapi/drm.ts';
import { WIRE_ATTACH, WIRE_IOCTL, WIRE_OPEN } from '../../../uapi/wire.ts';
import type { Fixture } from '../toolbox.ts';

export const NO_FDS = new Int32Array(0);

const writer = new FrameWriter();

/** A frame with words as its payload. */
export function frame(kind: number, flags: number, words: readonly number[], id = 1): Uint8Array {
  writer.used = 0;
  writer.begin(kind, id, flags);
  for (const word of words) writer.u32(word >>> 0);
  writer.finish();
  return writer.data.slice(0, writer.used);
}

/** Where arguments and buffers lie in the client. */
export const ARG = 0x1000;
export const BUFFER = 0x2000;

/** An ioctl with its argument, and one buffer, as words. */
export function ioctl(
  key: number,
  request: number,
  arg: readonly number[],
  buffer: readonly number[] = [],
): Uint8Array {
  const keyWords = [key, Math.floor(key / 2 ** 32)];
  const regions = [ARG, 0, 4 * arg.length, 0, ...arg, ...(arg.length % 2 === 1 ? [0] : [])];
  if (buffer.length > 0) regions.push(BUFFER, 0, 4 * buffer.length, 0, ...buffer);
  const count = buffer.length > 0 ? 2 : 1;
  return frame(WIRE_IOCTL, 0, [...keyWords, ARG, 0, request, 7, 3, count, ...regions]);
}

/** Opens renderD128 over a connection of its own, as a process of 32 bits or 64: the socket that stands for the open file, and its key. */
export function openFile(fixture: Fixture, compat = false): { anchor: number; key: number } {
  const fd = native().connect(join(fixture.dir, 'socket'));
  const open = frame(WIRE_OPEN, 0, [128, 2, process.pid, 1, compat ? 1 : 0, 0]);
  native().send(fd, open, 0, open.length, NO_FDS, 0);
  fixture.server.step(0);
  fixture.server.step(0);
  const fds = new Int32Array(5);
  expect(native().receive(fd, new Uint8Array(256), 0, fds)).toBe(FRAME_HEADER_BYTES + 16);
  expect(fds[0]).toBe(1);
  closeSync(fd);
  fixture.server.step(0);
  const name = nameOf(fds[1]);
  return { anchor: fds[1], key: Number.parseInt(name.slice(name.lastIndexOf('.') + 1), 16) };
}

/** The name of a socket, as getsockname(2) and /proc/net/unix have it. */
export function nameOf(fd: number): string {
  const inode = /\d+/.exec(readlinkSync(`/proc/self/fd/${fd}`))?.[0];
  const lines = readFileSync('/proc/net/unix', 'utf8').split('\n');
  return lines.find((line) => line.split(/ +/)[6] === inode)?.split(/ +/)[7] ?? '';
}

/** Corrects the header of a frame after its content has been changed. */
export function seal(bytes: Uint8Array, flags: number): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  view.setUint16(6, flags, true);
  view.setUint32(12, checksum(view, 0, bytes.length - FRAME_HEADER_BYTES), true);
}

/** A client that says what it likes. */
export class Client {
  readonly fixture: Fixture;
  readonly key: number;
  readonly anchor: number;
  #channel = -1;
  readonly #in = new Uint8Array(1 << 16);
  readonly #fds = new Int32Array(17);

  constructor(fixture: Fixture, compat = false) {
    this.fixture = fixture;
    const { anchor, key } = openFile(fixture, compat);
    this.anchor = anchor;
    this.key = key;
  }

  /** The connection that calls go over; a new one has been shown the open file. */
  get channel(): number {
    if (this.#channel < 0) {
      this.#channel = native().connect(join(this.fixture.dir, 'socket'));
      const shown = ioctl(this.key, DRM_IOCTL_VERSION, new Array(16).fill(0));
      seal(shown, 1 | WIRE_ATTACH);
      native().send(this.#channel, shown, 0, shown.length, Int32Array.of(this.anchor), 1);
    }
    return this.#channel;
  }

  /** Sends and takes what comes back; the server may hang up. */
  say(bytes: Uint8Array, fds: Int32Array): void {
    const sent = native().send(this.channel, bytes, 0, bytes.length, fds, fds.length);
    this.fixture.server.step(0);
    if (sent < 0 || this.drain(this.#channel) === 0) this.hangUp();
  }

  /** Bytes that were there, 0 at the end of the connection, -1 for none. */
  drain(fd: number): number {
    let last = -1;
    for (;;) {
      const n = native().receive(fd, this.#in, 0, this.#fds);
      for (let i = 1; i <= this.#fds[0]; i++) closeSync(this.#fds[i]);
      if (n <= 0) return n === 0 ? 0 : last;
      last = n;
    }
  }

  hangUp(): void {
    if (this.#channel >= 0) closeSync(this.#channel);
    this.#channel = -1;
  }

  close(): void {
    this.hangUp();
    closeSync(this.anchor);
  }
}
