/**
 * CRC-32 of text that is written piece by piece: the state of one VM can have hundreds of thousands of lines, and a string
 * of all of them costs seconds.
 */
import { crc32 } from 'node:zlib';
const DIGITS = new TextEncoder().encode('0123456789abcdef');
const COMMA = 0x2c;
const NEWLINE = 0x0a;
/** Bytes gathered before they are checksummed; a number has at most 16 digits. */
const CHUNK = 1 << 16;
export class CrcText {
    #bytes = new Uint8Array(CHUNK + 32);
    #fill = 0;
    #crc = 0;
    /** A non-negative integer below 2^53 as "%x,", in a `last` place of a line as "%x\n". */
    hex(value, last = false) {
        const lo = value >>> 0;
        const hi = (value - lo) / 0x100000000;
        if (hi > 0)
            this.#digits(hi, 0);
        this.#digits(lo, hi > 0 ? 8 : 0);
        this.#end(last);
    }
    /** Two words as one 64-bit "%x\n" or "%x,". */
    hexWords(lo, hi, last = false) {
        if (hi !== 0)
            this.#digits(hi >>> 0, 0);
        this.#digits(lo >>> 0, hi !== 0 ? 8 : 0);
        this.#end(last);
    }
    /** An integer as "%d,". */
    decimal(value) {
        const text = String(value);
        for (let i = 0; i < text.length; i++)
            this.#bytes[this.#fill++] = text.charCodeAt(i);
        this.#end(false);
    }
    /** Eight lower-case hex digits; 00000000 for an empty text. */
    toString() {
        this.#flush();
        return this.#crc.toString(16).padStart(8, '0');
    }
    #digits(word, atLeast) {
        let width = atLeast;
        if (width === 0)
            width = word === 0 ? 1 : 8 - (Math.clz32(word) >> 2);
        for (let shift = 4 * (width - 1); shift >= 0; shift -= 4) {
            this.#bytes[this.#fill++] = DIGITS[(word >>> shift) & 15];
        }
    }
    #end(last) {
        this.#bytes[this.#fill++] = last ? NEWLINE : COMMA;
        if (this.#fill >= CHUNK)
            this.#flush();
    }
    #flush() {
        this.#crc = crc32(this.#bytes.subarray(0, this.#fill), this.#crc);
        this.#fill = 0;
    }
}
//# sourceMappingURL=crc-text.js.map