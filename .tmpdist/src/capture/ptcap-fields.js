import { CaptureError } from './error.js';
import { paddedSize } from './frame.js';
/**
 * The fields of one frame's payload in order, each with its bounds checked against the frame: a length inside a
 * payload can be as damaged as any other, where the check word was computed over it.
 */
export class PayloadFields {
    view;
    data;
    frame;
    /** Number of the record (-1: header) and stream offset of its frame, for messages. */
    record;
    start;
    at;
    end;
    constructor(view, data, frame, record, start) {
        this.view = view;
        this.data = data;
        this.frame = frame;
        this.record = record;
        this.start = start;
        this.at = frame.at;
        this.end = frame.at + frame.size;
    }
    /** Fails with the damage at payload place `at`. */
    fail(at, field, found, expected) {
        const byte = this.start + at - this.frame.at + 16;
        throw new CaptureError({ record: this.record, start: this.start, byte, field, found, expected });
    }
    /** Takes `count` bytes that must be there; returns where they begin. */
    take(count, field) {
        const { at } = this;
        if (count > this.end - at)
            this.fail(at, field, `${count} bytes`, `at most ${this.end - at}, what is left`);
        this.at = at + count;
        return at;
    }
    /** Takes `count` bytes and the zeros behind them. */
    padded(count, field) {
        const at = this.take(count, field);
        const pad = this.take(paddedSize(count) - count, field);
        for (let i = pad; i < this.at; i++) {
            if (this.data[i] !== 0)
                this.fail(i, field, `${this.data[i]} as padding`, '0');
        }
        return at;
    }
    u32(field, max = 0xffffffff) {
        const at = this.take(4, field);
        const value = this.view.getUint32(at, true);
        if (value > max)
            this.fail(at, field, `${value}`, `at most ${max}`);
        return value;
    }
    /** A u64 that must be exact as a Number. */
    u53(field) {
        const lo = this.u32(field);
        const hi = this.u32(field, 0x1fffff);
        return hi * 0x100000000 + lo;
    }
    done() {
        if (this.at !== this.end)
            this.fail(this.at, 'frame', `${this.end - this.at} more bytes`, 'the end');
    }
}
//# sourceMappingURL=ptcap-fields.js.map