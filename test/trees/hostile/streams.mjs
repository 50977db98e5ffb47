/**
 * Streams of vector operations that were not written for a purpose: every kind of operation, at every edge, in any order. What
 * they come to is for a kernel tree to say; see run.mjs.
 */
import { Random } from './random.mjs';
import {
  address,
  alias,
  device,
  hex,
  mapFlags,
  object,
  SPARSE,
  SYNC_ONLY,
  size,
  UNMAP,
  userRange,
} from './values.mjs';

const MAX_VMS = 36;

/** Weights of operations by what a stream is about. */
const PROFILES = {
  binds: {
    map: 30,
    unmap: 20,
    sparse: 8,
    bo: 6,
    active: 4,
    idle: 3,
    lookup: 3,
    state: 4,
    syncOnly: 1,
    boDestroy: 1,
  },
  pools: {
    vm: 20,
    destroy: 12,
    gone: 6,
    map: 8,
    unmap: 4,
    active: 5,
    idle: 3,
    bo: 2,
    allocVa: 3,
    freeVa: 2,
    leak: 1,
  },
  slots: {
    active: 20,
    idle: 14,
    map: 6,
    unmap: 4,
    fault: 5,
    power: 3,
    reset: 3,
    destroy: 2,
    vm: 3,
    bo: 1,
    lookup: 1,
    gone: 1,
  },
  failures: {
    stuck: 8,
    flushFail: 4,
    oom: 5,
    map: 16,
    unmap: 12,
    sparse: 3,
    active: 8,
    idle: 5,
    reset: 4,
    power: 1,
    fault: 2,
    destroy: 1,
    vm: 1,
    bo: 2,
    state: 1,
  },
  regions: {
    lock: 8,
    unlock: 8,
    pack: 6,
    pgsize: 6,
    flushAll: 3,
    map: 6,
    unmap: 6,
    active: 5,
    idle: 3,
    fault: 1,
    power: 1,
  },
  kernel: {
    kmap: 10,
    kunmap: 8,
    allocVa: 6,
    freeVa: 4,
    map: 6,
    unmap: 6,
    mcu: 1,
    active: 4,
    idle: 2,
    bo: 2,
    lookup: 2,
    state: 2,
  },
  inside: { mid: 20, map: 8, active: 5, idle: 5, bo: 2, unmap: 4, state: 1, vm: 1, stuck: 1, reset: 1 },
};
export const KINDS = Object.keys(PROFILES);

/** What a stream has made so far, which its next operations speak of. */
class Stream {
  ops = [];
  vms = 0;
  gone = [];
  bos = [];
  nodes = 0;
  near = [];
  unplugged = false;

  constructor(seed, kind, emptyMaps) {
    this.random = new Random(seed);
    this.weights = PROFILES[kind];
    // A zero-size unmap that meets a zero-size mapping never ends on the kernel: a stream has one or the other.
    this.emptyMaps = this.random.oneIn(2) && emptyMaps;
  }

  vm() {
    return this.vms === 0 ? 1 : 1 + this.random.below(this.vms);
  }

  /** A VM that is there, as far as this stream knows. */
  live() {
    for (let i = 0; i < 8; i++) {
      const uid = this.vm();
      if (!this.gone.includes(uid)) return uid;
    }
    return this.vm();
  }

  bo() {
    return this.bos.length === 0 || this.random.oneIn(50)
      ? this.random.below(6)
      : this.random.of(this.bos).id;
  }

  va() {
    const va = address(this.random, this.near);
    if (this.near.length < 12 && this.random.oneIn(3)) this.near.push(va);
    return va;
  }

  bind(type) {
    const { random } = this;
    const op = { op: 'bind', vm: this.live(), flags: type };
    if (random.oneIn(3)) op.async = 1;
    if (random.oneIn(40)) op.nsync = 1;
    if (random.oneIn(10)) op.dump = 1;
    op.va = hex(this.va());
    op.size = hex(size(random));
    if (random.oneIn(30)) this.empty(op, type);
    return op;
  }

  empty(op, type) {
    if (type === UNMAP ? !this.emptyMaps : type === 0 && this.emptyMaps) op.size = '0x0';
    else if (type === 0) op.size = '0x1000';
  }

