import { closeSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { FRAME_HEADER_BYTES } from '../../src/capture/frame.ts';
import { native } from '../../src/live/native.ts';
import { Shares } from '../../src/live/server/shares.ts';
import { WIRE_AWAIT_RELEASE, WIRE_INTERRUPT, WIRE_IOCTL } from '../../uapi/wire.ts';
import { frame, NO_FDS, openFile } from './fuzz/frame-client.ts';
import { buildNative, compiler, type Fixture, openDescriptors, startServer } from './toolbox.ts';

const opened: number[] = [];
afterEach(() => {
  for (const fd of opened.splice(0)) closeSync(fd);
});

function connect(fixture: Fixture): number {
  const fd = native().connect(join(fixture.dir, 'socket'));
  expect(fd).toBeGreaterThan(0);
  opened.push(fd);
  return fd;
}

const AWAIT_RELEASE = frame(WIRE_AWAIT_RELEASE, 0, [0, 0]);

/** Sends as much of `bytes`, over and over, as the socket takes. */
function flood(fd: number, one: Uint8Array): void {
  const many = Buffer.concat(new Array(256).fill(one));
  for (let sent = 1; sent > 0; ) sent = native().send(fd, many, 0, many.length, NO_FDS, 0);
}

/** Frames of all clients that the server handles until a request over a new connection is answered. */
function framesBeforeNewcomer(fixture: Fixture): number {
  const fd = connect(fixture);
  const handle = vi.spyOn(fixture.server.dispatcher, 'handle');
  native().send(fd, AWAIT_RELEASE, 0, AWAIT_RELEASE.length, NO_FDS, 0);
  let found = false;
  for (let steps = 1; steps < 200 && !found; steps++) {
    fixture.server.step(0);
    found = native().receive(fd, new Uint8Array(256), 0, new Int32Array(5)) > 0;
  }
  const count = handle.mock.calls.length;
  handle.mockRestore();
  return found ? count : Number.POSITIVE_INFINITY;
}

describe.skipIf(compiler === null)('clients take turns:', () => {
  beforeAll(buildNative, 120_000);

  it.each([
    ['interrupts', frame(WIRE_INTERRUPT, 0, [])],
    ['requests, and read no reply', AWAIT_RELEASE],
  ])('one that floods the server with %s costs a newcomer no more than its own turn', (_, one) => {
    const fixture = startServer();
    for (let i = 0; i < 11; i++) flood(connect(fixture), one);
    expect(framesBeforeNewcomer(fixture)).toBeLessThan(100);
    for (const fd of opened) flood(fd, one);
    expect(framesBeforeNewcomer(fixture)).toBeLessThan(100);
    fixture.close();
  });

  it('a process that asks for little is served before the many connections of another', () => {
    const fixture = startServer();
    const helper = native();
    const { peerPid } = helper;
    const counts: number[] = [];
    try {
      helper.peerPid = () => 1;
      for (let i = 0; i < 40; i++) flood(connect(fixture), AWAIT_RELEASE);
      for (let i = 0; i < 60; i++) fixture.server.step(0);
      helper.peerPid = () => 2;
      const fd = connect(fixture);
      fixture.server.step(0);
      const handle = vi.spyOn(fixture.server.dispatcher, 'handle');
      for (let i = 0; i < 20; i++) {
        handle.mockClear();
        native().send(fd, AWAIT_RELEASE, 0, AWAIT_RELEASE.length, NO_FDS, 0);
        const answered = (): boolean => native().receive(fd, new Uint8Array(256), 0, new Int32Array(5)) > 0;
        for (let steps = 0; steps < 50 && !answered(); steps++) fixture.server.step(0);
        // How many others were handled before its own.
        counts.push(handle.mock.calls.findIndex(([from]) => from.pid === 2));
      }
      handle.mockRestore();
    } finally {
      helper.peerPid = peerPid;
    }
    // In the order of their coming it would be forty.
    expect(counts.sort((a, b) => a - b)[10]).toBeLessThan(5);
    expect(counts[0]).toBeGreaterThanOrEqual(0);
    for (const fd of opened) flood(fd, AWAIT_RELEASE);
    fixture.close();
  });

  it('a client that reads no replies is not served meanwhile, and gets them all when it does', () => {
    const fixture = startServer();
    const fd = connect(fixture);
    const sent = 20_000;
    let told = 0;
    const bytes = new Uint8Array(1 << 16);
    for (let i = 0; i < sent; ) {
      if (native().send(fd, AWAIT_RELEASE, 0, AWAIT_RELEASE.length, NO_FDS, 0) === AWAIT_RELEASE.length) i++;
      else {
        // Everything is full: the server has stopped to read.
        for (let turn = 0; turn < 2000; turn++) fixture.server.step(0);
        const n = native().receive(fd, bytes, 0, new Int32Array(5));
        expect(n).toBeGreaterThan(0);
        told += n;
      }
    }
    for (let turn = 0; told < 32 * sent && turn < 1e5; turn++) {
      fixture.server.step(0);
      told += Math.max(native().receive(fd, bytes, 0, new Int32Array(5)), 0);
    }
    expect(told).toBe(32 * sent);
    fixture.close();
  });

  it('idle connections make room for newcomers when there are too many', () => {
    const fixture = startServer({ server: { maxConnections: 50 } });
    for (let i = 0; i < 200; i++) {
      connect(fixture);
      fixture.server.step(0);
    }
    expect(fixture.server.connectionCount).toBe(50);
    expect(framesBeforeNewcomer(fixture)).toBeLessThan(100);
    fixture.close();
  });

  it('half a request, with descriptors or without, is kept for ten seconds and not for ever', () => {
    const fixture = startServer();
    let offset = 0;
    const now = fixture.device.now;
    Object.assign(fixture.device, { now: () => now() + offset });
    const before = openDescriptors();
    // A client that sends its own connection, and dies: no process would ever see its end.
    const dead = native().connect(join(fixture.dir, 'socket'));
    native().send(dead, AWAIT_RELEASE, 0, 8, Int32Array.of(dead), 1);
    for (let i = 0; i < 4; i++) fixture.server.step(0);
    closeSync(dead);
    fixture.server.step(0);
    expect(fixture.server.connectionCount).toBe(1);
    offset = 11e9;
    fixture.server.step(0);
    expect(fixture.server.connectionCount).toBe(0);
    expect(openDescriptors()).toBe(before);
    fixture.close();
  });

  it('unfinished requests have a limit in all, and no client has more than half of it', () => {
    const fixture = startServer();
    const before = process.memoryUsage().arrayBuffers;
    const header = frame(WIRE_IOCTL, 0, new Array(1000).fill(0)).slice(0, FRAME_HEADER_BYTES);
    new DataView(header.buffer).setUint32(0, 24 << 20, true);
    const bytes = new Uint8Array(1 << 20);
    let refused = 0;
    for (let i = 0; i < 40; i++) {
      const fd = connect(fixture);
      native().send(fd, header, 0, header.length, NO_FDS, 0);
      for (let sent = 0; sent < 12 << 20; ) {
        const n = native().send(fd, bytes, 0, bytes.length, NO_FDS, 0);
        if (n === -32 || n === -104) break;
        sent += Math.max(n, 0);
        fixture.server.step(0);
        fixture.server.step(0);
      }
      const reply = new Uint8Array(64);
      if (native().receive(fd, reply, 0, new Int32Array(5)) > 0) {
        expect(new DataView(reply.buffer).getInt32(FRAME_HEADER_BYTES, true)).toBe(-12);
        refused++;
      }
    }
    expect(refused).toBeGreaterThan(20);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(300 << 20);
    expect(framesBeforeNewcomer(fixture)).toBeLessThan(100);
    fixture.close();
  }, 60_000);

  it('the server knows what was shown only as long as the file is open', () => {
    const fixture = startServer();
    for (let i = 0; i < 40; i++) {
      const { anchor } = openFile(fixture);
      closeSync(anchor);
      fixture.server.step(0);
    }
    expect(fixture.server.dispatcher.files.size).toBe(0);
    fixture.close();
  });
});

describe('shares', () => {
  it('leave as much for others as one has', () => {
    const shares = new Shares(100);
    let first = 0;
    while (shares.take(1, 1)) first++;
    let second = 0;
    while (shares.take(2, 1)) second++;
    expect([first, second]).toEqual([50, 25]);
    shares.giveBack(1, 50);
    expect(shares.take(3, 30)).toBe(true);
    expect(shares.total).toBe(55);
  });

  it('are given back whole', () => {
    const shares = new Shares(10);
    expect(shares.take(1, 6)).toBe(false);
    expect(shares.take(1, 5)).toBe(true);
    shares.giveBack(1, 5);
    expect(shares.take(2, 5)).toBe(true);
  });
});
