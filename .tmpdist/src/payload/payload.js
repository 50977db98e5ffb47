import { buffersOf } from '../../uapi/ioctl-table.js';
/** Takes an argument apart. `request` may state another size than `spec` has. */
export function makePayload(layout, bytes, regions = [], spec = null, request = spec?.request ?? 0) {
    const buffers = spec?.buffers ?? buffersOf(layout);
    return { spec, request, root: structNode('', layout, bytes, buffers, regions), regions };
}
/** Reads a number that a table names; bytes that are not there read as zero. */
export function readRef(bytes, ref) {
    let value = 0n;
    for (let i = ref.size - 1; i >= 0; i--)
        value = (value << 8n) | BigInt(bytes[ref.offset + i] ?? 0);
    return value;
}
function structNode(path, layout, bytes, specs, regions) {
    const buffers = specs
        .map((spec) => bufferNode(path, bytes, spec, regions))
        .filter((node) => node !== null);
    return { path, layout, bytes, buffers };
}
function bufferNode(parent, bytes, spec, regions) {
    const number = (ref) => typeof ref === 'number' ? BigInt(ref) : readRef(bytes, ref);
    const address = number(spec.pointer);
    const count = number(spec.count);
    const stride = number(spec.stride);
    const size = count * stride;
    if (address === 0n || size === 0n)
        return null;
    const name = spec.pointer.path.replace(/\.array$/, '');
    const path = parent === '' ? name : `${parent}.${name}`;
    const found = findBytes(regions, address, size);
    const layout = elementOf(bytes, spec);
    const node = { path, spec, address, count, stride, size, bytes: found, layout };
    if (found === null || layout === null)
        return { ...node, items: [] };
    return { ...node, items: elements(path, found, layout, spec, number(spec.stride), regions) };
}
function elementOf(bytes, spec) {
    if (spec.variants === undefined)
        return spec.element;
    return spec.variants.structs[Number(readRef(bytes, spec.variants.selector))] ?? null;
}
function elements(path, bytes, layout, spec, stride, regions) {
    // A buffer whose length is a byte count holds one struct.
    if (spec.kind === 'bytes')
        return [structNode(path, layout, bytes, buffersOf(layout), regions)];
    const step = Number(stride);
    return Array.from({ length: Math.floor(bytes.length / step) }, (_, i) => structNode(`${path}[${i}]`, layout, bytes.subarray(i * step, (i + 1) * step), spec.nested, regions));
}
function findBytes(regions, address, size) {
    for (const region of regions) {
        const end = region.address + BigInt(region.bytes.length);
        if (address < region.address || address >= end)
            continue;
        const from = Number(address - region.address);
        const known = BigInt(region.bytes.length - from);
        return region.bytes.subarray(from, from + Number(size < known ? size : known));
    }
    return null;
}
/** Every buffer of a tree, parents before children. */
export function allBuffers(node) {
    return node.buffers.flatMap((buffer) => [buffer, ...buffer.items.flatMap(allBuffers)]);
}
/** The text of a buffer, up to its NUL. */
export function textOf(bytes) {
    const end = bytes.indexOf(0);
    return Buffer.from(end < 0 ? bytes : bytes.subarray(0, end)).toString('latin1');
}
//# sourceMappingURL=payload.js.map