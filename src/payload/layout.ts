/** Struct layouts as pahole prints them, and as JSON. */

import type { EnumTable } from '../../uapi/enumeration.ts';
import { hex } from '../../uapi/hex.ts';
import {
  _IOC_DIR,
  _IOC_NR,
  _IOC_READ,
  _IOC_SIZE,
  _IOC_TYPE,
  _IOC_WRITE,
  type IoctlSpec,
} from '../../uapi/ioctl.ts';
import type { Field, StructLayout } from '../../uapi/layout.ts';
import { allEnums, allIoctls, allStructs, type Named } from '../../uapi/lookup.ts';

const cTypes: { readonly [type: string]: string } = {
  u8: '__u8',
  u32: '__u32',
  s32: '__s32',
  u64: '__u64',
  s64: '__s64',
  size_t: '__kernel_size_t',
  uptr: 'char *',
};

function cType(field: Field): string {
  if (field.info.char === true) return 'char';
  return typeof field.type === 'string' ? cTypes[field.type] : `struct ${field.type.name}`;
}

/** Bytes between fields, and after the last one, that belong to no field. */
export interface Gap {
  /** The field that it follows. */
  readonly after: number;
  readonly offset: number;
  readonly size: number;
}

export function gapsOf(layout: StructLayout): Gap[] {
  const gaps: Gap[] = [];
  for (const [i, field] of layout.fields.entries()) {
    const end = field.offset + field.size;
    const next = layout.fields[i + 1]?.offset ?? layout.size;
    if (next > end) gaps.push({ after: i, offset: end, size: next - end });
  }
  return gaps;
}

const plural = (n: number, what: string): string => `${n} ${what}${n === 1 ? '' : 's'}`;

/** One struct: type, name, offset and size of each field, holes and padding, what it came with. */
export function printLayout(layout: StructLayout): string {
  const gaps = gapsOf(layout);
  const last = layout.fields.length - 1;
  const names = layout.fields.map((field) => field.name + (field.length > 0 ? `[${field.length}]` : ''));
  const typeWidth = Math.max(...layout.fields.map((field) => cType(field).length));
  const nameWidth = Math.max(...names.map((name) => name.length + 1));
  const since = layout.since === undefined ? '' : ` /* since ${layout.since} */`;
  const lines = [`struct ${layout.name} {${since}`];
  for (const [i, field] of layout.fields.entries()) {
    const place = `/* ${`${field.offset}`.padStart(5)} ${`${field.size}`.padStart(5)} */`;
    const newer = field.info.since === undefined ? '' : ` /* since ${field.info.since} */`;
    lines.push(`\t${cType(field).padEnd(typeWidth)} ${`${names[i]};`.padEnd(nameWidth)} ${place}${newer}`);
    const gap = gaps.find((one) => one.after === i && i !== last);
    if (gap !== undefined) lines.push('', `\t/* XXX ${plural(gap.size, 'byte')} hole */`, '');
  }
  const holes = gaps.filter((gap) => gap.after !== last);
  const padding = gaps.find((gap) => gap.after === last);
  const sum = layout.fields.reduce((total, field) => total + field.size, 0);
  lines.push('', `\t/* size: ${layout.size}, align: ${layout.align}, members: ${layout.fields.length} */`);
  if (holes.length > 0) {
    const lost = holes.reduce((total, gap) => total + gap.size, 0);
    lines.push(`\t/* sum members: ${sum}, holes: ${holes.length}, sum holes: ${lost} */`);
  }
  if (padding !== undefined) lines.push(`\t/* padding: ${padding.size} */`);
  if (layout.minSize !== undefined) {
    lines.push(
      `\t/* user space may state ${layout.minSize} bytes or more (up to ${layout.lastMandatory}) */`,
    );
  }
  return `${[...lines, '};'].join('\n')}\n`;
}

function structsOf(named: Named): readonly StructLayout[] {
  if (named.kind === 'struct') return [named.struct];
  return named.kind === 'ioctl' && named.ioctl.arg !== null ? [named.ioctl.arg] : [];
}

