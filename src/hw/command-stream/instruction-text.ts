/** Instructions as numbers, as fields, and as text. */
import { hex } from '../../../uapi/hex.ts';
import { INSTRUCTION_TABLE, type InstructionField, type InstructionSpec } from './instruction-table.ts';

const byOpcode = new Map(INSTRUCTION_TABLE.map((spec) => [spec.opcode, spec]));
const byName = new Map(INSTRUCTION_TABLE.map((spec) => [spec.name, spec]));

/** An instruction taken apart. */
export interface DecodedInstruction {
  spec: InstructionSpec;
  fields: Record<string, number>;
}

/** The value of a field in an instruction given as two words. Fields of 48 bits are exact. */
function extract(field: InstructionField, lo: number, hi: number): number {
  const { start, bits } = field;
  let value: number;
  if (start >= 32) value = (hi >>> (start - 32)) % 2 ** bits;
  else value = Math.floor((hi * 0x100000000 + (lo >>> 0)) / 2 ** start) % 2 ** bits;
  return field.kind === 'int' && value >= 2 ** (bits - 1) ? value - 2 ** bits : value;
}

/** Takes an instruction apart; null for an opcode that is not known. */
export function decodeInstruction(lo: number, hi: number): DecodedInstruction | null {
  const spec = byOpcode.get(hi >>> 24);
  if (spec === undefined) return null;
  const fields: Record<string, number> = {};
  // The opcode is left out, so that what remains is a number below 2^56 whose low fields are exact.
  for (const field of spec.fields)
    fields[field.name] = extract(field, lo, field.start < 32 ? hi & 0xffff : hi);
  return { spec, fields };
}

/**
 * The words of an instruction; fields that are not given are 0.
 *
 * @throws RangeError for an instruction or field that does not exist, and for a value that does not fit
 */
export function encodeInstruction(
  name: string,
  fields: Readonly<Record<string, number>> = {},
): [lo: number, hi: number] {
  const spec = byName.get(name);
  if (spec === undefined) throw new RangeError(`no instruction ${name}`);
  let bits = BigInt(spec.opcode) << 56n;
  for (const [key, value] of Object.entries(fields)) {
    const field = spec.fields.find((one) => one.name === key);
    if (field === undefined) throw new RangeError(`${name} has no field ${key}`);
    const low = field.kind === 'int' ? -(2 ** (field.bits - 1)) : 0;
    if (!Number.isInteger(value) || value < low || value >= low + 2 ** field.bits) {
      throw new RangeError(`${key} of ${name}: ${value} does not fit into ${field.bits} bits`);
    }
    bits |= BigInt.asUintN(field.bits, BigInt(value)) << BigInt(field.start);
  }
  return [Number(bits & 0xffffffffn), Number(bits >> 32n)];
}

/**
 * The words of an instruction given as instructionText() writes it: `MOV48 dst=d68 imm=0x1000000`.
 *
 * @throws RangeError as encodeInstruction(), and for a value that cannot be read
 */
export function parseInstruction(text: string): [lo: number, hi: number] {
  const [name, ...words] = text.trim().split(/\s+/);
  const fields: Record<string, number> = {};
  for (const word of words) {
    const [key, value] = word.split('=');
    const named =
      byName
        .get(name)
        ?.fields.find((one) => one.name === key)
        ?.names?.indexOf(value) ?? -1;
    const number = /^[rd]?-?\w+$/.test(value ?? '') ? Number(value.replace(/^[rd]/, '')) : Number.NaN;
    fields[key] = named >= 0 ? named : number;
  }
  return encodeInstruction(name, fields);
}

function fieldText(field: InstructionField, value: number): string {
  switch (field.kind) {
    case 'reg':
      return `r${value}`;
    case 'pair':
      return `d${value}`;
    case 'int':
      return String(value);
    case 'enum':
      return field.names?.[value] ?? String(value);
    default:
      return value < 10 ? String(value) : hex(value);
  }
}

/** One line: `MOV48 dst=d68 imm=0x1000000`. What is 0 and no register or choice is left out. */
export function instructionText(lo: number, hi: number): string {
  const decoded = decodeInstruction(lo, hi);
  if (decoded === null) return `unknown ${hi >>> 24}`;
  const { spec, fields } = decoded;
  const shown = spec.fields.filter(
    (field) =>
      fields[field.name] !== 0 || field.kind === 'reg' || field.kind === 'pair' || field.kind === 'enum',
  );
  return [spec.name, ...shown.map((field) => `${field.name}=${fieldText(field, fields[field.name])}`)].join(
    ' ',
  );
}
