/** Text that is not the bytes it should be. */
export class BytesError extends Error {
  override name = 'BytesError';
}

/** What was found, short enough for a message. */
export function shorten(text: string): string {
  return text.length > 32 ? `${text.slice(0, 29)}...` : text;
}
