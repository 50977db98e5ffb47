/** Text for terminals and logs that know ASCII alone. */

/** What our own texts and drawings have of other characters. Drawings keep their width: one character for one. */
const PLAIN: Readonly<Record<string, string>> = {
  '█': '#',
  '▓': '=',
  '░': '.',
  '·': '.',
  '…': '...',
  '–': '-',
  '—': '-',
  '−': '-',
  '‘': "'",
  '’': "'",
  '“': '"',
  '”': '"',
  '×': 'x',
  '→': '>',
  '←': '<',
  '⇒': '>',
  '≤': '<=',
  '≥': '>=',
  '≠': '!=',
  '✓': 'y',
  '✗': 'x',
  '◆': '*',
  '•': '*',
  µ: 'u',
  '│': '|',
  '┃': '|',
  '─': '-',
  '├': '|',
  '└': '`',
  '┌': ',',
  '┐': '.',
  '┘': "'",
  '┼': '+',
  '┬': '+',
  '┴': '+',
  '▶': '>',
  '▸': '>',
  '▼': 'v',
  '▲': '^',
};

/** The text in ASCII. A character that has no likeness is shown by its number, as `visible` does. */
export function ascii(text: string): string {
  return text.replace(/\P{ASCII}/gu, (character) => PLAIN[character] ?? escaped(character));
}

function escaped(character: string): string {
  return Array.from({ length: character.length }, (_, i) => character.charCodeAt(i))
    .map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`)
    .join('');
}
