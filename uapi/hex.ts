/** 0x and lower-case digits, without leading zeros: how messages and JSON write addresses, requests and registers. */
export function hex(value: number | bigint): string {
  return value < 0 ? `-0x${(-value).toString(16)}` : `0x${value.toString(16)}`;
}

/** The same in at least `digits` digits. */
export function paddedHex(value: number | bigint, digits: number): string {
  return `0x${value.toString(16).padStart(digits, '0')}`;
}

/** A u64 that lies in two words. */
export function hex64(lo: number, hi: number): string {
  return hex((BigInt(hi) << 32n) | BigInt(lo));
}
