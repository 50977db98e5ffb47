/** Builds ioctl tables and derives the user-pointer descriptors from the argument's struct. */
import { _IOC, _IOC_READ, _IOC_WRITE } from './ioctl.js';
import { fieldAt, scalarSize, } from './layout.js';
const accessBits = { none: 0, W: _IOC_WRITE, R: _IOC_READ, WR: _IOC_READ | _IOC_WRITE };
/**
 * Makes the specs and request numbers of a table. `type` is the ioctl's letter; `prefix` is what short names leave
 * out of the C name.
 */
export function ioctlTable(type, prefix, rows) {
    const specs = Object.entries(rows).map(([name, row]) => ({
        name,
        shortName: name.startsWith(prefix) ? name.slice(prefix.length) : name,
        type,
        nr: row.nr,
        request: _IOC(accessBits[row.access], type, row.nr, row.arg?.size ?? 0),
        arg: row.arg,
        ...(row.since === undefined ? {} : { since: row.since }),
        buffers: row.arg === null ? [] : buffersOf(row.arg, row.directions),
        doc: row.doc,
    }));
    const requests = Object.fromEntries(specs.map((spec) => [spec.name, spec.request]));
    return { specs, requests };
}
/** The user pointers of a struct, in the order of its fields; object arrays carry theirs along. */
export function buffersOf(layout, directions = {}) {
    const found = [];
    for (const field of layout.fields) {
        const { user, array } = field.info;
        if (user !== undefined)
            found.push(describe(layout, field.name, user, directions[field.name]));
        if (array !== undefined)
            found.push(describe(layout, `${field.name}.array`, array));
    }
    return found;
}
function describe(layout, path, user, dir = user.dir) {
    const element = typeof user.element === 'object' ? user.element : null;
    const elementSize = element?.size ?? (user.element === 'text' ? 1 : scalarSize[user.element]);
    const { length } = user;
    const selector = user.variants && numberRef(layout, user.variants.field);
    return {
        pointer: numberRef(layout, path),
        dir,
        kind: length.kind,
        count: length.kind === 'string'
            ? length.max
            : numberRef(layout, length.kind === 'array' ? length.count : length.field),
        stride: length.kind !== 'array' ? 1 : resolve(layout, length.stride),
        element,
        elementSize,
        isText: user.element === 'text',
        ...(user.variants && selector ? { variants: { selector, structs: user.variants.structs } } : {}),
        nested: element === null ? [] : buffersOf(element),
    };
}
function resolve(layout, value) {
    return typeof value === 'number' ? value : numberRef(layout, value);
}
function numberRef(layout, path) {
    const { field, offset } = fieldAt(layout, path);
    return { path, offset, size: field.size };
}
//# sourceMappingURL=ioctl-table.js.map