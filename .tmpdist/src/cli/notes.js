/** Says on standard error where a FIFO's writer went away within a record; that is no error. */
export function noteTruncation(capture) {
    if (capture.cut === null)
        return;
    const { record, byte } = capture.cut;
    process.stderr.write(`panthor-shim: ${capture.name}: the writer went away in record ${record}, at byte ${byte}\n`);
}
//# sourceMappingURL=notes.js.map