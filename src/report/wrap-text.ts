/** Text for a terminal of so many columns: no row is longer, and what goes on below stands under what it belongs to. */

/** Sequences that change colours take no room (ECMA-48, SGR). */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they begin with one
const SGR = /\x1b\[[\d;]*m/g;
/** Characters that take none: marks over the one before. */
const MARKS = /\p{M}/gu;
/** Characters that take two columns (Unicode's UAX #11 calls them wide). */
const WIDE =
  /\p{Emoji_Presentation}|[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}\u3000-\u303e\uff01-\uff60]/gu;
const TAB = 8;

/** Columns that a line takes on a terminal; it has no tabs. */
export function columnsOf(line: string): number {
  if (/^[\x20-\x7e]*$/.test(line)) return line.length;
  const plain = line.replace(SGR, '').replace(MARKS, '');
  return [...plain].length + (plain.match(WIDE)?.length ?? 0);
}

/** The text with every row at most `width` columns (20 or more; Infinity: as it is). */
export function wrapText(text: string, width: number): string {
  if (width === Number.POSITIVE_INFINITY) return text;
  return text
    .split('\n')
    .map((line) => {
      const flat = line.includes('\t') ? untabbed(line) : line;
      if (columnsOf(flat) <= width) return line;
      return COMMAND.test(flat) ? commandRows(flat, width) : rows(flat, width);
    })
    .join('\n');
}

function untabbed(line: string): string {
  let out = '';
  for (const [i, part] of line.split('\t').entries()) {
    if (i > 0) out += ' '.repeat(TAB - (columnsOf(out) % TAB));
    out += part;
  }
  return out;
}

/** A line that is a command to be pasted, alone or behind a word that says what for. */
const COMMAND = /^\s*(?:[\w -]+: )?panthor-shim\s/;

/** Rows as a shell takes them: a backslash ends each but the last, and a long word goes on in the first column. */
function commandRows(line: string, width: number): string {
  const indent = /^\s*/.exec(line)?.[0] ?? '';
  const made: string[] = [];
  let row = indent;
  for (const word of line.match(/(?:'[^']*'|"[^"]*"|\S)+/g) ?? []) {
    const next = row.trim() === '' ? `${row}${word}` : `${row} ${word}`;
    // Room for the backslash.
    if (columnsOf(next) <= width - 2) {
      row = next;
      continue;
    }
    if (row.trim() !== '') made.push(`${row} \\`);
    row = `${indent}    ${word}`;
    while (columnsOf(row) > width - 2) {
      const [piece, rest] = cut(row, width - 1);
      made.push(`${piece}\\`);
      row = rest;
    }
  }
  return [...made, row].join('\n');
}

/** Rows of prose or of a table: what does not fit goes on under the last column that begins in the left half. */
function rows(line: string, width: number): string {
  const hang = ' '.repeat(hangOf(line, width));
  const made: string[] = [];
  let row = '';
  for (const [, gap, word] of line.matchAll(/(\s*)(\S+)/g)) {
    if (columnsOf(row + gap + word) <= width) {
      row += gap + word;
      continue;
    }
    if (row.trim() !== '') made.push(row);
    row = made.length > 0 ? hang + word : gap + word;
    while (columnsOf(row) > width) {
      const [piece, rest] = cut(row, width, hang.length);
      made.push(piece);
      row = hang + rest;
    }
  }
  return [...made, row].join('\n');
}

function hangOf(line: string, width: number): number {
  const indent = columnsOf(/^\s*/.exec(line)?.[0] ?? '');
  let hang = Math.min(indent + 2, width >> 1);
  for (const { index, 0: gap } of line.matchAll(/(?<=\S)\s{2,}(?=\S)/g)) {
    const column = columnsOf(line.slice(0, index + gap.length));
    if (column <= width >> 1) hang = column;
  }
  return hang;
}

/** Takes at most `width` columns off the front, behind a comma or its like where one stands past column `from`. */
function cut(row: string, width: number, from = width): [piece: string, rest: string] {
  let [end, columns, good] = [0, 0, 0];
  for (const character of row) {
    columns += columnsOf(character);
    if (columns > width && end > 0) break;
    end += character.length;
    if (/[,;|&/]/.test(character) && columns > from) good = end;
  }
  const at = good > 0 ? good : end;
  return [row.slice(0, at), row.slice(at)];
}
