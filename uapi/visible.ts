/**
 * Strings of strangers (names and labels in captures, scenarios and profiles, file names) hold whatever their author put
 * there: escape sequences that a terminal obeys (ECMA-48, with ESC or with the single bytes 0x80 to 0x9f), marks that
 * turn the direction of text around, line ends that forge lines of a report.
 */

/** Control and format characters, line and paragraph separators, lone surrogates, and what Unicode has not assigned. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Co}\p{Cn}]/gu;
/** The same, where line ends and tabs are the text's own. */
const INVISIBLE_IN_LINES = /(?![\n\t])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Co}\p{Cn}]/gu;

/** A string for one line of text: what cannot be seen, line ends too, as `\u001b`, which JSON reads as well. */
export function visible(text: string): string {
  return text.replace(INVISIBLE, escapeOf);
}

/** The same for text of several lines, whose line ends and tabs stay. */
export function visibleLines(text: string): string {
  return text.replace(INVISIBLE_IN_LINES, escapeOf);
}

function escapeOf(character: string): string {
  return Array.from({ length: character.length }, (_, i) => character.charCodeAt(i))
    .map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`)
    .join('');
}
