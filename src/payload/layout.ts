/** Struct layouts as pahole prints them, and as JSON. */

import { dmaBufEnums, drmEnums } from '../../uapi/drm.ts';
import { hex } from '../../uapi/hex.ts';
import type { Field, StructLayout } from '../../uapi/layout.ts';
import { allIoctls, allStructs } from '../../uapi/lookup.ts';
import { panthorEnums } from '../../uapi/panthor_drm.ts';

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

/** The design's JSON form: all structs, ioctls and enumerations, or what belongs to the given structs. */
export function layoutJson(structs: readonly StructLayout[] = allStructs): unknown {
  const all = structs === allStructs;
  const sets = new Set(structs.flatMap((layout) => layout.fields.map((field) => field.info.set?.name)));
  const enums = [...panthorEnums, ...drmEnums, ...dmaBufEnums];
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
      .filter((spec) => all || (spec.arg !== null && structs.includes(spec.arg)))
      .map((spec) => ({
        name: spec.name,
        request: hex(spec.request),
        struct: spec.arg?.name ?? null,
        ...(spec.since === undefined ? {} : { since: spec.since }),
      })),
    enums: enums
      .filter((table) => all || sets.has(table.name))
      .map((table) => ({ name: table.name, values: table.values })),
  };
}
