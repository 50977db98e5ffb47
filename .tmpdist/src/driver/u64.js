/** A little-endian u64 as a Number: exact below 2^53, above it good enough to be refused. */
export function getU64(view, at) {
    return view.getUint32(at + 4, true) * 0x100000000 + view.getUint32(at, true);
}
/** Writes an integer from 0 to 2^53 as a little-endian u64. */
export function setU64(view, at, value) {
    view.setUint32(at, value >>> 0, true);
    view.setUint32(at + 4, Math.floor(value / 0x100000000), true);
}
//# sourceMappingURL=u64.js.map