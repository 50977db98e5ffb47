/** Where bytes come from. `read` gives what there is, waiting only while there is nothing; 0 is the end. */
export interface ByteSource {
  /** As messages call it. */
  readonly name: string;
  /** A named FIFO: a writer that goes away is the normal end of it. */
  readonly fifo: boolean;
  read(into: Uint8Array): Promise<number>;
  /** How much of a file was read, 0 to 1; null where the end is not known. */
  portion?(): number | null;
  close(): Promise<void>;
}

/** Moves as much of `from.rest` into `into` as fits; the number of bytes moved. */
export function give(from: { rest: Uint8Array }, into: Uint8Array): number {
  const part = from.rest.subarray(0, into.length);
  into.set(part);
  from.rest = from.rest.subarray(part.length);
  return part.length;
}
