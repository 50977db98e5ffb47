/** Shorter ones are cheap to make: V8 keeps them in its own heap. */
const MIN_LOG = 6;
/** Bytes that are kept of each size. */
const KEPT_BYTES = 1 << 20;

/** Arrays to be used again, by the logarithm of their length: V8 collects garbage the sooner the more of them are made. */
const spare: Int32Array[][] = [];

/** An array of `length` numbers or more, of any content. */
export function takeInts(length: number): Int32Array {
  const log = 32 - Math.clz32(length - 1);
  return log < MIN_LOG ? new Int32Array(length) : (spare[log]?.pop() ?? new Int32Array(2 ** log));
}

/** An array of takeInts() is needed no more. */
export function giveInts(ints: Int32Array): void {
  const log = 31 - Math.clz32(ints.length);
  if (log < MIN_LOG) return;
  while (spare.length <= log) spare.push([]);
  if ((spare[log].length + 1) * ints.byteLength <= Math.max(KEPT_BYTES, ints.byteLength))
    spare[log].push(ints);
}
