/** Long calls are cut into slices: other clients are served meanwhile, and what needs the same lock is not. */
import { closeSync } from 'node:fs';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { native } from '../../src/live/native.ts';
import type { Call } from '../../src/live/server/call.ts';
import type { Observer } from '../../src/live/server/observer.ts';
import type { OpenFile } from '../../src/live/server/open-file.ts';
import {
  DRM_IOCTL_SYNCOBJ_CREATE,
  DRM_IOCTL_SYNCOBJ_QUERY,
  DRM_IOCTL_SYNCOBJ_SIGNAL,
  DRM_IOCTL_SYNCOBJ_WAIT,
  DRM_IOCTL_VERSION,
} from '../../uapi/drm.ts';
import {
  DRM_IOCTL_PANTHOR_BO_CREATE,
  DRM_IOCTL_PANTHOR_TILER_HEAP_CREATE,
  DRM_IOCTL_PANTHOR_VM_BIND,
  DRM_IOCTL_PANTHOR_VM_CREATE,
  DRM_IOCTL_PANTHOR_VM_DESTROY,
} from '../../uapi/panthor_drm.ts';
import { WIRE_ATTACH } from '../../uapi/wire.ts';
import { BUFFER, Client, ioctl, NO_FDS, seal } from './fuzz/frame-client.ts';
import { buildNative, compiler, type Fixture, leftOver, startServer } from './toolbox.ts';

const VERSION = (key: number): Uint8Array => ioctl(key, DRM_IOCTL_VERSION, new Array(16).fill(0));
const UNMAP = 1 << 28;
const ASYNC = 1;
/** 1 GiB in pages of 4 KiB: the address and the object are never both at the beginning of a block. */
const SIZE = 1 << 30;
const VA = 0x40001000;

type Words = number[];
const op = (flags: number, bo: number, va: number, size: number): Words => [
  flags,
  bo,
  0,
  0,
  va,
  0,
  size,
  0,
  0,
  0,
  0,
  0,
];
const bind = (key: number, flags: number, ops: readonly Words[]): Uint8Array =>
  ioctl(key, DRM_IOCTL_PANTHOR_VM_BIND, [1, flags, 48, ops.length, BUFFER, 0], ops.flat());
const map = (): Words => op(0, 1, VA, SIZE);
/** Pages with a hole behind each. */
const scattered = (): Words[] => Array.from({ length: 1000 }, (_, i) => op(0, 1, VA + i * 0x2000, 0x1000));
const unmap = (): Words => op(UNMAP, 0, VA, SIZE);

/** Who was answered what, in the order of replies. */
class Log implements Observer {
  readonly wantsBefore = false;
  readonly lines: { file: number; request: number; ret: number }[] = [];
  /** Called once, after the next reply. */
  next: (() => void) | null = null;
  opened(): void {}
  ioctl(on: OpenFile, call: Call, ret: number): void {
    const { next } = this;
    this.next = null;
    next?.();
    this.lines.push({ file: on.id, request: call.request, ret });
  }
  mmap(): void {}
  released(): void {}
}

