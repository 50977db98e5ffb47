function table(name, kind, rows, options) {
    const enumerators = Object.entries(rows).map(([key, row]) => ({ name: key, ...(typeof row === 'number' ? { value: row } : row) }));
    const values = Object.fromEntries(enumerators.map((e) => [e.name, e.value]));
    const since = options.since === undefined ? {} : { since: options.since };
    return { name, kind, isEnum: options.defines !== true, ...since, enumerators, values };
}
/** An enumeration: fields hold one of its values. */
export function enumeration(name, rows, options = {}) {
    return table(name, 'enum', rows, options);
}
/** A flag set: fields hold a combination of its bits. */
export function flagSet(name, rows, options = {}) {
    return table(name, 'flags', rows, options);
}
//# sourceMappingURL=enumeration.js.map