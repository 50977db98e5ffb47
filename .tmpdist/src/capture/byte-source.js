/** Moves as much of `from.rest` into `into` as fits; the number of bytes moved. */
export function give(from, into) {
    const part = from.rest.subarray(0, into.length);
    into.set(part);
    from.rest = from.rest.subarray(part.length);
    return part.length;
}
//# sourceMappingURL=byte-source.js.map