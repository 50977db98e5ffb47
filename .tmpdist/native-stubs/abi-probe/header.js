/**
 * A reader for uAPI headers, good for what they are made of: flat structs, enumerations and object-like macros. It
 * finds names, not values; values are the compiler's business.
 */
/** Takes comments out, keeping one space for each. */
function withoutComments(text) {
    return text.replace(/\/\*[\s\S]*?\*\/|\/\/[^\n]*/g, ' ');
}
/**
 * Reads the text of a header. Structs and enumerations that nest others (the oldest ones of drm.h) are passed over.
 *
 * @throws Error for a field declaration that it does not understand, lest a field be missed.
 */
export function parseHeader(text) {
    const code = withoutComments(text).replace(/\\\n/g, ' ');
    const macros = [];
    const lines = [];
    for (const line of code.split('\n')) {
        const define = /^\s*#\s*define\s+(\w+)(\(?)(.*)$/.exec(line);
        if (define !== null && define[2] === '' && define[3].trim() !== '')
            macros.push(define[1]);
        if (!/^\s*#/.test(line))
            lines.push(line);
    }
    const body = lines.join('\n');
    const structs = new Map();
    for (const [, name, fields] of body.matchAll(/\bstruct\s+(\w+)\s*\{([^{}]*)\}\s*;/g)) {
        structs.set(name, { name, fields: fieldNames(name, fields) });
    }
    const enums = [];
    for (const [, name, list] of body.matchAll(/\benum\s*(\w*)\s*\{([^{}]*)\}\s*;/g)) {
        const enumerators = [...list.matchAll(/(?:^|,)\s*(\w+)\s*(?=[=,]|$)/g)].map((match) => match[1]);
        enums.push({ name, enumerators });
    }
    return { structs, enums, macros };
}
function fieldNames(struct, text) {
    const names = [];
    for (const declaration of text.split(';')) {
        if (declaration.trim() === '')
            continue;
        const match = /^\s*[\w\s]+?[\s*]+(\w+)\s*(?:\[[^\]]*\])?\s*$/.exec(declaration);
        if (match === null)
            throw new Error(`struct ${struct}: cannot read "${declaration.trim()}"`);
        names.push(match[1]);
    }
    return names;
}
//# sourceMappingURL=header.js.map