  map() {
    const { random } = this;
    const op = this.bind(0);
    op.flags = mapFlags(random);
    op.bo = this.bo();
    const found = this.bos.find(({ id }) => id === op.bo);
    const bytes = found === undefined ? 0x400000 : found.bytes;
    if (op.size !== '0x0' && !random.oneIn(10) && Number(op.size) > bytes) op.size = hex(bytes);
    if (random.oneIn(2)) {
      const room = bytes - Math.min(bytes, Number(op.size));
      op.bo_off = hex(random.of([0, room, Math.floor(room / 0x400000) * 0x200000, 0x1000, 0x200000, bytes]));
    }
    if (random.oneIn(60)) op.bo_off = random.of(['0x1', '0x800', '0xfffffffffffff000', '0x8000000000000000']);
    return op;
  }
}

const wholePages = (n) => `0x${(BigInt(n) & ~0xfffn).toString(16)}`;

/** How an operation of each name in the profiles is made; null where it cannot be now. */
const MAKE = {
  map: (s) => s.map(),
  unmap: (s) => {
    const op = s.bind(UNMAP);
    if (s.random.oneIn(40)) op.flags += s.random.of([1, 2, 4, 8]);
    if (s.random.oneIn(40)) op.bo = 1;
    if (s.random.oneIn(40)) op.bo_off = '0x1000';
    if (s.random.oneIn(20)) op.size = hex(s.random.of([2 ** 30, 2 ** 32, 2 ** 39]));
    return op;
  },
  syncOnly: (s) => {
    const op = s.bind(SYNC_ONLY);
    if (s.random.oneIn(2)) Object.assign(op, { va: '0x0', size: '0x0' });
    return op;
  },
  sparse: (s) => {
    const op = s.bind(0);
    op.flags = SPARSE + s.random.of([0, 0, 1, 2, 4, 3]);
    if (s.random.oneIn(12)) op.bo = 1;
    if (s.random.oneIn(12)) op.bo_off = '0x1000';
    return op;
  },
  bo: (s) => {
    if (s.bos.length >= 12) return null;
    const pieces = s.bos.map(({ sg }) => sg).filter((sg) => sg !== undefined);
    const op =
      pieces.length > 0 && s.random.oneIn(4)
        ? { op: 'bo_create', ...alias(s.random, s.random.of(pieces)) }
        : { op: 'bo_create', ...object(s.random, s.bos.length + 1) };
    if (s.random.oneIn(8)) op.excl = s.live();
    s.bos.push({ id: s.bos.length + 1, bytes: Number(op.size), sg: op.sg });
    return op;
  },
  boDestroy: (s) => ({ op: 'bo_destroy', bo: s.bo() }),
  vm: (s) => {
    if (s.vms >= MAX_VMS) return null;
    const op = { op: 'vm_create' };
    const range = userRange(s.random);
    if (range !== undefined) op.user_va_range = range;
    if (s.random.oneIn(40)) op.flags = s.random.of([1, 2, 0x80000000]);
    // A refused one takes no number; what is then said of the number after the last is refused too.
    s.vms++;
    return op;
  },
  mcu: (s) => {
    if (s.mcu === true) return null;
    s.mcu = true;
    s.vms++;
    return { op: 'mcu_vm_create' };
  },
  destroy: (s) => {
    const vm = s.live();
    s.gone.push(vm);
    return { op: 'vm_destroy', vm };
  },
  gone: (s) => {
    if (s.gone.length === 0) return null;
    const { op, ...rest } =
      MAKE[s.random.of(['map', 'unmap', 'active', 'idle', 'lookup', 'state', 'destroy'])](s);
    return { op, ...rest, vm: s.random.of(s.gone) };
  },
  active: (s) => ({ op: 'active', vm: s.live() }),
  idle: (s) => ({ op: 'idle', vm: s.live() }),
  lookup: (s) => ({ op: 'lookup', vm: s.live(), va: hex(s.va()) }),
  state: (s) => ({ op: 'get_state', vm: s.live() }),
  leak: () => ({ op: 'leak' }),
  fault: (s) => {
    const { random } = s;
    const one = () => [
      random.below(8),
      hex(s.va()),
      hex(random.of([0x2c0, 0x210002c1, 0x3c4, 0xc8, 0, 0xffffffff])),
    ];
    return { op: 'fault', faults: Array.from({ length: 1 + random.below(3) }, one) };
  },
  power: (s) => {
    if (!s.unplugged && s.random.oneIn(25)) {
      s.unplugged = true;
      return { op: 'unplug' };
    }
    const inner = s.random.oneIn(2)
      ? []
      : [MAKE[s.random.of(['map', 'unmap', 'fault', 'active', 'idle'])](s)];
    return [{ op: 'suspend' }, ...inner, { op: 'resume' }];
  },
  reset: (s) => {
    const inner = s.random.oneIn(2) ? [] : [MAKE[s.random.of(['map', 'unmap', 'fault', 'idle'])](s)];
    return [{ op: 'pre_reset' }, ...inner, { op: 'hw_reset' }, { op: 'post_reset' }];
  },
  stuck: (s) => ({
    op: 'stuck',
    as: s.random.below(4),
    skip: s.random.below(8),
    times: 1 + s.random.below(3),
  }),
  flushFail: (s) => ({ op: 'flush_fail', skip: s.random.below(4), times: 1 + s.random.below(2) }),
  oom: (s) => ({ op: 'oom', skip: s.random.below(3), times: 1 + s.random.below(2) }),
  lock: (s) => ({
    op: 'lock',
    vm: s.live(),
    start: hex(s.va()),
    size: hex(Math.min(Number(wholePages(size(s.random))), 2 ** 39)),
  }),
  unlock: (s) => ({ op: 'unlock', vm: s.live() }),
  pack: (s) => ({ op: 'pack', start: hex(s.va()), size: hex(size(s.random)), as: s.random.below(8) }),
  pgsize: (s) => {
    const pages = Math.min(Math.ceil(Number(size(s.random)) / 4096), 2 ** 36);
    return { op: 'get_pgsize', addr: hex(s.va()), size: hex(pages * 4096) };
  },
  flushAll: (s) => ({ op: 'flush_all', vm: s.live() }),
  kmap: (s) => {
    const { op: _op, async: _async, nsync: _nsync, ...rest } = s.map();
    // The driver itself asks for whole pages, one at least.
    const [va, bo_off, bytes] = [rest.va, rest.bo_off ?? 0, rest.size].map(wholePages);
    return {
      op: 'kmap',
      ...rest,
      va,
      bo_off,
      size: bytes === '0x0' ? '0x1000' : bytes,
      flags: s.random.of([0, 1, 2, 4, 6]),
    };
  },
  kunmap: (s) => {
    const bytes = wholePages(size(s.random));
    return { op: 'kunmap', vm: s.live(), va: wholePages(s.va()), size: bytes === '0x0' ? '0x1000' : bytes };
  },
  allocVa: (s) => {
    const op = { op: 'alloc_va', vm: s.live(), size: hex(size(s.random)) };
    if (s.random.oneIn(2)) op.va = hex(s.va());
    s.nodes++;
    return op;
  },
  freeVa: (s) => ({ op: 'free_va', node: 1 + s.random.below(s.nodes + 1) }),
  mid: (s) => {
    const op = s.random.oneIn(2) ? s.map() : MAKE.unmap(s);
    const make = (...names) => MAKE[s.random.of(names)](s);
    // What waits for op_lock waits alone.
    op.mid = s.random.oneIn(4)
      ? { op: 'seq', ops: [make('idle', 'fault'), make('idle', 'fault')] }
      : make('active', 'active', 'idle', 'fault', 'lookup', 'state');
    op.mid_at = s.random.below(4);
    return op;
  },
};

