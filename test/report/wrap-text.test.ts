import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ascii } from '../../src/report/ascii.ts';
import { columnsOf, wrapText } from '../../src/report/wrap-text.ts';

describe('wrapText', () => {
  it('leaves what fits, and everything where the width is not known', () => {
    const text = 'a line\n\tand one with a tab\n\n';
    expect(wrapText(text, 40)).toBe(text);
    expect(wrapText('x'.repeat(500), Number.POSITIVE_INFINITY)).toBe('x'.repeat(500));
  });

  it('goes on under the last column of a table that begins in the left half', () => {
    expect(wrapText('  commands  12 LOCK, 10 UNLOCK, 3 UPDATE, 1 FLUSH_MEM', 30)).toBe(
      '  commands  12 LOCK, 10\n            UNLOCK, 3 UPDATE,\n            1 FLUSH_MEM',
    );
  });

  it('goes on two columns further in where there is no table', () => {
    expect(wrapText('  a sentence that is longer than the row', 20)).toBe(
      '  a sentence that is\n    longer than the\n    row',
    );
  });

  it('breaks a command as a shell takes it, a token in the first column', () => {
    const token = 'QUJD'.repeat(20);
    const line = `  replay: panthor-shim explore --replay ${token}`;
    const rows = wrapText(line, 40);
    expect(rows.split('\n').every((row) => row.length <= 40)).toBe(true);
    // What bash makes of it: a backslash at the end of a row takes the row's end with it.
    expect(rows.replaceAll('\\\n', '').split(/\s+/)).toEqual(line.split(/\s+/));
  });

  it('counts characters that take two columns, and those that take none', () => {
    expect(columnsOf('漢字')).toBe(4);
    expect(columnsOf('e\u0301')).toBe(1);
    expect(columnsOf('\x1b[31mred\x1b[0m')).toBe(3);
  });

  it('makes no row longer than the width and loses no character but spaces, whatever the text', () => {
    const word = fc.string({ unit: fc.constantFrom('a', 'b', ',', '漢', '█', '·', '-', "'"), maxLength: 60 });
    const line = fc.array(fc.tuple(fc.constantFrom(' ', '  ', '\t', '      '), word), { maxLength: 12 });
    const text = fc
      .array(line, { maxLength: 4 })
      .map((lines) => lines.map((one) => one.flat().join('')).join('\n'));
    fc.assert(
      fc.property(text, fc.integer({ min: 20, max: 100 }), (input, width) => {
        const made = wrapText(input, width);
        for (const row of made.split('\n'))
          if (!row.includes('\t')) expect(columnsOf(row)).toBeLessThanOrEqual(width);
        expect(made.replace(/\s/g, '')).toBe(input.replace(/\s/g, ''));
      }),
      { numRuns: 200 },
    );
  });
});

describe('ascii', () => {
  it('has a likeness for what our texts are made of, and numbers for what strangers write', () => {
    expect(ascii('██▓░ 2 × 4K → “BO 1” … ✓')).toBe('##=. 2 x 4K > "BO 1" ... y');
    expect(ascii('é😀')).toBe('\\u00e9\\ud83d\\ude00');
  });
});
