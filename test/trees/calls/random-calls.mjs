/** Calls of clients that were not written for a purpose: the same seed makes the same ones, as far as the same is answered. */
import * as drm from '../../../dist/uapi/drm.js';
import * as panthor from '../../../dist/uapi/panthor_drm.js';
import { Random } from '../hostile/random.mjs';
import { hex, userRange } from '../hostile/values.mjs';
import { groupSubmit, u32, u64, vmBind } from './binds.mjs';

const PAGE = 4096;
const BLOCK = 2 << 20;
const SIZES = [PAGE, 2 * PAGE, 0x24000, BLOCK - PAGE, BLOCK, BLOCK + PAGE, 2 * BLOCK + 0x10000, 4 * BLOCK];
const ODD_SIZES = [0, 1, PAGE - 1, PAGE + 1, 2 ** 40, '0xfffffffffffff001'];
/** What an object of another device is taken to have (src/replay/placeholders.ts). */
const FOREIGN_BYTES = 256 << 20;

const { DRM_IOCTL_SYNCOBJ_TIMELINE_WAIT, DRM_IOCTL_SYNCOBJ_TIMELINE_SIGNAL } = drm;

/** Weights of calls by what a stream is about. */
const PROFILES = {
  binds: { bind: 40, boCreate: 6, vmState: 4, close: 2, vmCreate: 2, vmDestroy: 1 },
  syncs: {
    bind: 30,
    syncCreate: 5,
    syncDestroy: 2,
    signal: 8,
    timelineSignal: 8,
    reset: 2,
    wait: 6,
    timelineWait: 6,
    query: 5,
    transfer: 4,
    boCreate: 2,
    vmState: 3,
    vmDestroy: 1,
    vmCreate: 1,
  },
  pools: {
    vmCreate: 20,
    vmDestroy: 10,
    bind: 10,
    boCreate: 5,
    close: 5,
    vmState: 5,
    label: 2,
    info: 2,
    query: 1,
  },
  groups: {
    bind: 25,
    groupCreate: 5,
    groupDestroy: 3,
    submit: 14,
    heapCreate: 4,
    heapDestroy: 2,
    boCreate: 4,
    vmCreate: 5,
    vmDestroy: 3,
    vmState: 3,
    signal: 2,
    wait: 2,
  },
  imports: { bind: 30, import: 4, boCreate: 3, close: 3, vmState: 3, info: 2, label: 1, vmCreate: 1 },
};
export const KINDS = Object.keys(PROFILES);

/** One open file of a client, and what it has been given. */
export class Client {
  vms = [];
  objects = [];
  syncobjs = [];
  groups = [];
  heaps = [];
  near = [];
  buffers = [];

  constructor(random, kind, wholeBlocks) {
    this.random = random;
    const isWhole = (bytes) => !wholeBlocks || Number(bytes) % BLOCK === 0;
    this.sizes = SIZES.filter(isWhole);
    this.oddSizes = ODD_SIZES.filter((bytes) => isWhole(bytes) || Number(bytes) > 2 ** 39);
    this.weights = PROFILES[kind];
    this.first = ['vmCreate', 'vmCreate', 'boCreate', 'boCreate', 'syncCreate', 'syncCreate', 'syncCreate'];
    if (kind === 'imports') this.first.push('import');
  }

  /** Bytes in user memory; their address. */
  buffer(bytes) {
    const addr = 0x7000_0000_0000 + 0x10000 * this.buffers.length;
    this.buffers.push({ addr, in: bytes });
    return addr;
  }