describe.skipIf(compiler === null)('beside one long call', () => {
  beforeAll(buildNative, 120_000);
  let log: Log;
  let fixture: Fixture;
  let culprit: Client;
  let innocent: Client;
  beforeEach(() => {
    log = new Log();
    fixture = startServer({ observers: [log] });
    // Two looks at the clock are a slice.
    let now = fixture.device.now();
    Object.assign(fixture.device, { now: () => (now += 26_000) });
    culprit = new Client(fixture);
    innocent = new Client(fixture);
    culprit.say(ioctl(culprit.key, DRM_IOCTL_PANTHOR_VM_CREATE, [0, 0, 0, 0]), NO_FDS);
    culprit.say(
      ioctl(culprit.key, DRM_IOCTL_PANTHOR_BO_CREATE, [0, SIZE / 2 ** 32, 0, 0, 0, 0].with(0, SIZE)),
      NO_FDS,
    );
    innocent.say(VERSION(innocent.key), NO_FDS);
    serve();
  });
  afterEach(() => {
    innocent.close();
    culprit.close();
    for (let i = 0; i < 5; i++) serve();
    expect({ ...leftOver(fixture), tables: 0, gems: 0 }).toEqual({
      connections: 0,
      files: 0,
      memories: 0,
      exports: 0,
      objects: 0,
      blocked: 0,
      bugs: 0,
      tables: 0,
      gems: 0,
    });
    fixture.close();
  });

  const serve = (): void => {
    for (let i = 0; i < 200; i++) fixture.server.step(0);
  };
  /** Sends without waiting for anything. */
  const send = (client: Client, bytes: Uint8Array): void => {
    for (let at = 0; at < bytes.length; ) {
      const n = native().send(client.channel, bytes, at, bytes.length, NO_FDS, 0);
      if (n > 0) at += n;
      else fixture.server.step(0);
    }
  };
  /** Requests of the innocent client, of twelve, that are answered before a call of the culprit's (or its release) is over. */
  const served = (begin: () => void, over: () => boolean): number => {
    log.lines.length = 0;
    const before = innocent;
    begin();
    for (let i = 0; i < 12; i++) send(before, VERSION(before.key));
    let steps = 0;
    while (!over() && steps++ < 1e4) fixture.server.step(0);
    expect(over()).toBe(true);
    return log.lines.filter(({ request }) => request === DRM_IOCTL_VERSION).length;
  };
  const answered = (request: number) => () =>
    log.lines.some((line) => line.file === 0 && line.request === request);

  it.each<[string, readonly (() => Uint8Array)[], () => Uint8Array, number]>([
    ['one map in small pages', [], () => bind(culprit.key, 0, [map()]), DRM_IOCTL_PANTHOR_VM_BIND],
    [
      'one unmap of many mappings',
      [() => bind(culprit.key, 0, scattered())],
      () => bind(culprit.key, 0, [unmap()]),
      DRM_IOCTL_PANTHOR_VM_BIND,
    ],
    [
      'ten thousand operations',
      [],
      () => bind(culprit.key, 0, new Array(10_000).fill(op(0, 1, VA, 1 << 21))),
      DRM_IOCTL_PANTHOR_VM_BIND,
    ],
    [
      'a tiler heap of a thousand chunks',
      [],
      () =>
        ioctl(
          culprit.key,
          DRM_IOCTL_PANTHOR_TILER_HEAP_CREATE,
          [1, 1000, 1 << 21, 2000, 100, 0, 0, 0, 0, 0, 0, 0].slice(0, 10),
        ),
      DRM_IOCTL_PANTHOR_TILER_HEAP_CREATE,
    ],
    [
      'the end of a large VM',
      [() => bind(culprit.key, 0, scattered())],
      () => ioctl(culprit.key, DRM_IOCTL_PANTHOR_VM_DESTROY, [1, 0]),
      DRM_IOCTL_PANTHOR_VM_DESTROY,
    ],
    [
      'as many syncobjs as a wait takes',
      [() => ioctl(culprit.key, DRM_IOCTL_SYNCOBJ_CREATE, [0, 1])],
      () =>
        ioctl(
          culprit.key,
          DRM_IOCTL_SYNCOBJ_WAIT,
          [BUFFER, 0, -1, 0x7fffffff, 65_536, 1, 0, 0, 0, 0],
          new Array(65_536).fill(1),
        ),
      DRM_IOCTL_SYNCOBJ_WAIT,
    ],
  ])('others are served: %s', (_, before, call, request) => {
    for (const one of before) culprit.say(one(), NO_FDS);
    serve();
    const bytes = call();
    expect(served(() => send(culprit, bytes), answered(request))).toBe(12);
    expect(log.lines.at(-1)).toMatchObject({ file: 0, ret: 0 });
  });

  it('work that a call leaves is cut, too, and others need not do it', () => {
    const { stats } = fixture.device.mmu;
    const call = bind(culprit.key, ASYNC, [map(), unmap(), map(), unmap()]);
    let mapped = 0;
    const over = (): boolean => {
      // What had been mapped when the innocent client had all its answers.
      if (mapped === 0 && log.lines.length > 12) mapped = stats.mapCalls;
      return !fixture.drv.hasWork && log.lines.length > 12;
    };
    expect(served(() => send(culprit, call), over)).toBe(12);
    expect(mapped).toBeLessThan(stats.mapCalls);
    expect(stats.mapCalls).toBeGreaterThan(2 * 511);
  });

  it('the release of a file is cut', () => {
    culprit.say(bind(culprit.key, 0, scattered()), NO_FDS);
    serve();
    const { files } = fixture.server.dispatcher;
    const { anchor } = culprit;
    Object.assign(culprit, { anchor: -1, close: () => culprit.hangUp() });
    expect(
      served(
        () => closeSync(anchor),
        () => files.size === 1 && fixture.drv.clientBos.size === 0,
      ),
    ).toBe(12);
  });

  it('long requests are read, and long replies sent, in pieces of 32 KiB', () => {
    culprit.say(ioctl(culprit.key, DRM_IOCTL_SYNCOBJ_CREATE, [0, 1]), NO_FDS);
    serve();
    const pieces = { receive: 0, send: 0 };
    const helper = native();
    const { receive } = helper;
    const sending = helper.send;
    helper.receive = (...args) => {
      const n = receive(...args);
      if (args[4] !== undefined) pieces.receive = Math.max(pieces.receive, n);
      return n;
    };
    // Replies; requests are those of the clients of this test, and longer.
    let replies = 0;
    helper.send = (...args) => {
      if (args[0] !== culprit.channel && args[0] !== innocent.channel) {
        pieces.send = Math.max(pieces.send, args[3] - args[2]);
        replies += args[3] - args[2];
      }
      return sending(...args);
    };
    const count = 30_000;
    const words = [...new Array(count).fill(1), ...new Array(2 * count).fill(9)];
    const query = [BUFFER, 0, BUFFER + 4 * count, 0, count, 0];
    const bytes = ioctl(culprit.key, DRM_IOCTL_SYNCOBJ_QUERY, query, words);
    try {
      expect(served(() => send(culprit, bytes), answered(DRM_IOCTL_SYNCOBJ_QUERY))).toBe(12);
      expect(log.lines.at(-1)).toMatchObject({ file: 0, ret: 0 });
      for (let i = 0; i < 100; i++) {
        fixture.server.step(0);
        culprit.drain(culprit.channel);
      }
    } finally {
      helper.receive = receive;
      helper.send = sending;
    }
    expect(pieces).toEqual({ receive: 32768, send: 32768 });
    expect(replies).toBeGreaterThan(12 * count);
  });

  it('a second call on the same file waits for the first', () => {
    const other = native().connect(`${fixture.dir}/socket`);
    const shown = VERSION(culprit.key);
    seal(shown, 1 | WIRE_ATTACH);
    native().send(other, shown, 0, shown.length, Int32Array.of(culprit.anchor), 1);
    serve();
    log.lines.length = 0;
    send(innocent, VERSION(innocent.key));
    send(culprit, bind(culprit.key, 0, [map()]));
    const again = ioctl(culprit.key, DRM_IOCTL_PANTHOR_VM_DESTROY, [1, 0]);
    native().send(other, again, 0, again.length, NO_FDS, 0);
    serve();
    const order = log.lines.map(({ file, request }) => `${file} ${request}`);
    expect(order.filter((line) => line.startsWith('0 '))).toEqual([
      `0 ${DRM_IOCTL_PANTHOR_VM_BIND}`,
      `0 ${DRM_IOCTL_PANTHOR_VM_DESTROY}`,
    ]);
    expect(log.lines.every(({ ret }) => ret === 0)).toBe(true);
    closeSync(other);
  });

  it('a call on the VM that paused work is about waits for it', () => {
    log.lines.length = 0;
    send(culprit, bind(culprit.key, ASYNC, [map()]));
    for (let i = 0; i < 12; i++) send(innocent, VERSION(innocent.key));
    // Once the work is under way: that is when others have their turns within it.
    const destroy = (): void => {
      if (fixture.drv.paused) send(culprit, ioctl(culprit.key, DRM_IOCTL_PANTHOR_VM_DESTROY, [1, 0]));
      else log.next = destroy;
    };
    log.next = destroy;
    serve();
    expect(log.lines.filter(({ file }) => file === 0)).toMatchObject([{ ret: 0 }, { ret: 0 }]);
    expect(fixture.server.dispatcher.bugs.count).toBe(0);
  });

  it('a client that is killed within its call loses nothing but its own', () => {
    const { files } = fixture.server.dispatcher;
    const begin = (): void => {
      send(culprit, bind(culprit.key, 0, [map()]));
      // Within the call: these are the first answers.
      log.next = () => {
        expect(fixture.drv.paused).toBe(true);
        culprit.close();
        Object.assign(culprit, { close() {} });
      };
    };
    expect(served(begin, () => files.size === 1)).toBe(12);
    expect(log.lines.filter(({ file }) => file === 0)).toMatchObject([{ ret: 0 }]);
  });

  it('signals reach waits meanwhile', () => {
    innocent.say(ioctl(innocent.key, DRM_IOCTL_SYNCOBJ_CREATE, [0, 0]), NO_FDS);
    const waiter = native().connect(`${fixture.dir}/socket`);
    const wait = ioctl(
      innocent.key,
      DRM_IOCTL_SYNCOBJ_WAIT,
      [BUFFER, 0, -1, 0x7fffffff, 1, 2, 0, 0, 0, 0],
      [1],
    );
    seal(wait, 1 | WIRE_ATTACH);
    native().send(waiter, wait, 0, wait.length, Int32Array.of(innocent.anchor), 1);
    serve();
    log.lines.length = 0;
    send(culprit, bind(culprit.key, 0, [map()]));
    send(innocent, ioctl(innocent.key, DRM_IOCTL_SYNCOBJ_SIGNAL, [BUFFER, 0, 1, 0], [1]));
    serve();
    expect(log.lines.map(({ request }) => request)).toEqual([
      DRM_IOCTL_SYNCOBJ_SIGNAL,
      DRM_IOCTL_SYNCOBJ_WAIT,
      DRM_IOCTL_PANTHOR_VM_BIND,
    ]);
    closeSync(waiter);
  });
});
