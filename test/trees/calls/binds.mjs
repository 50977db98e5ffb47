/** VM_BINDs that no client would make: several operations, of which some fail, with syncs in any order. */
import { address, hex, mapFlags, SPARSE, SYNC_ONLY, size, UNMAP } from '../hostile/values.mjs';

const PAGE = 4096;
const BLOCK = 2 << 20;
const SIGNAL = 0x80000000;
const TIMELINE = 1;
/** Bytes of an operation and of a sync. */
const OP_BYTES = 48;
const SYNC_BYTES = 16;

const le = (bytes, ...values) => {
  const out = Buffer.alloc(bytes * values.length);
  values.forEach((value, i) => {
    const all = BigInt.asUintN(64, BigInt(value));
    for (let b = 0; b < bytes; b++) out[i * bytes + b] = Number((all >> BigInt(8 * b)) & 0xffn);
  });
  return out;
};
export const u32 = (...values) => le(4, ...values);
export const u64 = (...values) => le(8, ...values);

/** A struct drm_panthor_obj_array; `bytes` in a buffer of its own, with elements that are longer or shorter than the kernel's at times. */
function objects(c, elements, size) {
  if (elements.length === 0) return Buffer.concat([u32(c.random.oneIn(8) ? 0 : size, 0), u64(0)]);
  const longer = c.random.oneIn(30) ? c.random.of([8, 16]) : c.random.oneIn(100) ? -8 : 0;
  const stride = size + longer;
  const fill = c.random.oneIn(8) ? 1 : 0;
  const bytes = elements.map((one) =>
    longer > 0 ? Buffer.concat([one, Buffer.alloc(longer, fill)]) : one.subarray(0, stride),
  );
  const at = c.buffer(Buffer.concat(bytes));
  return Buffer.concat([u32(stride, elements.length), u64(c.random.oneIn(150) ? 0x10 : at)]);
}

/** A struct drm_panthor_sync_op. */
function sync(c) {
  const { random } = c;
  const isTimeline = random.oneIn(2);
  let flags = (isTimeline ? TIMELINE : 0) + (random.oneIn(2) ? SIGNAL : 0);
  if (random.oneIn(40)) flags += random.of([2, 0x100, 0x40000000]);
  const point = isTimeline ? random.below(6) : random.oneIn(40) ? 1 : 0;
  return Buffer.concat([u32(flags, c.syncobj()), u64(point)]);
}

const syncsOf = (c, isAsync) => {
  const wanted = isAsync ? c.random.of([0, 0, 1, 1, 2, 3]) : c.random.oneIn(40) ? 1 : 0;
  return objects(
    c,
    Array.from({ length: wanted }, () => sync(c)),
    SYNC_BYTES,
  );
};

/** An address that other binds have used, or near it, or near some end. */
function where(c) {
  const va = address(c.random, c.near);
  if (c.near.length < 10 && c.random.oneIn(3)) c.near.push(va);
  return va;
}

function map(c, op) {
  const { random } = c;
  const { handle, bytes } = c.object();
  op.flags = mapFlags(random);
  op.bo = handle;
  if (!random.oneIn(10) && Number(op.size) > bytes) op.size = bytes;
  const room = Math.max(0, bytes - Number(op.size));
  if (random.oneIn(2)) op.offset = random.of([0, room, Math.floor(room / BLOCK) * BLOCK, PAGE, BLOCK, bytes]);
  if (random.oneIn(60)) op.offset = random.of([1, 0x800, '0xfffffffffffff000']);
}

const KINDS = {
  map,
  unmap: (c, op) => {
    op.flags = UNMAP + (c.random.oneIn(40) ? c.random.of([1, 8]) : 0);
    if (c.random.oneIn(20)) op.size = c.random.of([2 ** 30, 2 ** 32, 2 ** 39]);
    if (c.random.oneIn(60)) op.bo = 1;
    if (c.random.oneIn(60)) op.offset = PAGE;
  },
  sparse: (c, op) => {
    op.flags = SPARSE + c.random.of([0, 0, 1, 2, 4, 3]);
    if (c.random.oneIn(3)) op.size = c.random.of([3 * PAGE, BLOCK - PAGE, 3 * BLOCK + PAGE, 0x150000]);
    if (c.random.oneIn(15)) op.bo = 1;
    if (c.random.oneIn(15)) op.offset = PAGE;
  },
  syncOnly: (c, op) => {
    op.flags = SYNC_ONLY;
    if (!c.random.oneIn(12)) Object.assign(op, { va: 0, size: 0 });
  },
};

function operation(c, isAsync) {
  const op = { flags: 0, bo: 0, offset: 0, va: where(c), size: size(c.random) };
  const weights = { map: 30, unmap: 20, sparse: 8, syncOnly: isAsync ? 8 : 1 };
  KINDS[c.random.weighted(weights)](c, op);
  return Buffer.concat([u32(op.flags, op.bo), u64(op.offset, hex(op.va), hex(op.size)), syncsOf(c, isAsync)]);
}

/** The argument of a VM_BIND, its arrays in buffers of `c`. */
export function vmBind(c) {
  const { random } = c;
  const isAsync = random.oneIn(2);
  const count = random.of([1, 1, 1, 2, 2, 3, 4, 6, 9, 0]);
  const ops = Array.from({ length: count }, () => operation(c, isAsync));
  const flags = (isAsync ? 1 : 0) + (random.oneIn(60) ? 2 : 0);
  return Buffer.concat([u32(c.vm(), flags), objects(c, ops, OP_BYTES)]);
}

/** The argument of a GROUP_SUBMIT: jobs of one stream that does not matter, and points to synchronize at. */
export function groupSubmit(c) {
  const { random } = c;
  const jobs = Array.from({ length: random.of([1, 1, 1, 2, 3, 0]) }, () => {
    const isEmpty = random.oneIn(3);
    const [size, at] = isEmpty
      ? [0, 0]
      : [random.of([64, 64, 8, 4]), random.of([0x1000000, 0x1000040, 0x1000004])];
    const queue = random.of([0, 0, 0, 1, 9]);
    return Buffer.concat([u32(queue, size), u64(at), u32(0, random.oneIn(60) ? 1 : 0), syncsOf(c, true)]);
  });
  return Buffer.concat([u32(c.group(), random.oneIn(60) ? 1 : 0), objects(c, jobs, 40)]);
}
