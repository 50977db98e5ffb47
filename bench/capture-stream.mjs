/**
 * Makes capture streams of any length: a client that creates buffer objects, binds them at new places, rebinds parts of
 * a large one, unmaps and closes, waits on a timeline now and then. Everything a replay of it must remember stays
 * bounded, so that its memory shows what the replay itself needs.
 *
 *     node bench/capture-stream.mjs RECORDS [jsonl|ptcap] [SEED] > FILE-OR-FIFO
 *
 * Needs dist/ (npm run build).
 */
import { once } from 'node:events';
import { pathToFileURL } from 'node:url';
import { CaptureRecord, setIoctl } from '../dist/src/capture/record.js';
import { CaptureWriter } from '../dist/src/capture/writer.js';
import * as drm from '../dist/uapi/drm.js';
import * as panthor from '../dist/uapi/panthor_drm.js';

const PAGE = 4096;
const BLOCK = 2 << 20;
/** Objects that are alive at a time, and the range that rebinds play in. */
const LIVE_OBJECTS = 64;
const ARENA = 0x7f0000000000;
const ARENA_BLOCKS = 32;

/** A small reproducible generator (Lehmer, MINSTD); next(n) is in [0, n). */
function randomNumbers(seed) {
  let state = (seed % 2147483646) + 1;
  return (n) => {
    state = (state * 48271) % 2147483647;
    return state % n;
  };
}

