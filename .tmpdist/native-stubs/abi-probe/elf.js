/** Just enough ELF to read a section of an object file (System V ABI, chapter 4: ELF64, little-endian). */
/**
 * The 64-bit words of a section.
 *
 * @throws Error when the bytes are no little-endian ELF64 file or have no such section.
 */
export function readSection(object, name) {
    const view = new DataView(object.buffer, object.byteOffset, object.byteLength);
    if (object.length < 64 || view.getUint32(0, false) !== 0x7f454c46 || object[4] !== 2 || object[5] !== 1) {
        throw new Error('not a little-endian ELF64 object');
    }
    const u64 = (at) => Number(view.getBigUint64(at, true));
    const table = u64(0x28); // e_shoff
    const entry = view.getUint16(0x3a, true); // e_shentsize
    const count = view.getUint16(0x3c, true); // e_shnum
    const header = (index) => table + index * entry;
    const names = u64(header(view.getUint16(0x3e, true)) + 0x18); // e_shstrndx, sh_offset
    for (let i = 0; i < count; i++) {
        const start = names + view.getUint32(header(i), true);
        const end = object.indexOf(0, start);
        if (new TextDecoder().decode(object.subarray(start, end)) !== name)
            continue;
        const offset = u64(header(i) + 0x18);
        const size = u64(header(i) + 0x20);
        return Array.from({ length: size / 8 }, (_, n) => view.getBigUint64(offset + n * 8, true));
    }
    throw new Error(`no section ${name}`);
}
//# sourceMappingURL=elf.js.map