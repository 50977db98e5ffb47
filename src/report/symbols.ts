import type { EnumTable } from '../../uapi/enumeration.ts';

const prefixes = new Map<EnumTable, string>();

/** What all names of a table have in front, up to an underscore; reports leave it out. */
function prefixOf(table: EnumTable): string {
  const known = prefixes.get(table);
  if (known !== undefined) return known;
  let prefix = table.enumerators[0].name;
  for (const { name } of table.enumerators) {
    while (!name.startsWith(prefix)) prefix = prefix.slice(0, -1);
  }
  if (table.enumerators.length === 1) prefix = prefix.slice(0, -1);
  prefix = prefix.slice(0, prefix.lastIndexOf('_') + 1);
  prefixes.set(table, prefix);
  return prefix;
}

/**
 * A value by the names of its table without their common prefix: `MAP_NOEXEC|TYPE_MAP`, `GPU_INFO`; what no name covers
 * follows as a number. `bitPerValue`: bit n stands for the enumerator n.
 */
export function symbolic(table: EnumTable, value: number, bitPerValue = false): string {
  const skip = prefixOf(table).length;
  const short = (name: string): string => name.slice(skip);
  const bits = value >>> 0;
  if (bitPerValue) {
    const set = table.enumerators.filter((e) => (bits & (1 << e.value)) !== 0);
    const rest = set.reduce((left, e) => left & ~(1 << e.value), bits) >>> 0;
    return joined(
      set.map((e) => short(e.name)),
      rest,
    );
  }
  if (table.kind === 'enum') {
    const named = table.enumerators.find((e) => e.isMask !== true && e.value >>> 0 === bits);
    return named === undefined ? `${bits}` : short(named.name);
  }
  const names: string[] = [];
  let rest = bits;
  for (const e of table.enumerators) {
    if (e.isMask === true) continue;
    const mask = e.mask ?? e.value;
    const fits = e.mask === undefined ? (bits & mask) === mask : (bits & mask) >>> 0 === e.value >>> 0;
    if (!fits || mask === 0) continue;
    names.push(short(e.name));
    rest = (rest & ~mask) >>> 0;
  }
  return joined(names, rest);
}

function joined(names: string[], rest: number): string {
  if (rest !== 0) names.push(`0x${rest.toString(16)}`);
  return names.length === 0 ? '0' : names.join('|');
}
