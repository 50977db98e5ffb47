import { compareVersions, parseSince } from '../../uapi/version.js';
/** Whether the header defines a struct, enumerator, macro or ioctl of this name. */
export function isThere(presence, name) {
    return presence.names.has(name);
}
/**
 * Compares names both ways. A panthor header does not say its uAPI version: it is the newest of anything that it has.
 * For the core headers it is the kernel release in linux/version.h.
 */
export function comparePresence(tables, header, kernel) {
    const names = new Set([
        ...header.structs.keys(),
        ...header.macros,
        ...header.enums.flatMap((one) => [one.name, ...one.enumerators]),
    ]);
    const nameIn = (layout, name) => header.structs.get(layout.name)?.fields.includes(name) === true;
    const fieldName = (layout, field) => {
        if (nameIn(layout, field.name))
            return field.name;
        const earlier = field.info.formerly;
        return earlier !== undefined && nameIn(layout, earlier) ? earlier : undefined;
    };
    const items = ourItems(tables, names, nameIn);
    const version = tables.versions === 'kernel' ? kernel : newest(items.filter((item) => item.there));
    const missing = items.filter((item) => !item.there);
    const isNewer = ({ since }) => since !== undefined && compareVersions(parseSince(since), version) > 0;
    const failures = [
        ...missing
            .filter((item) => !isNewer(item))
            .map((item) => `${tables.header} has no ${item.what}, our table has`),
        ...lacking(tables, header).map((what) => `our table has no ${what}, ${tables.header} has`),
    ];
    return {
        names,
        fieldName,
        version: `${tables.versions === 'kernel' ? 'v' : 'uAPI '}${version.major}.${version.minor}`,
        skipped: missing.filter(isNewer).map((item) => `${item.what} (${item.since})`),
        failures,
    };
}
function ourItems(tables, names, nameIn) {
    const items = [];
    for (const layout of tables.structs) {
        const there = names.has(layout.name);
        items.push({ what: `struct ${layout.name}`, since: layout.since, there });
        if (!there)
            continue;
        for (const field of layout.fields) {
            const what = `field ${layout.name}.${field.name}`;
            items.push({ what, since: field.info.since ?? layout.since, there: nameIn(layout, field.name) });
        }
    }
    for (const table of tables.enums) {
        for (const one of table.enumerators) {
            const since = one.since ?? table.since;
            items.push({ what: `enumerator ${one.name}`, since, there: names.has(one.name) });
        }
    }
    for (const one of tables.ioctls) {
        items.push({ what: `ioctl ${one.name}`, since: one.since, there: names.has(one.name) });
    }
    for (const one of tables.constants) {
        items.push({ what: `constant ${one.name}`, since: one.since, there: names.has(one.name) });
    }
    return items;
}
/** The newest version among items of a panthor header; 1.0 brought whatever has none of its own. */
function newest(items) {
    let best = { core: false, major: 1, minor: 0 };
    for (const { since } of items) {
        if (since === undefined)
            continue;
        const version = parseSince(since);
        if (compareVersions(version, best) > 0)
            best = version;
    }
    return best;
}
/** What the header has and our tables lack. */
function lacking(tables, header) {
    const { covers, ignored } = tables;
    const found = [];
    const wanted = (pattern, name) => pattern.test(name) && !ignored.test(name);
    for (const struct of header.structs.values()) {
        const ours = tables.structs.find((layout) => layout.name === struct.name);
        if (ours === undefined) {
            if (wanted(covers.structs, struct.name))
                found.push(`struct ${struct.name}`);
            continue;
        }
        const known = new Set(ours.fields.flatMap((field) => [field.name, field.info.formerly]));
        for (const name of struct.fields)
            if (!known.has(name))
                found.push(`field ${struct.name}.${name}`);
    }
    const known = new Set([
        ...tables.enums.flatMap((table) => table.enumerators.map((one) => one.name)),
        ...tables.constants.map((one) => one.name),
        ...tables.ioctls.map((one) => one.name),
    ]);
    const fromEnums = header.enums.flatMap((one) => one.enumerators);
    for (const name of new Set([...header.macros, ...fromEnums])) {
        if (known.has(name))
            continue;
        if (wanted(covers.ioctls, name))
            found.push(`ioctl ${name}`);
        else if (wanted(covers.constants, name))
            found.push(`constant ${name}`);
    }
    return found;
}
//# sourceMappingURL=presence.js.map