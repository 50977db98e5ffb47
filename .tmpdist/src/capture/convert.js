import { once } from 'node:events';
import * as fs from 'node:fs';
import * as zlib from 'node:zlib';
import { CaptureWriter } from './writer.js';
/** The format that a file name's extension stands for, or null: `.jsonl`, `.ptcap`, either with `.gz` behind. */
export function formatOfName(name) {
    const match = /\.(jsonl|ptcap)(\.gz)?$/.exec(name);
    return match === null ? null : { form: match[1], gzip: match[2] !== undefined };
}
/**
 * Copies a capture into `out` in the given format, as it arrives, and closes both. What was read before damage was
 * found is written all the same, then the CaptureError is thrown.
 */
export async function convert(capture, out, format) {
    const target = format.gzip ? zlib.createGzip() : out;
    if (target !== out)
        target.pipe(out);
    const failed = once(out, 'error').then(([error]) => Promise.reject(error));
    const sink = async (bytes) => {
        if (!target.write(bytes))
            await Promise.race([once(target, 'drain'), failed]);
    };
    const writer = new CaptureWriter(format.form, sink, capture.header, capture.headerRaw);
    try {
        do {
            for (let record = capture.next(); record !== null; record = capture.next()) {
                writer.write(record);
                if (writer.full)
                    await writer.flush();
            }
            await writer.flush();
        } while (await capture.fill());
    }
    finally {
        await writer.flush();
        await capture.close();
        target.end();
        if (out !== process.stdout)
            await Promise.race([once(out, 'close'), failed]);
    }
}
/** Opens `name` for writing, or standard output for `-`. Throws at once where that is impossible. */
export function openOutput(name) {
    return name === '-' ? process.stdout : fs.createWriteStream(name, { fd: fs.openSync(name, 'w') });
}
//# sourceMappingURL=convert.js.map