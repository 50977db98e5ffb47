/** What stands between the values of a line as this project writes it, for json-line.ts. */

/**
 * Text that a line must have: its first and its last bytes as numbers, which together are all of it. Text of 8 to 16 characters
 * is compared as two doubles, which costs what one byte does: those of ASCII text are equal where their bytes are. Shorter
 * text is compared as two 32-bit integers.
 */
export interface Literal {
  readonly size: number;
  readonly first: number;
  readonly last: number;
}

function viewOf(text: string): DataView {
  return new DataView(new TextEncoder().encode(text).buffer);
}

/** Of `text`, 8 to 16 characters. */
function ascii(text: string): Literal {
  const view = viewOf(text);
  const size = view.byteLength;
  if (size < 8 || size > 16) throw new RangeError(text);
  return { size, first: view.getFloat64(0, true), last: view.getFloat64(size - 8, true) };
}

/** Of `text`, 4 to 7 characters. */
function short(text: string): Literal {
  const view = viewOf(text);
  const size = view.byteLength;
  if (size < 4 || size > 7) throw new RangeError(text);
  return { size, first: view.getInt32(0, true), last: view.getInt32(size - 4, true) };
}

export const IOCTL = ascii('{"type":"ioctl",');
export const MMAP = ascii('{"type":"mmap",');
export const CLOSE = ascii('{"type":"close",');
export const TIME = ascii('"time_ns":');
export const TID = short(',"tid":');
export const FD = short(',"fd":');
export const REQUEST = ascii(',"request":"0x');
export const ARG_IN = ascii(',"arg_in":"');
export const ARG_OUT = ascii('","arg_out":"');
export const BUFFERS = ascii('","buffers":[');
export const ADDR = ascii('{"addr":"0x');
export const IN = short(',"in":"');
export const OUT = ascii('","out":"');
export const RET = ascii('],"ret":');
export const ERRNO = ascii(',"errno":');
export const LENGTH = ascii(',"length":"0x');
export const PROT = ascii(',"prot":');
export const FLAGS = ascii(',"flags":');
export const OFFSET = ascii(',"offset":"0x');
export const TRUE = ascii(',"ok":true}\n');
export const FALSE = ascii(',"ok":false}\n');
