import { symbolic as fullNames } from '../payload/symbols.js';
const prefixes = new Map();
/** What all names of a table have in front, up to an underscore. */
function prefixOf(table) {
    const known = prefixes.get(table);
    if (known !== undefined)
        return known;
    let prefix = table.enumerators[0].name;
    for (const { name } of table.enumerators) {
        while (!name.startsWith(prefix))
            prefix = prefix.slice(0, -1);
    }
    if (table.enumerators.length === 1)
        prefix = prefix.slice(0, -1);
    prefix = prefix.slice(0, prefix.lastIndexOf('_') + 1);
    prefixes.set(table, prefix);
    return prefix;
}
/**
 * A value by the names of its table without their common prefix: `MAP_NOEXEC|TYPE_MAP`, `GPU_INFO`; what no name covers
 * follows as a number. `bitPerValue`: bit n stands for the enumerator n.
 */
export function symbolic(table, value, bitPerValue = false) {
    const prefix = prefixOf(table);
    const names = fullNames(table, BigInt(value >>> 0), bitPerValue);
    if (names === '')
        return `${value >>> 0}`;
    const short = (name) => name.replace(/^bit /, '').replace(prefix, '');
    return names.split(' | ').map(short).join('|');
}
//# sourceMappingURL=symbols.js.map