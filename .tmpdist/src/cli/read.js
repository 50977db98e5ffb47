import { CaptureError } from '../capture/error.js';
import { complain } from './exit.js';
import { noteTruncation } from './notes.js';
/**
 * Reads a capture to its end or until `visit` returns false, then calls `report`, also when the capture turned out
 * damaged: what came before is reported all the same, and the damage after it, with exit status 3. `idle` is called
 * whenever the stream has no more for the moment.
 */
export async function readThrough(capture, visit, report, idle) {
    let damage = null;
    try {
        await capture.each(visit, idle);
    }
    catch (error) {
        if (!(error instanceof CaptureError))
            throw error;
        damage = error;
    }
    report();
    if (damage !== null)
        process.exitCode = complain(damage);
    noteTruncation(capture);
}
//# sourceMappingURL=read.js.map