/** Operations of a vector stream and their outcomes, as JSON has them. */
import type { Json } from './recorder.ts';

export type Fields = { [key: string]: Json };
/** An operation of a stream; see SCHEMA.md for the fields of each. */
export type StreamOp = Fields & { op: string };

/** A numeric field, a JSON number or a hex string; absent is 0. Inexact above 2^53. */
export function num(op: Fields, key: string): number {
  const value = op[key];
  return value === undefined || value === null ? 0 : Number(value);
}
