/** Colours of the terminal, put on finished lines: the text is the same without them. */

const RED = '31';
const GREEN = '32';
const YELLOW = '33';
const BLUE = '34';
const CYAN = '36';
const BOLD = '1';
const FAINT = '2';

/** What is found first wins; a colour goes around the whole of what was found. */
const RULES: readonly (readonly [pattern: RegExp, colour: string])[] = [
  [/^(?:VM \d+ of fd \d+|What the driver did|page fault in AS.*)/, BOLD],
  [/^0 (?:warnings|divergences)$/, GREEN],
  [/^\d+ warnings?$/, YELLOW],
  [/^\d+ divergences?$/, RED],
  [/^\+ .*/, GREEN],
  [/^- .*/, RED],
  [/= -\d+ E[A-Z0-9]+/, RED],
  [/\b(?:violated|failed|refused|unusable)\b(?! 0)|✗/, RED],
  [/\bholds\b|✓/, GREEN],
  [/\b(?:bounded|vacuous|evicted)\b|◆/, YELLOW],
  [/[█▓]+/, BLUE],
  [/░+|· /, FAINT],
  [/\b0x[0-9a-f]+\b/, CYAN],
];

const ANY = new RegExp(RULES.map(([pattern], i) => `(?<r${i}>${pattern.source})`).join('|'), 'gm');

/** Lines with colours (SGR sequences). */
export function coloured(text: string): string {
  return text.replace(ANY, (...found) => {
    const groups = found.at(-1) as Record<string, string | undefined>;
    const rule = RULES.findIndex((_, i) => groups[`r${i}`] !== undefined);
    return `\x1b[${RULES[rule][1]}m${found[0]}\x1b[0m`;
  });
}
