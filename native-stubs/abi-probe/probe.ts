/**
 * The C probe: a file that holds, in a section of its own, every number that the compiler makes of the header. It is
 * compiled and never run, so a cross compiler is enough and no emulator is needed.
 */
import type { EnumTable } from '../../uapi/enumeration.ts';
import { type Field, roundUp, type StructLayout } from '../../uapi/layout.ts';
import { isThere, type Presence } from './presence.ts';
import type { HeaderTables } from './tables.ts';

/** One number: what it is, how C spells it, and what our tables say. */
export interface Row {
  readonly what: string;
  readonly expression: string;
  readonly expected: bigint;
}

export const sectionName = '.panthor_abi';

/** A value as the 64-bit word that C makes of it: enumerators are ints, sign-extended. */
function word(value: number | bigint): bigint {
  return BigInt.asUintN(64, BigInt(value));
}

/** The rows of one header; what it does not have is left out. */
export function probeRows(tables: HeaderTables, presence: Presence): Row[] {
  const rows: Row[] = [];
  for (const layout of tables.structs) {
    if (isThere(presence, layout.name)) rows.push(...structRows(layout, presence));
  }
  for (const table of tables.enums) rows.push(...enumRows(table, presence));
  for (const spec of tables.ioctls) {
    if (!isThere(presence, spec.name)) continue;
    // The size of the argument is part of the number, so an argument that has grown had another one.
    const grown = spec.arg === null ? 0 : spec.arg.size - layoutThen(spec.arg, presence).size;
    rows.push({
      what: spec.name,
      expression: `(unsigned int)(${spec.name})`,
      expected: word(spec.request - grown * 0x10000),
    });
  }
  for (const constant of tables.constants) {
    if (!isThere(presence, constant.name)) continue;
    rows.push({ what: constant.name, expression: constant.name, expected: constant.value });
  }
  return rows;
}

/** Size and alignment that a struct had with the fields that the header knows: structs only ever grow at the end. */
function layoutThen(layout: StructLayout, presence: Presence): { size: number; align: number } {
  const known = layout.fields.filter((field) => presence.fieldName(layout, field) !== undefined);
  const align = Math.max(1, ...known.map((field) => field.align));
  const last = known.at(-1);
  return { size: last === undefined ? 0 : roundUp(last.offset + last.size, align), align };
}

function structRows(layout: StructLayout, presence: Presence): Row[] {
  const c = `struct ${layout.name}`;
  const known = layout.fields.map((field) => ({ field, name: presence.fieldName(layout, field) }));
  const then = layoutThen(layout, presence);
  const rows: Row[] = [
    { what: `sizeof(${c})`, expression: `sizeof(${c})`, expected: word(then.size) },
    { what: `_Alignof(${c})`, expression: `_Alignof(${c})`, expected: word(then.align) },
  ];
  for (const { field, name } of known) {
    if (name !== undefined) rows.push(...fieldRows(layout, field, name));
  }
  return rows;
}

function fieldRows(layout: StructLayout, field: Field, name: string): Row[] {
  const c = `struct ${layout.name}`;
  const what = `${layout.name}.${name}`;
  const member = `((${c} *)0)->${name}`;
  const rows: Row[] = [
    { what: `offset of ${what}`, expression: `offsetof(${c}, ${name})`, expected: word(field.offset) },
    { what: `size of ${what}`, expression: `sizeof(${member})`, expected: word(field.size) },
  ];
  if (typeof field.type === 'object') {
    rows.push({
      what: `${what} is a struct ${field.type.name}`,
      expression: `__builtin_types_compatible_p(__typeof__(${member}), struct ${field.type.name})`,
      expected: 1n,
    });
  } else if (field.type !== 'uptr' && field.info.char !== true) {
    const element = field.length > 0 ? `${member}[0]` : member;
    rows.push({
      what: `${what} is signed`,
      expression: `((__typeof__(${element}))-1 < (__typeof__(${element}))1)`,
      expected: field.type.startsWith('s') && field.type !== 'size_t' ? 1n : 0n,
    });
  }
  return rows;
}

function enumRows(table: EnumTable, presence: Presence): Row[] {
  return table.enumerators
    .filter((one) => isThere(presence, one.name))
    .map((one) => ({
      what: one.name,
      expression: table.isEnum ? `(long long)(int)(${one.name})` : `(long long)(${one.name})`,
      expected: word(one.value),
    }));
}

/** The C source: one array with a word for each row, in order. */
export function probeSource(headers: readonly string[], rows: readonly Row[]): string {
  return [
    '/* Generated from uapi/ by native-stubs/abi-probe; compiled, never run. */',
    '#include <stddef.h>',
    '#include <asm/fcntl.h>', // DRM_RDWR and DRM_CLOEXEC are O_RDWR and O_CLOEXEC
    ...headers.map((header) => `#include <${header}>`),
    '',
    `__attribute__((section("${sectionName}"), used))`,
    `const unsigned long long panthor_abi[${rows.length}] = {`,
    ...rows.map((row) => `\t(unsigned long long)(${row.expression}), /* ${row.what} */`),
    '};',
    '',
  ].join('\n');
}
