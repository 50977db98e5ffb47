/** Bytes as tools print them: xxd, hexdump -C and od -t x1, whose lines begin with an offset, and the strings of strace. */
import { BytesError, shorten } from './bytes-error.ts';

/** An offset of six to eight digits, a colon perhaps, and the rest. */
const LINE = /^\s*([0-9a-fA-F]{6,8})(:?)(\s.*)?$/;
/** Characters of a line of such a dump, at most. */
const LONGEST = 400;
/** What stands beside the bytes as text: behind two blanks for xxd, between bars for hexdump -C. */
const BESIDE = /\s*(?:\|.*\|?|\s{2,}\S.*)$/;
/** Offsets of 7 digits are octal: od. */
const OCTAL_DIGITS = 7;

/**
 * The bytes of a dump whose lines begin with their offset from 0; null for what is none. Plain hex digits are not taken for one: every
 * line has to begin with the number of bytes before it, and there must be two of them, or a colon, or bars.
 */
export function dumpedBytes(text: string): Uint8Array | null {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const bytes: number[] = [];
  let isMarked = lines.length > 1;
  for (const line of lines) {
    const match = line.length > LONGEST ? null : LINE.exec(line.trimEnd());
    if (match === null) return null;
    const [, offset, colon, rest = ''] = match;
    if (Number.parseInt(offset, offset.length === OCTAL_DIGITS ? 8 : 16) !== bytes.length) return null;
    isMarked ||= colon !== '' || rest.includes('|');
    const digits = rest.replace(/^\s+/, '').replace(/(?<=[0-9a-fA-F]{2}) {2}(?=[0-9a-fA-F]{2} )/, ' ');
    const groups = digits
      .replace(BESIDE, '')
      .split(/\s+/)
      .filter((group) => group !== '');
    // od's and hexdump's own words are of the machine's order of bytes: they are not taken.
    if (colon === '' && groups.some((group) => group.length !== 2)) return null;
    if (groups.some((group) => !/^(?:[0-9a-fA-F]{2})+$/.test(group))) return null;
    for (const group of groups)
      for (let i = 0; i < group.length; i += 2) bytes.push(Number.parseInt(group.slice(i, i + 2), 16));
  }
  return isMarked && bytes.length > 0 ? Uint8Array.from(bytes) : null;
}

/** The same of text that is said to be one. @throws BytesError */
export function parseDump(text: string): Uint8Array {
  const bytes = dumpedBytes(text);
  if (bytes === null)
    throw new BytesError(
      'line 1: expected an offset from 0 and bytes of two digits, as xxd, hexdump -C and od -A x -t x1 print them',
    );
  return bytes;
}

const LETTERS: Readonly<Record<string, number>> = { a: 7, b: 8, t: 9, n: 10, v: 11, f: 12, r: 13, e: 27 };

/**
 * A C string as strace prints memory: "\\1\\0" or, with -xx, "\\x01\\x00".
 *
 * @throws BytesError, also for one that strace has cut off ("..."... )
 */
export function parseCString(text: string): Uint8Array {
  const match = /^\s*"((?:[^"\\]|\\[\s\S])*)"(\.\.\.)?\s*$/.exec(text);
  if (match === null)
    throw new BytesError(`byte 0: found ${shorten(text.trim())}, expected a string in quotes`);
  if (match[2] !== undefined)
    throw new BytesError('the string was cut off: strace -s 65536 prints all of it');
  const bytes: number[] = [];
  for (const [part] of match[1].matchAll(/\\x[0-9a-fA-F]{1,2}|\\[0-7]{1,3}|\\[\s\S]|[\s\S]/g)) {
    if (part.length === 1) bytes.push(part.charCodeAt(0));
    else if (part[1] === 'x') bytes.push(Number.parseInt(part.slice(2), 16));
    else if (/[0-7]/.test(part[1])) bytes.push(Number.parseInt(part.slice(1), 8) & 0xff);
    else bytes.push(LETTERS[part[1]] ?? part.charCodeAt(1));
  }
  return Uint8Array.from(bytes);
}
