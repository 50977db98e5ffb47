/** The generators' part of a state: where each function of a thread stands, and what it remembers. */
import { mix32 } from './hash.js';
import { hashValue, nameOf, tracker } from './objects.js';
/** Frames of the running thread: where each function stands, and what it remembers. */
export class Frames {
    depth = 0;
    pcs = [];
    values = [];
    lane0 = 0;
    lane1 = 0;
    /** Recomputes the fingerprint of the stack. */
    rehash() {
        let a = 0x165667b1;
        let b = 0x27d4eb2f;
        for (let i = 0; i < this.depth; i++) {
            a = mix32(Math.imul(a, 31) ^ this.pcs[i]);
            const values = this.values[i];
            for (let j = 0; j < values.length; j++) {
                const v = hashValue(values[j]);
                a = (Math.imul(a ^ v, 0x85ebca6b) + (a >>> 15)) | 0;
                b = mix32((b + v) ^ a);
            }
        }
        this.lane0 = a;
        this.lane1 = b;
    }
}
let frames = new Frames();
/** A generator function begins: its place in the stack. */
export function $enter() {
    return frames.depth;
}
/** A generator function is about to yield or to call another. */
export function $y(depth, pc, values) {
    frames.pcs[depth] = pc;
    frames.values[depth] = values;
    frames.depth = depth + 1;
    for (let i = 0; i < values.length; i++) {
        const value = values[i];
        if ((typeof value === 'object' || typeof value === 'function') && value !== null) {
            if (value.$id === undefined)
                nameOf(value);
        }
    }
}
/** What for-of loops with a yield in them may go over. */
export function $array(value) {
    if (!Array.isArray(value))
        throw new TypeError('a loop with a yield in it goes over something that is no array');
    return value;
}
/** Thread `index` goes on, with this stack. */
export function enterThread(index, stack) {
    tracker.enter(index);
    frames = stack;
}
//# sourceMappingURL=frames.js.map