  #of(list, odd) {
    return list.length === 0 || this.random.oneIn(40)
      ? this.random.of([0, odd, 0xffffffff])
      : this.random.of(list);
  }

  vm() {
    return this.#of(this.vms, 33);
  }

  syncobj() {
    return this.#of(this.syncobjs, 77);
  }

  group() {
    return this.#of(this.groups, 99);
  }

  heap() {
    return this.#of(this.heaps, 0x10005);
  }

  object() {
    return this.objects.length === 0 || this.random.oneIn(40)
      ? { handle: this.random.of([0, 99, 0xffffffff]), bytes: 4 * BLOCK }
      : this.random.of(this.objects);
  }

  /** The next call: its request, its argument and its buffers. */
  next() {
    this.buffers = [];
    const kind = this.first.shift() ?? this.random.weighted(this.weights);
    const { request, arg } = CALLS[kind](this);
    return { kind, request: request >>> 0, argIn: arg, buffers: this.buffers };
  }

  /** What a call has given out, or taken back: `out` is its argument afterwards. */
  learn({ kind, argIn }, out) {
    const drop = (list, handle) => list.filter((one) => (one.handle ?? one) !== handle);
    if (kind === 'vmCreate') this.vms.push(out.readUInt32LE(4));
    if (kind === 'vmDestroy' && !this.random.oneIn(3)) this.vms = drop(this.vms, argIn.readUInt32LE(0));
    if (kind === 'boCreate')
      this.objects.push({ handle: out.readUInt32LE(16), bytes: Number(out.readBigUInt64LE(0)) });
    if (kind === 'import') this.objects.push({ handle: out.readUInt32LE(0), bytes: FOREIGN_BYTES });
    if (kind === 'close') this.objects = drop(this.objects, argIn.readUInt32LE(0));
    if (kind === 'groupCreate') this.groups.push(out.readUInt32LE(52));
    if (kind === 'groupDestroy') this.groups = drop(this.groups, argIn.readUInt32LE(0));
    if (kind === 'heapCreate') this.heaps.push(out.readUInt32LE(20));
    if (kind === 'heapDestroy') this.heaps = drop(this.heaps, argIn.readUInt32LE(0));
    if (kind === 'syncCreate') this.syncobjs.push(out.readUInt32LE(0));
    if (kind === 'syncDestroy') this.syncobjs = drop(this.syncobjs, argIn.readUInt32LE(0));
  }
}

const pad = (c) => (c.random.oneIn(40) ? 1 : 0);
const some = (c) => Array.from({ length: c.random.of([1, 1, 2, 3]) }, () => c.syncobj());
const waitFlags = (c) => c.random.of([0, 1, 2, 3, 4, 6]) + (c.random.oneIn(60) ? 0x100 : 0);
/** Points of as many timelines: a client may signal those of a past too. */
const points = (c, n) => u64(...Array.from({ length: n }, () => c.random.below(8)));

