import { escapeHtml } from './html.ts';

/** A text as HTML, the middle in which it differs from another in bold. */
export function marked(text: string, other: string): string {
  // Numbers and words are other ones, not partly the same.
  if (/^-?\w+$/.test(text)) return text === other ? escapeHtml(text) : `<strong>${escapeHtml(text)}</strong>`;
  let from = 0;
  while (from < text.length && text[from] === other[from]) from++;
  let end = 0;
  while (end < Math.min(text.length, other.length) - from && text.at(-1 - end) === other.at(-1 - end)) end++;
  const cut = text.length - end;
  const middle = escapeHtml(text.slice(from, cut));
  return `${escapeHtml(text.slice(0, from))}<strong>${middle}</strong>${escapeHtml(text.slice(cut))}`;
}
