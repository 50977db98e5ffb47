/**
 * What of our tables a header has, and the two ways in which they differ by name: something newer than the header is
 * skipped and printed, anything else is a failure.
 */
import type { Field, StructLayout } from '../../uapi/layout.ts';
import { compareVersions, parseSince, type Since, type Version } from '../../uapi/version.ts';
import type { Header } from './header.ts';
import type { HeaderTables } from './tables.ts';

export interface Presence {
  readonly names: ReadonlySet<string>;
  /** What the header calls a field: its name, its earlier name, or undefined where it has neither. */
  fieldName(layout: StructLayout, field: Field): string | undefined;
  /** What the header is taken for: `uAPI 1.8`, or `v7.2` for the core headers. */
  readonly version: string;
  /** Newer than the header. */
  readonly skipped: readonly string[];
  readonly failures: readonly string[];
}

/** Whether the header defines a struct, enumerator, macro or ioctl of this name. */
export function isThere(presence: Presence, name: string): boolean {
  return presence.names.has(name);
}

interface Item {
  readonly what: string;
  readonly since: Since | undefined;
  readonly there: boolean;
}

/**
 * Compares names both ways. A panthor header does not say its uAPI version: it is the newest of anything that it has.
 * For the core headers it is the kernel release in linux/version.h.
 */
export function comparePresence(tables: HeaderTables, header: Header, kernel: Version): Presence {
  const names = new Set<string>([
    ...header.structs.keys(),
    ...header.macros,
    ...header.enums.flatMap((one) => [one.name, ...one.enumerators]),
  ]);
  const nameIn = (layout: StructLayout, name: string): boolean =>
    header.structs.get(layout.name)?.fields.includes(name) === true;
  const fieldName = (layout: StructLayout, field: Field): string | undefined => {
    if (nameIn(layout, field.name)) return field.name;
    const earlier = field.info.formerly;
    return earlier !== undefined && nameIn(layout, earlier) ? earlier : undefined;
  };

  const items = ourItems(tables, names, nameIn);
  const version = tables.versions === 'kernel' ? kernel : newest(items.filter((item) => item.there));
  const missing = items.filter((item) => !item.there);
  const isNewer = ({ since }: Item): boolean =>
    since !== undefined && compareVersions(parseSince(since), version) > 0;
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

function ourItems(
  tables: HeaderTables,
  names: ReadonlySet<string>,
  nameIn: (layout: StructLayout, name: string) => boolean,
): Item[] {
  const items: Item[] = [];
  for (const layout of tables.structs) {
    const there = names.has(layout.name);
    items.push({ what: `struct ${layout.name}`, since: layout.since, there });
    if (!there) continue;
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
function newest(items: readonly Item[]): Version {
  let best: Version = { core: false, major: 1, minor: 0 };
  for (const { since } of items) {
    if (since === undefined) continue;
    const version = parseSince(since);
    if (compareVersions(version, best) > 0) best = version;
  }
  return best;
}

/** What the header has and our tables lack. */
function lacking(tables: HeaderTables, header: Header): string[] {
  const { covers, ignored } = tables;
  const found: string[] = [];
  const wanted = (pattern: RegExp, name: string): boolean => pattern.test(name) && !ignored.test(name);
  for (const struct of header.structs.values()) {
    const ours = tables.structs.find((layout) => layout.name === struct.name);
    if (ours === undefined) {
      if (wanted(covers.structs, struct.name)) found.push(`struct ${struct.name}`);
      continue;
    }
    const known = new Set(ours.fields.flatMap((field) => [field.name, field.info.formerly]));
    for (const name of struct.fields) if (!known.has(name)) found.push(`field ${struct.name}.${name}`);
  }
  const known = new Set([
    ...tables.enums.flatMap((table) => table.enumerators.map((one) => one.name)),
    ...tables.constants.map((one) => one.name),
    ...tables.ioctls.map((one) => one.name),
  ]);
  const fromEnums = header.enums.flatMap((one) => one.enumerators);
  for (const name of new Set([...header.macros, ...fromEnums])) {
    if (known.has(name)) continue;
    if (wanted(covers.ioctls, name)) found.push(`ioctl ${name}`);
    else if (wanted(covers.constants, name)) found.push(`constant ${name}`);
  }
  return found;
}
