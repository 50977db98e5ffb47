/** Where the argument is put: above every user address, so that no buffer is there too. */
export const ARGUMENT_ADDRESS = 2 ** 52;
/**
 * Puts a record's argument and buffers, as they were before the call, into user memory. Returns the argument's place in
 * `mem.data`, or 0 for a call without one.
 */
export function loadPayload(record, mem) {
    mem.reset();
    const { bytes, argSize, bufferCount } = record;
    let at = 0;
    if (argSize > 0) {
        at = mem.reserve(ARGUMENT_ADDRESS, argSize);
        copy(bytes, record.argInAt, argSize, mem.data, at);
    }
    for (let i = 0; i < bufferCount; i++) {
        const b = record.buffers[i];
        // A recorder may leave out what a buffer held that the call only writes.
        const place = mem.reserve(b.addr, Math.max(b.inSize, b.outSize));
        copy(bytes, b.inAt, b.inSize, mem.data, place);
    }
    return at;
}
/** For the few bytes that most structs have, a loop beats subarray() and set(). */
function copy(from, at, size, to, place) {
    if (size > 96) {
        to.set(from.subarray(at, at + size), place);
        return;
    }
    for (let i = 0; i < size; i++)
        to[place + i] = from[at + i];
}
//# sourceMappingURL=payload.js.map