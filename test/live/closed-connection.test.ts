import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { FRAME_HEADER_BYTES } from '../../src/capture/frame.ts';
import { native } from '../../src/live/native.ts';
import type { Observer } from '../../src/live/server/observer.ts';
import { DRM_IOCTL_PRIME_HANDLE_TO_FD, DRM_IOCTL_VERSION } from '../../uapi/drm.ts';
import { DRM_IOCTL_PANTHOR_BO_CREATE, DRM_IOCTL_PANTHOR_VM_CREATE } from '../../uapi/panthor_drm.ts';
import { WIRE_ATTACH, WIRE_AWAIT_RELEASE, WIRE_MMAP } from '../../uapi/wire.ts';
import { Client, frame, ioctl, NO_FDS, seal } from './fuzz/frame-client.ts';
import { buildNative, compiler, type Fixture, leftOver, openDescriptors, startServer } from './toolbox.ts';

const VERSION_ARG = new Array(16).fill(0);
const VM_CREATE = (key: number): Uint8Array => ioctl(key, DRM_IOCTL_PANTHOR_VM_CREATE, [0, 0, 0, 0]);

/** Sends frames in one write, the descriptors with the first, and hangs up: no reply can be sent. */
function attack(fixture: Fixture, frames: readonly Uint8Array[], fds: Int32Array): void {
  const fd = native().connect(join(fixture.dir, 'socket'));
  const bytes = Buffer.concat(frames);
  expect(native().send(fd, bytes, 0, bytes.length, fds, fds.length)).toBe(bytes.length);
  closeSync(fd);
}

/** The result in the first reply that has come to a connection. */
function resultOf(fd: number): number {
  const reply = new Uint8Array(4096);
  const n = native().receive(fd, reply, 0, new Int32Array(5));
  expect(n).toBeGreaterThanOrEqual(FRAME_HEADER_BYTES + 16);
  return new DataView(reply.buffer).getInt32(FRAME_HEADER_BYTES, true);
}

class Calls implements Observer {
  readonly wantsBefore = false;
  count = 0;
  opened(): void {}
  ioctl(): void {
    this.count++;
  }
  mmap(): void {
    this.count++;
  }
  released(): void {}
}

describe.skipIf(compiler === null)('a connection that is closed', () => {
  beforeAll(buildNative, 120_000);

  it('handles nothing of what came in before, and closes nothing of its successors', async () => {
    const calls = new Calls();
    const fixture = startServer({ observers: [calls] });
    const victim = new Client(fixture);
    victim.say(VM_CREATE(victim.key), NO_FDS);
    const attacker = new Client(fixture);
    const channel = attacker.channel;
    fixture.server.step(0);
    attacker.drain(channel);
    attacker.say(ioctl(attacker.key, DRM_IOCTL_PANTHOR_BO_CREATE, [0x4000, 0, 0, 0, 0, 0]), NO_FDS);
    for (let i = 0; i < 4; i++) fixture.server.step(0);
    const before = leftOver(fixture);
    const descriptors = openDescriptors();
    const made = calls.count;
    const extra = openSync('/dev/null', 'r');
    const shown = ioctl(attacker.key, DRM_IOCTL_VERSION, VERSION_ARG);
    seal(shown, 1 | WIRE_ATTACH);
    const withFd = frame(WIRE_AWAIT_RELEASE, 1, [0, 0]);
    for (let i = 0; i < 50; i++) {
      // The first reply fails; then descriptors are made that get the numbers which that has freed, and frames that
      // bring descriptors follow.
      attack(
        fixture,
        [
          shown,
          ioctl(attacker.key, DRM_IOCTL_PRIME_HANDLE_TO_FD, [1, 2, 0]),
          frame(WIRE_MMAP, 0, [attacker.key, 0, 0x1000, 0, 0, 0x1000000, 1, 1, 7, 3]),
          withFd,
          withFd,
          VM_CREATE(attacker.key),
        ],
        Int32Array.of(attacker.anchor, extra, extra, extra),
      );
      const newcomer = native().connect(join(fixture.dir, 'socket'));
      const request = ioctl(victim.key, DRM_IOCTL_VERSION, VERSION_ARG);
      seal(request, 1 | WIRE_ATTACH);
      native().send(newcomer, request, 0, request.length, Int32Array.of(victim.anchor), 1);
      for (let turn = 0; turn < 8; turn++) fixture.server.step(0);
      expect(resultOf(newcomer)).toBe(0);
      closeSync(newcomer);
    }
    closeSync(extra);
    fixture.server.step(0);
    // Of each attack one call, the one whose reply told that there is no listener, and one of each newcomer.
    expect(calls.count - made).toBe(100);
    // Files that may not answer are closed by another thread of the server's, which a busy machine delays.
    await vi.waitFor(() => expect(openDescriptors()).toBe(descriptors), 10_000);
    expect({ ...leftOver(fixture), tables: 0 }).toEqual({ ...before, tables: 0 });
    victim.close();
    attacker.close();
    fixture.server.step(0);
    fixture.close();
  });

  it('before it was accepted, by a server that ends, says to its client that there is no server', async () => {
    const fixture = startServer();
    const path = join(fixture.dir, 'socket');
    const sockets = (): number => readFileSync('/proc/net/unix', 'utf8').split(path).length - 1;
    const listening = sockets();
    const child = spawn('sh', ['-c', 'exec 3<>/dev/dri/renderD128'], { env: fixture.env });
    let stderr = '';
    child.stderr.on('data', (text) => {
      stderr += text;
    });
    const ended = once(child, 'close');
    // This process does not serve: the connection waits for it.
    await vi.waitFor(() => expect(sockets()).toBe(listening + 1), 10_000);
    fixture.server.close();
    await ended;
    expect(stderr).toContain('No such device');
    fixture.close();
  });
});
