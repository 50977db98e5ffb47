/** Thrown by every capture reader; the command line turns it into exit status 3. */
export class CaptureError extends Error {
    record;
    byte;
    start;
    field;
    found;
    expected;
    /** The stream ended inside a record; a FIFO whose writer went away may end like this. */
    truncated;
    constructor(damage, truncated = false) {
        super(sentence(damage));
        this.name = 'CaptureError';
        this.record = damage.record;
        this.byte = damage.byte;
        this.start = damage.start;
        this.field = damage.field;
        this.found = damage.found;
        this.expected = damage.expected;
        this.truncated = truncated;
    }
}
function sentence(d) {
    const where = d.record < 0 ? 'header (before record 0)' : `record ${d.record}`;
    const begins = d.byte === d.start ? '' : `, which begins at byte ${d.start}`;
    const field = d.field === '' ? '' : `${d.field}: `;
    return `${where}${begins}: damaged at byte ${d.byte}: ${field}found ${d.found}, expected ${d.expected}`;
}
/** The stream could not be opened or read at all (no such file, no permission, a directory); also exit status 3. */
export class SourceError extends Error {
    constructor(name, cause) {
        super(`cannot read ${name}: ${reason(cause)}`, { cause });
        this.name = 'SourceError';
    }
}
/** Why a system call failed, as people say it. */
export function reason(error) {
    switch (error.code) {
        case 'ENOENT':
            return 'no such file';
        case 'EACCES':
            return 'permission denied';
        case 'EISDIR':
            return 'it is a directory';
        default:
            return error.message;
    }
}
/** What a compressed stream broke on, in its own terms; the reader turns it into a CaptureError. */
export class GzipError extends Error {
    /** Compressed bytes that were good. */
    byte;
    truncated;
    constructor(message, byte, truncated) {
        super(message);
        this.name = 'GzipError';
        this.byte = byte;
        this.truncated = truncated;
    }
}
//# sourceMappingURL=error.js.map