/** An enumeration or a set of flags, as the C header has it, with what came later than the rest. */
export function printEnum(table: EnumTable): string {
  const rows = table.enumerators.map(({ name, value, isMask, mask, since, doc }) => {
    const says = [
      ...(isMask === true ? ['a bit field'] : []),
      ...(mask === undefined ? [] : [`a value of the bits ${hex(mask >>> 0)}`]),
      ...(since === undefined ? [] : [`since ${since}`]),
      ...(doc === undefined ? [] : [doc]),
    ].join('; ');
    const number = table.kind === 'flags' ? hex(value >>> 0) : `${value}`;
    return [name, number, says === '' ? '' : `/* ${says} */`];
  });
  const [name, number] = [0, 1].map((i) => Math.max(...rows.map((row) => row[i].length)));
  const lines = rows.map((row) => {
    const text = table.isEnum
      ? `\t${row[0].padEnd(name)} = ${`${row[1]},`.padEnd(number + 1)} ${row[2]}`
      : `#define ${row[0].padEnd(name)} ${row[1].padEnd(number)} ${row[2]}`;
    return text.trimEnd();
  });
  const since = table.since === undefined ? '' : ` /* since ${table.since} */`;
  if (!table.isEnum) return `/* ${table.name}: ${table.kind} */${since}\n${lines.join('\n')}\n`;
  return `enum ${table.name} {${since}${table.kind === 'flags' ? ' /* flags */' : ''}\n${lines.join('\n')}\n};\n`;
}

const DIRECTIONS: Readonly<Record<number, string>> = {
  0: '_IO',
  [_IOC_WRITE]: '_IOW',
  [_IOC_READ]: '_IOR',
  [_IOC_WRITE | _IOC_READ]: '_IOWR',
};

/** An ioctl's request number and what it is made of. */
export function printIoctl({ name, request, arg, since }: IoctlSpec): string {
  const letter = String.fromCharCode(_IOC_TYPE(request));
  const parts = [`'${letter}'`, hex(_IOC_NR(request)), ...(arg === null ? [] : [`struct ${arg.name}`])];
  const made = `${DIRECTIONS[_IOC_DIR(request)]}(${parts.join(', ')})`;
  const newer = since === undefined ? '' : `, since ${since}`;
  return `${name}\n\t${hex(request)} /* ${made}, ${plural(_IOC_SIZE(request), 'byte')}${newer} */\n`;
}

/** The design's JSON form: all structs, ioctls and enumerations, or what belongs to the one that was named. */
export function layoutJson(named?: Named): unknown {
  const all = named === undefined;
  const structs = all ? allStructs : structsOf(named);
  const sets = new Set(structs.flatMap((layout) => layout.fields.map((field) => field.info.set?.name)));
  if (named?.kind === 'enum') sets.add(named.table.name);
  return {
    structs: structs.map((layout) => ({
      name: layout.name,
      size: layout.size,
      align: layout.align,
      ...(layout.since === undefined ? {} : { since: layout.since }),
      ...(layout.minSize === undefined ? {} : { min_size: layout.minSize }),
      fields: layout.fields.map((field) => ({
        name: field.name,
        offset: field.offset,
        size: field.size,
        type: cType(field) + (field.length > 0 ? `[${field.length}]` : ''),
        ...(field.info.since === undefined ? {} : { since: field.info.since }),
      })),
    })),
    ioctls: allIoctls
      .filter(
        (spec) =>
          all ||
          (named.kind === 'ioctl' ? spec === named.ioctl : spec.arg !== null && structs.includes(spec.arg)),
      )
      .map((spec) => ({
        name: spec.name,
        request: hex(spec.request),
        struct: spec.arg?.name ?? null,
        ...(spec.since === undefined ? {} : { since: spec.since }),
      })),
    enums: allEnums
      .filter((table) => all || sets.has(table.name))
      .map((table) => ({ name: table.name, values: table.values })),
  };
}
