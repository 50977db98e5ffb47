/**
 * 64-bit state fingerprints in two 32-bit lanes.
 *
 * Two of n states share a fingerprint by accident with a probability of about n² / 2^65: under one in a million for
 * five million states.
 */
const float = new Float64Array(1);
const halves = new Int32Array(float.buffer);
/** A finalizer of 32 bits (Murmur3's fmix32): every bit of the input moves about half of the output. */
export function mix32(value) {
    let h = value | 0;
    h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
    h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
    return h ^ (h >>> 16);
}
/** Collects the parts of a state, in a fixed order, into two lanes. */
export class Hasher {
    a = 0;
    b = 0;
    reset() {
        this.a = 0x9e3779b9 | 0;
        this.b = 0x7f4a7c15 | 0;
        return this;
    }
    /** One 32-bit integer. */
    int(value) {
        const a = Math.imul(this.a ^ value, 0xcc9e2d51);
        this.a = (a ^ (a >>> 15)) | 0;
        const b = Math.imul(this.b + value, 0x1b873593) ^ this.a;
        this.b = (b ^ (b >>> 13)) | 0;
        return this;
    }
    /** Any Number; integers outside 32 bits and fractions by their bits. */
    number(value) {
        if ((value | 0) === value)
            return this.int(value);
        float[0] = value;
        return this.int(halves[0]).int(halves[1]);
    }
    text(value) {
        this.int(value.length);
        for (let i = 0; i < value.length; i++)
            this.int(value.charCodeAt(i));
        return this;
    }
    /** Anything that a small program keeps: numbers, strings, booleans, null, arrays and plain records of those. */
    value(value) {
        if (typeof value === 'number')
            return this.int(1).number(value);
        if (typeof value === 'string')
            return this.int(2).text(value);
        if (typeof value === 'boolean')
            return this.int(value ? 4 : 3);
        if (value === null || value === undefined)
            return this.int(5);
        if (Array.isArray(value) || ArrayBuffer.isView(value)) {
            const list = value;
            this.int(6).int(list.length);
            for (let i = 0; i < list.length; i++)
                this.value(list[i]);
            return this;
        }
        if (typeof value === 'object' && Object.getPrototypeOf(value) === Object.prototype) {
            const keys = Object.keys(value).sort();
            this.int(7).int(keys.length);
            for (const key of keys)
                this.text(key).value(value[key]);
            return this;
        }
        throw new TypeError(`no canonical hash for a ${value.constructor?.name ?? typeof value}`);
    }
    /** First lane, never 0 (0 marks an empty place in the table). */
    get lane0() {
        return mix32(this.a ^ (this.b << 7)) || 1;
    }
    get lane1() {
        return mix32(this.b) || 1;
    }
}
//# sourceMappingURL=hash.js.map