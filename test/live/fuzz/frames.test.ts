import { closeSync, openSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { checksum, FRAME_HEADER_BYTES } from '../../../src/capture/frame.ts';
import { native } from '../../../src/live/native.ts';
import {
  DRM_IOCTL_PRIME_FD_TO_HANDLE,
  DRM_IOCTL_SYNCOBJ_WAIT,
  DRM_IOCTL_VERSION,
} from '../../../uapi/drm.ts';
import {
  DRM_IOCTL_PANTHOR_BO_CREATE,
  DRM_IOCTL_PANTHOR_BO_MMAP_OFFSET,
  DRM_IOCTL_PANTHOR_VM_BIND,
  DRM_IOCTL_PANTHOR_VM_CREATE,
} from '../../../uapi/panthor_drm.ts';
import {
  WIRE_ATTACH,
  WIRE_AWAIT_RELEASE,
  WIRE_INTERRUPT,
  WIRE_MMAP,
  WIRE_OPEN,
  WIRE_REPLY,
} from '../../../uapi/wire.ts';
import {
  buildNative,
  compiler,
  expectDescriptors,
  type Fixture,
  leftOver,
  restingDescriptors,
  startServer,
} from '../toolbox.ts';
import { BUFFER, Client, frame, ioctl, NO_FDS, nameOf, seal } from './frame-client.ts';

/** PANTHOR_SHIM_FUZZ=20 makes it a million frames. */
const FRAMES = 50_000 * Number(process.env.PANTHOR_SHIM_FUZZ ?? 1);

/** Deterministic numbers below `n` (mulberry32). */
function dice(seed: number): (n: number) => number {
  let state = seed;
  return (n) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * n);
  };
}

/** One of each kind of frame, all of them right. */
function corpus(key: number): Uint8Array[] {
  const keyWords = [key, Math.floor(key / 2 ** 32)];
  const bind = [0, 1, 0, 0, 0x10000, 0, 0x1000, 0, 0, 0, 0, 0];
  return [
    frame(WIRE_OPEN, 0, [128, 2, 1, 1, 0, 0]),
    ioctl(key, DRM_IOCTL_VERSION, new Array(16).fill(0)),
    ioctl(key, DRM_IOCTL_PANTHOR_VM_CREATE, [0, 0, 0, 0]),
    ioctl(key, DRM_IOCTL_PANTHOR_BO_CREATE, [0x4000, 0, 0, 0, 0, 0]),
    ioctl(key, DRM_IOCTL_PANTHOR_BO_MMAP_OFFSET, [1, 0, 0, 0]),
    ioctl(key, DRM_IOCTL_PANTHOR_VM_BIND, [1, 0, 48, 1, BUFFER, 0], bind),
    ioctl(key, DRM_IOCTL_SYNCOBJ_WAIT, [BUFFER, 0, -1, 0x7fffffff, 1, 2, 0, 0, 0, 0], [1]),
    ioctl(key, DRM_IOCTL_PRIME_FD_TO_HANDLE, [0, 0, 5]),
    ioctl(0, 0xc0086202, [3, -1]),
    frame(WIRE_MMAP, 0, [...keyWords, 0x4000, 0, 0x1000, 1, 3, 1, 7, 3]),
    frame(WIRE_MMAP, 0, [...keyWords, 0x1000, 0, 0, 0x1000000, 1, 1, 7, 3]),
    frame(WIRE_INTERRUPT, 0, []),
    frame(WIRE_AWAIT_RELEASE, 0, keyWords),
    frame(WIRE_REPLY, 0, [0, 0, 0, 0]),
    frame(0xffff, 7, [1, 2, 3]),
  ];
}

/** Spoils a frame in one of many ways. Most keep the checksum right, so that the corruption gets past it. */
function mutate(original: Uint8Array, draw: (n: number) => number): Uint8Array {
  let bytes = original.slice();
  const word = (): number => [0, 1, draw(8), 0x7fffffff, -1, 1 << draw(32), draw(2 ** 32)][draw(7)] | 0;
  for (let times = 1 + draw(3); times > 0; times--) {
    const view = new DataView(bytes.buffer);
    const at = bytes.length >= 4 ? 4 * draw(bytes.length >> 2) : 0;
    switch (draw(6)) {
      case 0:
        if (bytes.length > 0) bytes[draw(bytes.length)] ^= 1 << draw(8);
        break;
      case 1:
        bytes = bytes.slice(0, draw(bytes.length + 1));
        break;
      case 2: {
        const longer = new Uint8Array(bytes.length + 8 * draw(64));
        longer.set(bytes);
        bytes = longer;
        break;
      }
      default:
        if (at + 4 <= bytes.length) view.setInt32(at, word(), true);
    }
  }
  if (bytes.length < FRAME_HEADER_BYTES || draw(4) === 0) return bytes;
  const whole = bytes.slice(0, FRAME_HEADER_BYTES + ((bytes.length - FRAME_HEADER_BYTES) & ~7));
  const view = new DataView(whole.buffer);
  view.setUint32(0, whole.length - FRAME_HEADER_BYTES, true);
  if (draw(2) === 0) view.setUint16(6, draw(4) === 0 ? draw(16) : 0, true);
  view.setUint32(12, checksum(view, 0, whole.length - FRAME_HEADER_BYTES), true);
  return whole;
}

