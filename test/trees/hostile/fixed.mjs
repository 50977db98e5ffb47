/** Streams that random ones have met, kept where the fault was the shim's: what came out must be the model's on every tree. */

const BLOCK = 0x200000;
const hex = (n) => `0x${n.toString(16)}`;
const folios = { op: 'bo_create', size: hex(BLOCK), sg: [['0x110a00000', hex(BLOCK), BLOCK]] };
const map = (bo, va) => ({ op: 'bind', vm: 1, flags: 0, bo, bo_off: '0x0', va: hex(va), size: hex(BLOCK) });
const unmap = (va, size) => ({ op: 'bind', vm: 1, flags: 0x10000000, va: hex(va), size: hex(size), dump: 1 });

const STREAMS = {
  // One of two objects on the same folio goes: the folio stays one for the other, whose block is unmapped whole.
  'folio-of-two-objects': [
    { op: 'init' },
    { op: 'vm_create' },
    folios,
    folios,
    map(1, 0x40000000),
    map(2, 0x50000000),
    { op: 'bo_destroy', bo: 1 },
    unmap(0x40000000, BLOCK),
    unmap(0x50001000, 0x1000),
    { op: 'get_state', vm: 1 },
    { op: 'bo_destroy', bo: 2 },
    unmap(0x50000000, BLOCK),
    { op: 'leak' },
  ],
};

export const FIXED = Object.keys(STREAMS).length;

/** The lines of a vector file without outcomes. */
export function* fixedStreams() {
  for (const [name, ops] of Object.entries(STREAMS)) {
    yield JSON.stringify({ stream: `fixed/${name}`, variant: '7.2', nops: ops.length });
    for (const op of ops) yield JSON.stringify({ in: op, out: {} });
  }
}
