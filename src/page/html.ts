/**
 * A page as one file: words that are there at once, styles, the page's code, and data in blocks that the code unpacks.
 * Nothing is loaded from anywhere: the page's own policy forbids it.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { visible } from '../../uapi/visible.ts';

/** Text of strangers (labels, file names) as HTML text or the value of an attribute in quotes. */
export function escapeHtml(text: string | number): string {
  const names: Record<string, string> = { '&': 'amp', '<': 'lt', '>': 'gt', '"': 'quot', "'": '#39' };
  return visible(`${text}`).replace(/[&<>"']/g, (c) => `&${names[c]};`);
}

/** The page's code and styles, which the build puts beside this file. */
function asset(name: 'page.js' | 'page.css'): string {
  return readFileSync(new URL(`./${name}`, import.meta.url), 'utf8');
}

/** For Content-Security-Policy: what may run is named by its digest. */
function digestOf(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}

/** Bytes that the page's code finds by `id`, gzip'd. */
export interface Block {
  id: string;
  gzip: Uint8Array;
}

export function block(id: string, bytes: Uint8Array): Block {
  return { id, gzip: gzipSync(bytes) };
}

export interface PageParts {
  title: string;
  /** One line below the title, as HTML. */
  subtitle: string;
  /** HTML. */
  body: string;
  blocks?: readonly Block[];
}

/** The whole page. */
export function pageHtml({ title, subtitle, body, blocks = [] }: PageParts): string {
  const script = asset('page.js');
  const style = asset('page.css');
  const policy = `default-src 'none'; script-src ${digestOf(script)}; style-src ${digestOf(style)}; img-src data:`;
  const data = blocks.map(
    ({ id, gzip }) =>
      `<script type="application/octet-stream" id="${id}">${Buffer.from(gzip).toString('base64')}</script>\n`,
  );
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(title)}</title>
<style>${style}</style>
</head>
<body>
<a class="skip" href="#main">Skip to the report</a>
<header class="top">
<div><h1>${escapeHtml(title)}</h1><p class="subtitle">${subtitle}</p></div>
<button type="button" id="theme" aria-label="Dark or light">◐</button>
</header>
<main id="main">
${body}
</main>
<footer>Made by panthor-shim. A capture holds what a client asked for, its labels and names included: private data.</footer>
${data.join('')}<script>${script}</script>
</body>
</html>
`;
}