/** One stream as lines of a vector file, its outcomes empty. */
function stream(name, seed, kind, length, emptyMaps) {
  const s = new Stream(seed, kind, emptyMaps);
  s.ops.push(device(s.random));
  for (let i = 1 + s.random.below(4); i > 0; i--) s.ops.push(MAKE.vm(s));
  for (let i = 1 + s.random.below(3); i > 0; i--) s.ops.push(MAKE.bo(s));
  while (s.ops.length < length) {
    const made = MAKE[s.random.weighted(s.weights)](s);
    if (made !== null) s.ops.push(...(Array.isArray(made) ? made : [made]));
  }
  for (let vm = 1; vm <= Math.min(s.vms, 4); vm++) s.ops.push({ op: 'get_state', vm });
  s.ops.push({ op: 'leak' });
  const header = { stream: name, variant: '7.2', nops: s.ops.length };
  // A header is known by how it begins.
  const lines = [`{"stream": "${name}", ${JSON.stringify(header).slice(`{"stream":"${name}",`.length)}`];
  return [...lines, ...s.ops.map((op) => JSON.stringify({ in: op, out: {} }))];
}

/**
 * `count` streams of every kind in turn, `length` operations or a few more each. `emptyMaps`: with asynchronous maps of no
 * bytes. On 7.1 and later an unmap that cuts the mapping beside one of these never ends.
 */
export function* streams(count, seed, emptyMaps, length = 60) {
  for (let i = 0; i < count; i++) {
    const kind = KINDS[i % KINDS.length];
    yield* stream(`hostile/${kind}-${seed}-${i}`, seed * 100_003 + i, kind, length, emptyMaps);
  }
}
