/** native-stubs/wire.h, the live protocol as the C sources see it, from the tables of uapi/wire.ts. */
import type { EnumTable } from '../../../uapi/enumeration.ts';
import { MAX_FRAME_BYTES } from '../../../uapi/frame.ts';
import { hex } from '../../../uapi/hex.ts';
import type { Scalar, StructLayout } from '../../../uapi/layout.ts';
import {
  WIRE_ATTACH,
  WIRE_FDS_MASK,
  WIRE_MAX_CALL,
  WIRE_MAX_FDS,
  WIRE_MAX_REGIONS,
  wire_kind,
  wireStructs,
} from '../../../uapi/wire.ts';

const cTypes: { readonly [S in Scalar]?: string } = {
  u16: 'uint16_t',
  u32: 'uint32_t',
  s32: 'int32_t',
  u64: 'uint64_t',
};

function comment(text: string | undefined): string {
  return text === undefined ? '' : ` /* ${text} */`;
}

function cEnum(table: EnumTable): string[] {
  const rows = table.enumerators.map((one) => `\t${one.name} = ${hex(one.value)},${comment(one.doc)}`);
  return [`enum ${table.name} {`, ...rows, '};'];
}

function cStruct(layout: StructLayout): string[] {
  const rows = layout.fields.map(({ name, type, length, info }) => {
    const cType = typeof type === 'string' ? cTypes[type] : undefined;
    if (cType === undefined || length > 0) throw new Error(`${layout.name}.${name} has no type in wire.h`);
    return `\t${cType} ${name};${comment(info.doc)}`;
  });
  return [`/* ${layout.doc} */`, `struct ${layout.name} {`, ...rows, '};'];
}

/** The text of native-stubs/wire.h. */
export function wireHeader(): string {
  const defines: [name: string, value: string, doc: string][] = [
    ['WIRE_MAX_PAYLOAD', `${MAX_FRAME_BYTES}u`, 'payload bytes of the longest frame'],
    ['WIRE_MAX_CALL', `${WIRE_MAX_CALL}u`, 'payload bytes of one ioctl; a call that needs more is ENOMEM'],
    ['WIRE_MAX_REGIONS', `${WIRE_MAX_REGIONS}u`, 'user buffers of one call'],
    ['WIRE_MAX_FDS', `${WIRE_MAX_FDS}`, 'file descriptors of one frame'],
    ['WIRE_FDS_MASK', hex(WIRE_FDS_MASK), 'in the flags: how many descriptors come along'],
    ['WIRE_ATTACH', hex(WIRE_ATTACH), 'in the flags: the first is the open file that the call is about'],
  ];
  return [
    '/* The live protocol. Written by src/live/launch/wire-header.ts from uapi/wire.ts, which says more. */',
    '#ifndef PANTHOR_SHIM_WIRE_H',
    '#define PANTHOR_SHIM_WIRE_H',
    '',
    '#include <stdint.h>',
    '',
    ...cEnum(wire_kind),
    '',
    ...defines.map(([name, value, doc]) => `#define ${name} ${value}${comment(doc)}`),
    ...wireStructs.flatMap((layout) => ['', ...cStruct(layout)]),
    '',
    '#endif',
    '',
  ].join('\n');
}
