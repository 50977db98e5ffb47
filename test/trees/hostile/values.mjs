/** Addresses, sizes and objects at the edges where drivers go wrong. */
const KIB = 1024;
const MIB = KIB * KIB;
const GIB = KIB * MIB;
const PAGE = 4 * KIB;
const BLOCK = 2 * MIB;

const LAYOUTS = ['contig2M', 'contig4k', '4k', 'huge2M', 'mixed'];
const OBJECT_SIZES = [
  PAGE,
  2 * PAGE,
  0x24000,
  BLOCK - PAGE,
  BLOCK,
  BLOCK + PAGE,
  2 * BLOCK,
  2 * BLOCK + 0x10000,
  4 * BLOCK,
  8 * BLOCK,
];
const SIZES = [PAGE, 2 * PAGE, 0x10000, BLOCK / 2, BLOCK - PAGE, BLOCK, BLOCK + PAGE, 2 * BLOCK, 4 * BLOCK];
/** What a size must not be, or rarely is. */
const ODD_SIZES = [
  1,
  PAGE - 1,
  PAGE + 1,
  0x800,
  2 ** 32,
  2 ** 47,
  2 ** 48,
  '0xfffffffffffff000',
  '0xffffffffffffffff',
];
/** Ends of user ranges by default and by choice, of table levels, of what 32 and 48 bits hold. */
const ENDS = [BLOCK, GIB, 4 * GIB, 8 * GIB, 512 * GIB, 2 ** 40, 2 ** 46, 2 ** 47, 2 ** 48];
const FLAGS = [0, 0, 0, 1, 2, 3, 4, 6, 7];
const ODD_FLAGS = [8, 9, 0x10, 0x100, 0x0fffffff, 0x30000000, 0x40000000, 0x80000000, 0xf0000000];
export const UNMAP = 0x10000000;
export const SYNC_ONLY = 0x20000000;
export const SPARSE = 8;

export const hex = (n) => (typeof n === 'string' ? n : `0x${n.toString(16)}`);

/** An address: near what is used already (`near`), else near some end. */
export function address(random, near) {
  const shift = random.of([0, 0, 0, PAGE, 2 * PAGE, BLOCK / 2, BLOCK - PAGE, BLOCK, BLOCK + PAGE, 3 * BLOCK]);
  const base = near.length > 0 && !random.oneIn(4) ? random.of(near) : random.of([0, ...ENDS]);
  const va = random.oneIn(2) ? base + shift : Math.max(0, base - shift);
  return random.oneIn(60) ? va + random.of([1, 0x800, PAGE - 1]) : va;
}

export function size(random) {
  return random.oneIn(40) ? random.of(ODD_SIZES) : random.of(SIZES);
}

export function mapFlags(random) {
  return random.oneIn(25) ? random.of(ODD_FLAGS) : random.of(FLAGS);
}

/** What makes object `id`: a layout, or pieces of memory of every length, some of them next to each other. */
export function object(random, id) {
  if (!random.oneIn(4)) {
    const layout = random.of(LAYOUTS);
    // The tail of this layout may lie on one of its own blocks, which no allocator would do.
    const sizes = layout === 'huge2M' ? OBJECT_SIZES.filter((bytes) => bytes % BLOCK === 0) : OBJECT_SIZES;
    return { size: hex(random.of(sizes)), layout, seed: random.below(1000) };
  }
  const pieces = [];
  let bytes = 0;
  // No two objects have a page in common: SCHEMA.md's layouts begin at 8 GiB.
  let pa = 4 * GIB + id * 128 * MIB + random.below(8) * BLOCK;
  for (let i = 1 + random.below(6); i > 0; i--) {
    // A folio is aligned in its object.
    const folio = bytes % BLOCK === 0 && random.oneIn(2) ? BLOCK : PAGE;
    const length =
      folio === BLOCK
        ? BLOCK * (1 + random.below(3))
        : PAGE * random.of([1, 1, 2, 16, 511, 511, 512, 512, 513]);
    if (folio === BLOCK) pa = Math.ceil(pa / BLOCK) * BLOCK;
    pieces.push([hex(pa), hex(length), folio]);
    bytes += length;
    pa += length + PAGE * random.of([0, 0, 1, 15, 512, 1000]);
  }
  return { size: hex(bytes), sg: pieces };
}

/** An object on the memory of another: its first pieces, or, where no folio has to stay aligned in its object, in another order. */
export function alias(random, pieces) {
  const sg = pieces.slice(0, 1 + random.below(pieces.length));
  if (sg.every(([, , folio]) => folio === PAGE) && random.oneIn(2)) sg.reverse();
  return { size: hex(sg.reduce((bytes, [, length]) => bytes + Number(length), 0)), sg };
}

/** What a device is. Physical addresses of few bits make maps fail half-way. */
export function device(random) {
  const init = { op: 'init' };
  const present = random.of([null, '0xff', '0x3', '0x7', '0x1', '0x5', '0xf', '0x1d', '0xffff']);
  if (present !== null) init.as_present = present;
  const vaBits = random.of([48, 48, 48, 48, 40, 33, 32, 39]);
  if (vaBits !== 48) init.va_bits = vaBits;
  if (random.oneIn(8)) init.pa_bits = random.of([33, 36, 48]);
  if (random.oneIn(4)) init.coherent = 1;
  if (random.oneIn(8)) init.task_size = hex(random.of([2 ** 47, 2 ** 39, 2 ** 32, 2 ** 52]));
  if (random.oneIn(2)) init.dummy_layout = random.of(LAYOUTS);
  return init;
}

/** A user range: none, powers of two, their neighbours, and what is refused. */
export function userRange(random) {
  if (!random.oneIn(3)) return undefined;
  const end = random.of(ENDS);
  return hex(
    random.of([
      end,
      end - PAGE,
      end + PAGE,
      end - 1,
      end + 1,
      end / 2 + PAGE,
      0,
      1,
      PAGE,
      '0xffffffffffffffff',
    ]),
  );
}
