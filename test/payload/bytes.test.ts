import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formOf, parseBytes, parseC, parseGdb, parseHex, toHex } from '../../src/payload/bytes.ts';

const text = (source: string): Uint8Array => new TextEncoder().encode(source);
const some = fc.uint8Array({ minLength: 1, maxLength: 40 });

/** As gdb prints x/Nxb: eight a line, with or without a symbol. */
function gdbDump(bytes: Uint8Array, symbol: boolean): string {
  const lines: string[] = [];
  for (let at = 0; at < bytes.length; at += 8) {
    const row = [...bytes.subarray(at, at + 8)].map((byte) => `0x${byte.toString(16).padStart(2, '0')}`);
    const name = symbol ? ` <req+${at}>` : '';
    lines.push(`0x${(0x7ffe1000 + at).toString(16)}${name}:\t${row.join('\t')}`);
  }
  return `${lines.join('\n')}\n`;
}

/** As xxd, hexdump -C and od -t x1 print bytes: sixteen a line behind their offset. */
function dump(bytes: Uint8Array, tool: 'xxd' | 'xxd -g1' | 'hexdump -C' | 'od'): string {
  const lines: string[] = [];
  for (let at = 0; at < bytes.length; at += 16) {
    const row = [...bytes.subarray(at, at + 16)];
    const pairs = row.map((byte) => byte.toString(16).padStart(2, '0'));
    const beside = row.map((byte) => (byte > 0x1f && byte < 0x7f ? String.fromCharCode(byte) : '.')).join('');
    const [octal, eight] = [at.toString(8).padStart(7, '0'), at.toString(16).padStart(8, '0')];
    const halves = [pairs.slice(0, 8), pairs.slice(8)].map((half) => half.join(' '));
    lines.push(
      {
        xxd: `${eight}: ${(pairs.join('').match(/.{1,4}/g) ?? []).join(' ').padEnd(40)} ${beside}`,
        'xxd -g1': `${eight}: ${pairs.join(' ').padEnd(48)} ${beside}`,
        'hexdump -C': `${eight}  ${halves.join('  ').padEnd(49)} |${beside}|`,
        od: `${octal} ${pairs.join(' ')}`,
      }[tool],
    );
  }
  const end = {
    'hexdump -C': bytes.length.toString(16).padStart(8, '0'),
    od: bytes.length.toString(8).padStart(7, '0'),
  };
  return `${[...lines, ...(tool in end ? [end[tool as keyof typeof end]] : [])].join('\n')}\n`;
}

describe('every form of the same bytes', () => {
  it('is recognised and read alike', () => {
    fc.assert(
      fc.property(some, (bytes) => {
        const hex = toHex(bytes);
        const pairs = hex.match(/../g) as string[];
        const forms = [
          hex,
          hex.toUpperCase(),
          `0x${hex}`,
          pairs.join(' '),
          pairs.join(':'),
          pairs.map((one) => `0x${one}`).join(', '),
          `{ ${pairs.map((one) => `0x${one}`).join(', ')} }`,
          `static const uint8_t req[] = {\n  ${[...bytes].join(',')},\n};\n`,
          gdbDump(bytes, false),
          gdbDump(bytes, true),
          dump(bytes, 'xxd'),
          dump(bytes, 'xxd -g1'),
          dump(bytes, 'hexdump -C'),
          dump(bytes, 'od'),
          `"${pairs.map((one) => `\\x${one}`).join('')}"`,
          `"${[...bytes].map((one) => `\\${one.toString(8).padStart(3, '0')}`).join('')}"`,
        ];
        for (const form of forms) expect(toHex(parseBytes(text(form))), form).toBe(hex);
      }),
      { numRuns: 60 },
    );
  });

  it('may be the bytes themselves, where any of them is no text', () => {
    const bytes = Uint8Array.of(0x41, 0x42, 0, 0);
    expect(formOf(bytes)).toBe('binary');
    expect(parseBytes(bytes)).toEqual(bytes);
    expect(parseBytes(text('4142'), 'binary')).toEqual(text('4142'));
  });
});

describe('C arrays', () => {
  it('have elements as wide as their type says, little-endian', () => {
    expect(toHex(parseC('__u32 a[2] = { 0x11223344u, 1 };'))).toBe('4433221101000000');
    expect(toHex(parseC('uint64_t a[] = { 0x1122334455667788ULL }'))).toBe('8877665544332211');
    expect(toHex(parseC('unsigned short a[] = {0x0102}'))).toBe('0201');
  });

  it('may have comments, octal numbers, characters and casts', () => {
    expect(toHex(parseC("{ /* one */ 017, 'a', '\\x0b', '\\0', (unsigned char)0xff // last\n }"))).toBe(
      '0f610b00ff',
    );
  });
});

describe('gdb dumps', () => {
  it('may be of words and giant words', () => {
    expect(toHex(parseGdb('0x10:\t0x11223344 0x00000001'))).toBe('4433221101000000');
    expect(toHex(parseGdb('0x10 <a>:\t0x1122334455667788'))).toBe('8877665544332211');
  });
});

describe('what is wrong with bytes is said with its place', () => {
  it.each([
    [() => parseHex('00 1'), 'byte 1, character 3: found 1 digits in "1", expected two a byte'],
    [() => parseHex('00zz'), `byte 0, character 0: found 'z' in "00zz", expected hex digits`],
    [() => parseC('{ 1, 256 }'), 'element 1: found "256", expected an integer of 8 bits'],
    [() => parseC('{ 1, x }'), 'element 1: found "x", expected an integer of 8 bits'],
    [() => parseC('{ 1,, 2 }'), 'element 1: found "", expected an integer of 8 bits'],
    [() => parseC('int a[] = 1;'), 'a C array needs its elements in braces'],
    [() => parseGdb('0x10:\t0x01\n0x12:\t0x02'), 'line 2: found address 0x12, expected 0x11'],
    [() => parseGdb('0x10:\t0x01 zz'), 'line 1, byte 1: found "zz", expected numbers such as 0x0a'],
    [() => parseGdb('0x10:\t0x1'), 'line 1, byte 0: found "0x1"'],
    [() => parseGdb('0x10:\t0x01\nhello'), 'line 2: found "hello", expected an address and a colon'],
  ])('%#', (parse, message) => {
    expect(parse).toThrow(message);
  });
});
