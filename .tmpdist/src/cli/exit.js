import { CaptureError, SourceError } from '../capture/error.js';
import { InputError, UsageError } from '../errors.js';
export { InputError, UsageError } from '../errors.js';
/** What the exit status says. */
export const EXIT_FINE = 0;
/** A divergence, violation or mismatch was found. */
export const EXIT_FOUND = 1;
export const EXIT_USAGE = 2;
/** Input that cannot be read or is damaged. */
export const EXIT_DAMAGED = 3;
export const EXIT_BUG = 4;
/** The exit status that an error which reached the top means. */
export function statusOf(error) {
    if (error instanceof CaptureError || error instanceof SourceError || error instanceof InputError) {
        return EXIT_DAMAGED;
    }
    if (error instanceof UsageError)
        return EXIT_USAGE;
    // Output that cannot be written (a full disk, say) is nobody's bug; EPIPE never gets here (main.ts).
    return error?.syscall === 'write' ? EXIT_USAGE : EXIT_BUG;
}
/** Says on standard error what went wrong; a bug of ours with all that is known about it. */
export function complain(error) {
    const status = statusOf(error);
    if (status === EXIT_BUG) {
        const what = error instanceof Error ? (error.stack ?? error.message) : String(error);
        process.stderr.write(`panthor-shim: this is a bug of panthor-shim, please report it: ${what}\n`);
    }
    else {
        process.stderr.write(`panthor-shim: ${error.message}\n`);
    }
    return status;
}
//# sourceMappingURL=exit.js.map