/** Calls `emit` with each of `count` records; the record object is reused. */
export function* captureRecords(count, seed = 1) {
  const random = randomNumbers(seed);
  const record = new CaptureRecord();
  const time = { ns: 1_000_000_000 };
  const call = (request, size, fill, buffers = []) => {
    const argIn = new Uint8Array(size);
    const argOut = new Uint8Array(size);
    fill(new DataView(argIn.buffer), new DataView(argOut.buffer));
    time.ns += 900 + random(4000);
    setIoctl(record, {
      timeNs: time.ns,
      tid: 4711,
      fd: 7,
      request,
      argIn,
      argOut,
      buffers,
      ret: 0,
      errno: 0,
    });
    return record;
  };
  const u64 = (view, at, n) => {
    view.setUint32(at, n >>> 0, true);
    view.setUint32(at + 4, Math.floor(n / 2 ** 32), true);
  };
  const both = (views, write) => views.forEach(write);

  const vmCreate = () =>
    call(panthor.DRM_IOCTL_PANTHOR_VM_CREATE, 16, (before, after) => {
      both([before, after], (view) => u64(view, 8, 0x800000000000));
      after.setUint32(4, 1, true);
    });
  const boCreate = (handle, size) =>
    call(panthor.DRM_IOCTL_PANTHOR_BO_CREATE, 24, (before, after) => {
      both([before, after], (view) => {
        u64(view, 0, size);
        view.setUint32(12, 1, true);
      });
      after.setUint32(16, handle, true);
    });
  const gemClose = (handle) =>
    call(drm.DRM_IOCTL_GEM_CLOSE, 8, (...views) => both(views, (view) => view.setUint32(0, handle, true)));
  const syncobjCreate = (handle) =>
    call(drm.DRM_IOCTL_SYNCOBJ_CREATE, 8, (_, after) => after.setUint32(0, handle, true));
  /** One VM_BIND; `signal` makes it asynchronous and signals that point of syncobj 1. */
  const vmBind = (ops, signal = 0) => {
    const array = new Uint8Array(48 * ops.length);
    const view = new DataView(array.buffer);
    const buffers = [{ addr: 0x7ffd10000000, in: array }];
    ops.forEach(([flags, handle, offset, va, size], i) => {
      view.setUint32(48 * i, flags, true);
      view.setUint32(48 * i + 4, handle, true);
      u64(view, 48 * i + 8, offset);
      u64(view, 48 * i + 16, va);
      u64(view, 48 * i + 24, size);
    });
    if (signal > 0) {
      const last = 48 * (ops.length - 1) + 32;
      view.setUint32(last, 16, true);
      view.setUint32(last + 4, 1, true);
      u64(view, last + 8, 0x7ffd20000000);
      const sync = new Uint8Array(16);
      const syncView = new DataView(sync.buffer);
      syncView.setUint32(0, 0x80000001, true);
      syncView.setUint32(4, 1, true);
      u64(syncView, 8, signal);
      buffers.push({ addr: 0x7ffd20000000, in: sync });
    }
    return call(
      panthor.DRM_IOCTL_PANTHOR_VM_BIND,
      24,
      (...views) =>
        both(views, (arg) => {
          arg.setUint32(0, 1, true);
          arg.setUint32(4, signal > 0 ? 1 : 0, true);
          arg.setUint32(8, 48, true);
          arg.setUint32(12, ops.length, true);
          u64(arg, 16, 0x7ffd10000000);
        }),
      buffers,
    );
  };

  // DRM_PANTHOR_VM_BIND_OP_MAP_NOEXEC with TYPE_MAP, and TYPE_UNMAP.
  const MAP = 0x2;
  const UNMAP = 0x10000000;
  let left = count;
  const live = [];
  let nextHandle = 2;
  let point = 0;
  /** A group with one queue, and one job: the VM gets an address space slot and keeps it until the idle device suspends, 50 ms later. */
  const groupCreate = () => {
    const queue = new Uint8Array(8);
    new DataView(queue.buffer).setUint32(4, 65536, true);
    return call(
      panthor.DRM_IOCTL_PANTHOR_GROUP_CREATE,
      56,
      (...views) => {
        both(views, (arg) => {
          arg.setUint32(0, 8, true);
          arg.setUint32(4, 1, true);
          u64(arg, 8, 0x7ffd30000000);
          for (const at of [16, 17, 18, 19]) arg.setUint8(at, 1);
          for (const at of [24, 32, 40]) u64(arg, at, 1);
          arg.setUint32(48, 1, true);
        });
        views[1].setUint32(52, 1, true);
      },
      [{ addr: 0x7ffd30000000, in: queue }],
    );
  };
  const groupSubmit = () => {
    const submit = new Uint8Array(40);
    const view = new DataView(submit.buffer);
    view.setUint32(4, 64, true);
    u64(view, 8, ARENA);
    view.setUint32(24, 16, true);
    return call(
      panthor.DRM_IOCTL_PANTHOR_GROUP_SUBMIT,
      24,
      (...views) =>
        both(views, (arg) => {
          arg.setUint32(0, 1, true);
          arg.setUint32(8, 40, true);
          arg.setUint32(12, 1, true);
          u64(arg, 16, 0x7ffd30000000);
        }),
      [{ addr: 0x7ffd30000000, in: submit }],
    );
  };
  const prologue = [
    vmCreate,
    () => syncobjCreate(1),
    groupCreate,
    groupSubmit,
    () => boCreate(1, ARENA_BLOCKS * BLOCK),
    () => vmBind([[MAP, 1, 0, ARENA, ARENA_BLOCKS * BLOCK]]),
  ];
  for (const step of prologue) {
    if (left-- <= 0) return;
    yield step();
  }
  while (left > 0) {
    const steps = [];
    const kind = random(8);
    if (kind < 2) {
      // A new object, bound; the oldest goes once there are enough.
      const handle = nextHandle++;
      if (nextHandle > 1000) nextHandle = 2;
      const size = PAGE * (1 + random(16));
      const slot = handle % 1024;
      const va = 0x100000000 + slot * BLOCK;
      steps.push(
        () => boCreate(handle, size),
        () => vmBind([[MAP, handle, 0, va, size]]),
      );
      live.push({ handle, va, size });
      if (live.length > LIVE_OBJECTS) {
        const old = live.shift();
        steps.push(
          () => vmBind([[UNMAP, 0, 0, old.va, old.size]], ++point),
          () => gemClose(old.handle),
        );
      }
    } else if (kind < 7) {
      // Sparse traffic: pages and blocks of the arena rebound to other places of its object.
      const ops = [];
      for (let i = 1 + random(4); i > 0; i--) {
        const pages = random(8) === 0 ? 512 : 16;
        const unit = pages * PAGE;
        const units = (ARENA_BLOCKS * BLOCK) / unit;
        ops.push([MAP, 1, random(units) * unit, ARENA + random(units) * unit, unit]);
      }
      steps.push(() => vmBind(ops, random(2) === 0 ? ++point : 0));
    } else {
      steps.push(() =>
        call(panthor.DRM_IOCTL_PANTHOR_VM_GET_STATE, 8, (...views) =>
          both(views, (view) => view.setUint32(0, 1, true)),
        ),
      );
    }
    for (const step of steps) {
      if (left-- <= 0) return;
      yield step();
    }
  }
}

/** Writes a capture of `count` records to a stream. */
export async function writeCapture(out, count, form, seed) {
  const header = { arch: 'x86_64', client: 'bench', replies: 'stand-in', driver_version: '1.9.0' };
  const sink = async (bytes) => {
    if (!out.write(bytes)) await once(out, 'drain');
  };
  const writer = new CaptureWriter(form, sink, header);
  for (const record of captureRecords(count, seed)) {
    writer.write(record);
    if (writer.full) await writer.flush();
  }
  await writer.flush();
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [count, form = 'jsonl', seed = '1'] = process.argv.slice(2);
  process.stdout.on('error', () => process.exit(0));
  await writeCapture(process.stdout, Number(count), form, Number(seed));
}
