/** Bytes in the largest binary unit that keeps a short number: 4 KiB, 1.5 GiB. */
export function bytesText(bytes) {
    const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];
    let unit = 0;
    let value = bytes;
    while (value >= 1024 && unit < units.length - 1) {
        value /= 1024;
        unit++;
    }
    const text = Number.isInteger(value) ? `${value}` : value.toFixed(value < 10 ? 2 : 1);
    return `${text} ${units[unit]}`;
}
/** A duration in ns as people say it: 12 µs, 1.53 s. */
export function durationText(ns) {
    if (ns < 1e3)
        return `${ns} ns`;
    if (ns < 1e6)
        return `${(ns / 1e3).toFixed(1)} µs`;
    if (ns < 1e9)
        return `${(ns / 1e6).toFixed(1)} ms`;
    return `${(ns / 1e9).toFixed(2)} s`;
}
/** `1 call`, `2 calls`. */
export function plural(count, one, many = `${one}s`) {
    return `${count} ${count === 1 ? one : many}`;
}
/** Rows of cells as lines with the columns lined up; columns in `right` are flush right. */
export function table(rows, right = []) {
    const widths = [];
    for (const row of rows) {
        row.forEach((cell, i) => {
            widths[i] = Math.max(widths[i] ?? 0, cell.length);
        });
    }
    return rows.map((row) => row
        .map((cell, i) => (right.includes(i) ? cell.padStart(widths[i]) : cell.padEnd(widths[i])))
        .join('  ')
        .trimEnd());
}
//# sourceMappingURL=format.js.map