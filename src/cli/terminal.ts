/**
 * Text for people's terminals. Names, labels and messages come from captures, scenarios and clients of anybody, and a
 * terminal obeys what it is sent: so control characters go out as the escapes that JSON has for them.
 */

/** C0 but tab, line feed and carriage return; DEL and C1; what changes the direction of text. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const CONTROL = /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;
/** What progress lines begin with: back to the start of the line, and clear it. */
const CLEAR = '\r\x1b[K';

/** `text` without anything that a terminal would obey, but the beginning of a progress line. */
export function visible(text: string): string {
  const own = text.startsWith(CLEAR) ? CLEAR : '';
  return (
    own +
    text.slice(own.length).replace(CONTROL, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`)
  );
}

/** Has every string that goes to standard output or standard error made visible; bytes go as they are. */
export function makeOutputVisible(): void {
  for (const stream of [process.stdout, process.stderr]) {
    const write = stream.write.bind(stream) as (chunk: unknown, ...rest: unknown[]) => boolean;
    stream.write = ((chunk: unknown, ...rest: unknown[]) =>
      write(typeof chunk === 'string' ? visible(chunk) : chunk, ...rest)) as typeof stream.write;
  }
}
