/**
 * Bytes as people have them: hex digits, a C array or string, a dump of gdb, xxd, hexdump -C or od, or the bytes themselves. Which form it is shows
 * in the first characters; every error says where it stands, what is there and what was expected.
 */
import { hex } from '../../uapi/hex.ts';
import { BytesError, shorten } from './bytes-error.ts';
import { dumpedBytes, parseCString, parseDump } from './dumps.ts';

export { BytesError };

export type Form = 'hex' | 'c' | 'gdb' | 'dump' | 'string' | 'binary';

/** Recognises the form. Anything with a byte that no text has is binary. */
export function formOf(data: Uint8Array): Form {
  if (data.some((byte) => byte > 0x7e || (byte < 0x20 && byte !== 9 && byte !== 10 && byte !== 13)))
    return 'binary';
  const text = new TextDecoder().decode(data);
  if (/^\s*(0x)?[0-9a-fA-F]+\s*(<[^>\n]*>)?:\s+0x/m.test(text)) return 'gdb';
  if (dumpedBytes(text) !== null) return 'dump';
  if (/^\s*"/.test(text)) return 'string';
  return /[{};=]/.test(text) ? 'c' : 'hex';
}

/** @throws BytesError */
export function parseBytes(data: Uint8Array, form: Form = formOf(data)): Uint8Array {
  if (form === 'binary') return data;
  const text = new TextDecoder().decode(data);
  switch (form) {
    case 'gdb':
      return parseGdb(text);
    case 'c':
      return parseC(text);
    case 'dump':
      return parseDump(text);
    case 'string':
      return parseCString(text);
    default:
      return parseHex(text);
  }
}

/**
 * Hex digits, two a byte, with blanks, commas, colons or dashes between bytes; each group may begin with 0x. A group
 * of several bytes is taken as written, first byte first.
 *
 * @throws BytesError
 */
export function parseHex(text: string): Uint8Array {
  const bytes: number[] = [];
  for (const match of text.matchAll(/[^\s,:_-]+/g)) {
    const group = match[0];
    const digits = group.replace(/^0[xX]|^\\x/, '').replace(/\\x/g, '');
    const bad = /[^0-9a-fA-F]/.exec(digits);
    const at = `byte ${bytes.length}, character ${match.index}`;
    if (bad !== null)
      throw new BytesError(`${at}: found '${bad[0]}' in "${shorten(group)}", expected hex digits`);
    if (digits.length % 2 !== 0) {
      throw new BytesError(
        `${at}: found ${digits.length} digits in "${shorten(group)}", expected two a byte`,
      );
    }
    for (let i = 0; i < digits.length; i += 2) bytes.push(Number.parseInt(digits.slice(i, i + 2), 16));
  }
  return Uint8Array.from(bytes);
}

/** Bytes of one element by the type in a C declaration. */
const elementSizes: readonly (readonly [RegExp, number])[] = [
  [/\b(u?int64_t|__[us]64|u64|long)\b/, 8],
  [/\b(u?int32_t|__[us]32|u32|unsigned\s+int|int)\b/, 4],
  [/\b(u?int16_t|__[us]16|u16|short)\b/, 2],
];

/**
 * The initializer of a C array: `{ 0x01, 2, 'a' }`, with or without its declaration, whose type says how wide an
 * element is (a byte, where there is none). Elements are little-endian.
 *
 * @throws BytesError
 */
export function parseC(source: string): Uint8Array {
  const text = source.replace(/\/\*[\s\S]*?\*\/|\/\/[^\n]*/g, ' ');
  const open = text.indexOf('{');
  const close = text.lastIndexOf('}');
  if (open < 0 || close < open) throw new BytesError('a C array needs its elements in braces');
  const declaration = text.slice(0, open);
  const size = elementSizes.find(([type]) => type.test(declaration))?.[1] ?? 1;
  const elements = text.slice(open + 1, close).split(',');
  if (elements.at(-1)?.trim() === '') elements.pop();
  const bytes: number[] = [];
  for (const [i, element] of elements.entries()) {
    const value = parseElement(element.trim());
    if (value === undefined || value < 0n || value >= 1n << BigInt(8 * size)) {
      const expected = `an integer of ${8 * size} bits`;
      throw new BytesError(`element ${i}: found "${shorten(element.trim())}", expected ${expected}`);
    }
    for (let n = 0; n < size; n++) bytes.push(Number((value >> BigInt(8 * n)) & 0xffn));
  }
  return Uint8Array.from(bytes);
}

function parseElement(text: string): bigint | undefined {
  const cast = text.replace(/^\(\s*[\w\s]+\)\s*/, '').replace(/[uUlL]+$/, '');
  if (/^0[xX][0-9a-fA-F]+$/.test(cast) || /^(0|[1-9][0-9]*)$/.test(cast)) return BigInt(cast);
  if (/^0[0-7]+$/.test(cast)) return BigInt(`0o${cast.slice(1)}`);
  const char = /^'(\\x[0-9a-fA-F]{1,2}|\\0|[^\\'])'$/.exec(text)?.[1];
  if (char === undefined) return undefined;
  if (char === '\\0') return 0n;
  return char.startsWith('\\x') ? BigInt(`0x${char.slice(2)}`) : BigInt(char.charCodeAt(0));
}

/**
 * What gdb's `x/24xb`, `x/6xw` or `x/3xg` prints: an address, perhaps a symbol, a colon and numbers of one width.
 * Words are little-endian. Lines must follow each other in memory.
 *
 * @throws BytesError
 */
export function parseGdb(text: string): Uint8Array {
  const bytes: number[] = [];
  let next: bigint | undefined;
  for (const [i, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    const match = /^\s*(?:0x)?([0-9a-fA-F]+)\s*(?:<[^>]*>)?:\s*(.*)$/.exec(line);
    if (match === null)
      throw new BytesError(`line ${i + 1}: found "${shorten(line)}", expected an address and a colon`);
    const address = BigInt(`0x${match[1]}`);
    if (next !== undefined && address !== next) {
      throw new BytesError(`line ${i + 1}: found address ${hex(address)}, expected ${hex(next)}`);
    }
    const before = bytes.length;
    for (const word of match[2].trim().split(/\s+/)) {
      const digits = /^0x((?:[0-9a-fA-F]{2}|[0-9a-fA-F]{4}|[0-9a-fA-F]{8}|[0-9a-fA-F]{16}))$/.exec(word)?.[1];
      if (digits === undefined) {
        const expected = 'numbers such as 0x0a, of one, two, four or eight bytes';
        throw new BytesError(
          `line ${i + 1}, byte ${bytes.length}: found "${shorten(word)}", expected ${expected}`,
        );
      }
      for (let n = digits.length; n > 0; n -= 2) bytes.push(Number.parseInt(digits.slice(n - 2, n), 16));
    }
    next = address + BigInt(bytes.length - before);
  }
  return Uint8Array.from(bytes);
}

/** Hex digits, two a byte, nothing between. */
export function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex');
}
