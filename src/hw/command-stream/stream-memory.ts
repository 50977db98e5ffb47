/**
 * What a command stream's loads and stores go to. Each access is interruptible: the command-stream hardware that runs
 * clients does it at once (GpuMemory), the explorer on the timed machine, where it may have to wait.
 */

/** An access on its way, or what consists of accesses; stripped, simply its result. */
export type StreamOp<T> = Generator<string | { readonly label: string; ready(): boolean }, T, void>;

/** Addresses are multiples of 4, in the address space that the stream runs in; each method throws StreamFatal. */
export interface StreamMemory {
  load32(va: number): StreamOp<number>;
  store32(va: number, value: number): StreamOp<void>;
  /** Adds 32 bits or, where it is `wide`, 64, in one access. */
  atomicAdd(va: number, lo: number, hi: number, wide: boolean): StreamOp<void>;
  /** Makes sure that `va` can be written. */
  checkWritable(va: number): StreamOp<void>;
}