describe.skipIf(compiler === null)('frames', () => {
  beforeAll(buildNative, 120_000);

  it(
    `of all kinds, ${FRAMES} of them, neither stop the server nor stay in it`,
    async () => {
      const fixture = startServer();
      const before = leftOver(fixture);
      const descriptors = await restingDescriptors();
      const draw = dice(1);
      let client = new Client(fixture);
      let frames = corpus(client.key);
      const some = [openSync('/dev/null', 'r'), openSync('/proc/self/status', 'r')];
      for (let i = 0; i < FRAMES; i++) {
        const bytes = draw(8) === 0 ? frames[draw(frames.length)] : mutate(frames[draw(frames.length)], draw);
        const fds =
          draw(16) === 0 ? Int32Array.from([some[draw(2)], client.anchor].slice(0, 1 + draw(2))) : NO_FDS;
        if (bytes.length > 0) client.say(bytes, fds);
        if (draw(2000) === 0) {
          client.close();
          fixture.server.step(0);
          client = new Client(fixture);
          frames = corpus(client.key);
        }
      }
      // The server still answers.
      client.hangUp();
      client.say(ioctl(client.key, DRM_IOCTL_PANTHOR_VM_CREATE, [0, 0, 0, 0]), NO_FDS);
      client.close();
      for (const fd of some) closeSync(fd);
      await fixture.runToQuiescence();
      expect(leftOver(fixture)).toEqual(before);
      await expectDescriptors(descriptors);
      fixture.close();
    },
    60_000 + FRAMES,
  );

  it('for a file that the client has not shown are EBADF, even to who knows its key', () => {
    const fixture = startServer();
    const client = new Client(fixture);
    expect(resultOf(fixture, client.key, null)).toBe(-9);
    client.close();
    fixture.close();
  });

  it('for a file of another are EBADF, though a socket with its name is shown', () => {
    const fixture = startServer();
    const client = new Client(fixture);
    expect(resultOf(fixture, client.key, client.anchor)).toBe(0);
    const ends = new Int32Array(2);
    const name = nameOf(client.anchor);
    expect(name.startsWith(`${fixture.dir}/d80.`)).toBe(true);
    expect(native().filePair(name, 0, ends)).toBe(0);
    expect(nameOf(ends[1])).toBe(name);
    expect(resultOf(fixture, client.key, ends[1])).toBe(-9);
    closeSync(ends[0]);
    closeSync(ends[1]);
    client.close();
    fixture.close();
  });

  it('leave no name in the file system, and none that is abstract', () => {
    const fixture = startServer();
    const client = new Client(fixture);
    expect(readdirSync(fixture.dir).sort()).toEqual(['root', 'socket']);
    expect(nameOf(client.anchor).startsWith('@')).toBe(false);
    client.close();
    fixture.close();
  });
});

/** What VERSION returns on the file `key`, asked over a new connection that is shown `shown`. */
function resultOf(fixture: Fixture, key: number, shown: number | null): number {
  const fd = native().connect(join(fixture.dir, 'socket'));
  const request = ioctl(key, DRM_IOCTL_VERSION, new Array(16).fill(0));
  if (shown !== null) seal(request, 1 | WIRE_ATTACH);
  native().send(fd, request, 0, request.length, Int32Array.of(shown ?? 0), shown === null ? 0 : 1);
  fixture.server.step(0);
  fixture.server.step(0);
  const reply = new Uint8Array(1024);
  const n = native().receive(fd, reply, 0, new Int32Array(4));
  expect(n).toBeGreaterThanOrEqual(FRAME_HEADER_BYTES + 16);
  closeSync(fd);
  return new DataView(reply.buffer).getInt32(FRAME_HEADER_BYTES, true);
}
