/** What stands between the values of a line as this project writes it, for json-line.ts. */

/**
 * Text of 4 to 16 characters that a line must have: its first and its last bytes as numbers, which together are all of it. From 8
 * characters on these are doubles, compared at the price of one byte: those of ASCII text are equal where their bytes are. Shorter
 * text is compared as 32-bit integers.
 */
export interface Literal {
  readonly size: number;
  readonly first: number;
  readonly last: number;
}

function literal(text: string): Literal {
  const view = new DataView(new TextEncoder().encode(text).buffer);
  const size = view.byteLength;
  if (size < 4 || size > 16) throw new RangeError(text);
  if (size < 8) return { size, first: view.getInt32(0, true), last: view.getInt32(size - 4, true) };
  return { size, first: view.getFloat64(0, true), last: view.getFloat64(size - 8, true) };
}

export const IOCTL = literal('{"type":"ioctl",');
export const MMAP = literal('{"type":"mmap",');
export const CLOSE = literal('{"type":"close",');
export const TIME = literal('"time_ns":');
export const TID = literal(',"tid":');
export const FD = literal(',"fd":');
export const REQUEST = literal(',"request":"0x');
export const ARG_IN = literal(',"arg_in":"');
export const ARG_OUT = literal('","arg_out":"');
export const BUFFERS = literal('","buffers":[');
export const ADDR = literal('{"addr":"0x');
export const IN = literal(',"in":"');
export const OUT = literal('","out":"');
export const RET = literal('],"ret":');
export const ERRNO = literal(',"errno":');
export const LENGTH = literal(',"length":"0x');
export const PROT = literal(',"prot":');
export const FLAGS = literal(',"flags":');
export const OFFSET = literal(',"offset":"0x');
export const TRUE = literal(',"ok":true}\n');
export const FALSE = literal(',"ok":false}\n');
