import { CaptureError, GzipError } from './error.js';
import { JsonlDecoder } from './jsonl-decoder.js';
import { PTCAP_MAGIC } from './ptcap.js';
import { PtcapDecoder } from './ptcap-decoder.js';
import { CaptureRecord } from './record.js';
import { openSource } from './source.js';
import { Window } from './window.js';
/**
 * A capture that is read as it arrives, holding no more of it than the record at hand.
 *
 *     const capture = await openCapture('run.jsonl.gz');
 *     await capture.each((record) => console.log(record.index, record.type));
 *
 * Everything that reads throws CaptureError for damage, after every record in front of it was delivered.
 */
export class CaptureReader {
    name;
    form;
    gzip;
    header;
    /** The header's line where it is spelled otherwise than we do. */
    headerRaw;
    /** Where a FIFO's writer went away within a record: the rest of that record never came, which is no error. */
    cut = null;
    /** Records delivered so far. */
    count = 0;
    /** Whether the stream was read to a sound end. */
    complete = false;
    #record = new CaptureRecord();
    #source;
    #window;
    #decoder;
    constructor(source, gzip, window, decoder, start) {
        this.#source = source;
        this.#window = window;
        this.#decoder = decoder;
        this.name = source.name;
        this.gzip = gzip;
        this.form = decoder instanceof PtcapDecoder ? 'ptcap' : 'jsonl';
        this.header = start.header;
        this.headerRaw = start.raw;
    }
    /** Reads up to the header. Throws CaptureError where there is none, SourceError where nothing can be read. */
    static async start(source, gzip) {
        const window = new Window();
        await fillFrom(source, window, -1);
        if (window.size === 0)
            throw empty();
        const decoder = window.data[0] === PTCAP_MAGIC[0] ? new PtcapDecoder() : new JsonlDecoder();
        for (;;) {
            const start = decoder.header(window);
            if (start !== null)
                return new CaptureReader(source, gzip, window, decoder, start);
            await fillFrom(source, window, -1);
        }
    }
    /** The next record that has arrived whole, or null: `fill` then waits for more. The object is filled anew each time. */
    next() {
        try {
            if (!this.#decoder.next(this.#window, this.#record))
                return null;
        }
        catch (error) {
            return this.#over(error);
        }
        this.count++;
        return this.#record;
    }
    /** Waits for more to arrive. False: the stream is at its end, and `next` gives what it still has. */
    async fill() {
        if (this.#window.ended)
            return false;
        try {
            await fillFrom(this.#source, this.#window, this.count);
        }
        catch (error) {
            this.#window.at = this.#window.end;
            this.#over(error);
            this.#window.ended = true;
        }
        return true;
    }
    /** A FIFO may end anywhere behind its header; anything else that goes wrong is thrown. */
    #over(error) {
        if (!(error instanceof CaptureError) || !error.truncated || !this.#source.fifo)
            throw error;
        this.cut = error;
        this.#window.at = this.#window.end;
        return null;
    }
    /**
     * Calls `visit` with each record until it returns false or nothing is left, then closes the stream. `idle` is called
     * whenever nothing more has arrived and before the end: the time to show what has gathered.
     */
    async each(visit, idle = () => { }) {
        try {
            do {
                for (let record = this.next(); record !== null; record = this.next()) {
                    if (visit(record) === false)
                        return;
                }
                idle();
            } while (await this.fill());
            this.complete = true;
        }
        finally {
            await this.close();
        }
    }
    close() {
        return this.#source.close();
    }
}
/** Opens the capture in a file, a FIFO or (`-`) standard input, in either form, gzip'd or not. */
export async function openCapture(path) {
    const { source, gzip } = await openSource(path);
    try {
        return await CaptureReader.start(source, gzip);
    }
    catch (error) {
        await source.close();
        throw error;
    }
}
async function fillFrom(source, window, record) {
    try {
        const count = await source.read(window.room());
        window.end += count;
        if (count === 0)
            window.ended = true;
    }
    catch (error) {
        if (!(error instanceof GzipError))
            throw error;
        const [start, byte] = [window.offset(window.at), window.offset(window.end)];
        const found = `${error.message} (compressed byte ${error.byte})`;
        throw new CaptureError({ record, start, byte, field: 'gzip', found, expected: 'sound gzip data' }, error.truncated);
    }
}
function empty() {
    const found = 'an empty stream';
    return new CaptureError({
        record: -1,
        start: 0,
        byte: 0,
        field: '',
        found,
        expected: 'the header of a capture',
    });
}
//# sourceMappingURL=reader.js.map