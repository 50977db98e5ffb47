import { headerLine, JsonLineWriter } from './json-text.js';
import { PtcapEncoder } from './ptcap-write.js';
const FLUSH_BYTES = 256 << 10;
/**
 * Writes a capture of either form. `write` never waits; call `flush` when `full` (or whenever what was written should
 * be seen by others: after each record of a live recording).
 */
export class CaptureWriter {
    #lines;
    #frames;
    #sink;
    constructor(form, sink, header, headerRaw = null) {
        this.#sink = sink;
        this.#lines = form === 'jsonl' ? new JsonLineWriter() : null;
        this.#frames = form === 'ptcap' ? new PtcapEncoder() : null;
        this.#frames?.header(header, headerRaw);
        this.#lines?.bytes(headerRaw ?? Buffer.from(headerLine(header)));
    }
    write(record) {
        this.#lines?.write(record);
        this.#frames?.record(record);
    }
    /** Enough has gathered to be worth a write. */
    get full() {
        return (this.#lines?.used ?? this.#frames.frames.used) >= FLUSH_BYTES;
    }
    /** Hands everything written so far to the sink. */
    async flush() {
        const bytes = this.#take();
        if (bytes.length > 0)
            await this.#sink(bytes);
    }
    #take() {
        const buffer = this.#lines ?? this.#frames.frames;
        const bytes = ('text' in buffer ? buffer.text : buffer.data).slice(0, buffer.used);
        buffer.used = 0;
        return bytes;
    }
}
//# sourceMappingURL=writer.js.map