/** The data blocks of the page: base64 of gzip'd bytes, unpacked when they are asked for. */

function decode(base64: string): Uint8Array<ArrayBuffer> {
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}

/** The bytes of block `id`, or null where the page has none of that name. */
export async function blockBytes(id: string): Promise<Uint8Array | null> {
  const text = document.getElementById(id)?.textContent;
  if (text == null) return null;
  const stream = new Blob([decode(text)]).stream().pipeThrough(new DecompressionStream('gzip'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
