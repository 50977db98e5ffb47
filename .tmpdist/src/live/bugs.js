/** Bugs of ours that are kept for the report. */
const MAX_KEPT = 16;
/** Exceptions where none may be: each is a bug of ours, is told once, and costs one call of one client. */
export class Bugs {
    kept = [];
    get count() {
        return this.kept.length;
    }
    /** Does `work`; undefined where it threw. */
    guard(what, work) {
        try {
            return work();
        }
        catch (error) {
            if (this.kept.length < MAX_KEPT) {
                this.kept.push({ what, error });
                const text = error instanceof Error ? error.stack : String(error);
                process.stderr.write(`panthor-shim: this is a bug of panthor-shim, please report it: ${what}: ${text}\n`);
            }
            return undefined;
        }
    }
}
//# sourceMappingURL=bugs.js.map