/** The argument of each call, and its request. */
const CALLS = {
  bind: (c) => ({ request: panthor.DRM_IOCTL_PANTHOR_VM_BIND, arg: vmBind(c) }),
  vmCreate: (c) => ({
    request: panthor.DRM_IOCTL_PANTHOR_VM_CREATE,
    arg: Buffer.concat([u32(c.random.oneIn(40) ? 1 : 0, 0), u64(hex(userRange(c.random) ?? 0))]),
  }),
  vmDestroy: (c) => ({ request: panthor.DRM_IOCTL_PANTHOR_VM_DESTROY, arg: u32(c.vm(), pad(c)) }),
  vmState: (c) => ({ request: panthor.DRM_IOCTL_PANTHOR_VM_GET_STATE, arg: u32(c.vm(), 0) }),
  boCreate: (c) => {
    const size = c.random.oneIn(15) ? c.random.of(c.oddSizes) : c.random.of(c.sizes);
    const vm = c.random.oneIn(4) ? c.vm() : 0;
    const flags = c.random.of([0, 0, 1, 2, 3]) + (c.random.oneIn(40) ? 4 : 0);
    return {
      request: panthor.DRM_IOCTL_PANTHOR_BO_CREATE,
      arg: Buffer.concat([u64(hex(size)), u32(flags, vm, 0, pad(c))]),
    };
  },
  close: (c) => ({ request: drm.DRM_IOCTL_GEM_CLOSE, arg: u32(c.object().handle, pad(c)) }),
  import: () => ({ request: drm.DRM_IOCTL_PRIME_FD_TO_HANDLE, arg: u32(0, 0, 77) }),
  label: (c) => ({
    request: panthor.DRM_IOCTL_PANTHOR_BO_SET_LABEL,
    arg: Buffer.concat([
      u32(c.object().handle, pad(c)),
      u64(
        c.random.oneIn(4)
          ? 0
          : c.buffer(Buffer.from(`${'x'.repeat(c.random.of([0, 5, 4094, 4095, 4096]))}\0`)),
      ),
    ]),
  }),
  info: (c) => ({
    request: panthor.DRM_IOCTL_PANTHOR_BO_QUERY_INFO,
    arg: u32(c.object().handle, 0, 0, pad(c)),
  }),
  syncCreate: (c) => ({
    request: drm.DRM_IOCTL_SYNCOBJ_CREATE,
    arg: u32(0, c.random.oneIn(40) ? 2 : c.random.below(2)),
  }),
  groupCreate: (c) => {
    const queues = c.random.of([1, 1, 2, 3, 8, 9]);
    const queue = Buffer.concat([u32(c.random.below(16), c.random.of([4096, 65536, 65536, 0x11000]))]);
    const at = c.buffer(Buffer.concat(Array.from({ length: queues }, () => queue)));
    const cores = Buffer.from([1, 1, 1, c.random.below(3)]);
    return {
      request: panthor.DRM_IOCTL_PANTHOR_GROUP_CREATE,
      arg: Buffer.concat([
        u32(8, queues),
        u64(at),
        cores,
        u32(pad(c)),
        u64(0x50005, 0x50005, 1),
        u32(c.vm(), 0),
      ]),
    };
  },
  groupDestroy: (c) => ({ request: panthor.DRM_IOCTL_PANTHOR_GROUP_DESTROY, arg: u32(c.group(), pad(c)) }),
  submit: (c) => ({ request: panthor.DRM_IOCTL_PANTHOR_GROUP_SUBMIT, arg: groupSubmit(c) }),
  heapCreate: (c) => ({
    request: panthor.DRM_IOCTL_PANTHOR_TILER_HEAP_CREATE,
    arg: Buffer.concat([
      u32(c.vm(), c.random.of([1, 1, 2, 5, 0]), c.random.of([BLOCK, BLOCK, 0x20000, 0x21000, 0x10000])),
      u32(c.random.of([64, 5, 1]), c.random.of([2, 2, 0xffff]), 0),
      u64(0, 0),
    ]),
  }),
  heapDestroy: (c) => ({
    request: panthor.DRM_IOCTL_PANTHOR_TILER_HEAP_DESTROY,
    arg: u32(c.heap(), pad(c)),
  }),
  syncDestroy: (c) => ({ request: drm.DRM_IOCTL_SYNCOBJ_DESTROY, arg: u32(c.syncobj(), pad(c)) }),
  signal: (c) => array(c, drm.DRM_IOCTL_SYNCOBJ_SIGNAL),
  reset: (c) => array(c, drm.DRM_IOCTL_SYNCOBJ_RESET),
  timelineSignal: (c) => timelines(c, DRM_IOCTL_SYNCOBJ_TIMELINE_SIGNAL, c.random.oneIn(40) ? 1 : 0),
  query: (c) => timelines(c, drm.DRM_IOCTL_SYNCOBJ_QUERY, c.random.of([0, 0, 1, 2])),
  wait: (c) => {
    const handles = some(c);
    const at = c.buffer(u32(...handles));
    return {
      request: drm.DRM_IOCTL_SYNCOBJ_WAIT,
      arg: Buffer.concat([u64(at, 0), u32(handles.length, waitFlags(c), 0, pad(c)), u64(0)]),
    };
  },
  timelineWait: (c) => {
    const handles = some(c);
    const at = c.buffer(u32(...handles));
    const list = c.buffer(points(c, handles.length));
    return {
      request: DRM_IOCTL_SYNCOBJ_TIMELINE_WAIT,
      arg: Buffer.concat([u64(at, list, 0), u32(handles.length, waitFlags(c), 0, pad(c)), u64(0)]),
    };
  },
  transfer: (c) => ({
    request: drm.DRM_IOCTL_SYNCOBJ_TRANSFER,
    arg: Buffer.concat([
      u32(c.syncobj(), c.syncobj()),
      u64(c.random.below(6), c.random.below(6)),
      u32(c.random.oneIn(40) ? 2 : 0, pad(c)),
    ]),
  }),
};

function array(c, request) {
  const handles = some(c);
  return {
    request,
    arg: Buffer.concat([
      u64(c.buffer(u32(...handles))),
      u32(c.random.oneIn(40) ? 0 : handles.length, pad(c)),
    ]),
  };
}

function timelines(c, request, flags) {
  const handles = some(c);
  const at = c.buffer(u32(...handles));
  const list = c.buffer(points(c, handles.length));
  return { request, arg: Buffer.concat([u64(at, list), u32(handles.length, flags)]) };
}

/** A client for stream number `seed`. `wholeBlocks`: of all objects, since the tail of one would lie on a block of its own. */
export function randomClient(seed, wholeBlocks) {
  const random = new Random(seed);
  return new Client(random, KINDS[seed % KINDS.length], wholeBlocks);
}
