import type { IdKind } from '../../reasons/id-fields.ts';

/**
 * What stands for a number of the capture that the model never gave out: no handle, id or descriptor reaches it, so
 * the call is refused as the kernel refuses an unknown one. As a heap it names an unknown VM.
 */
export const UNKNOWN_ID = 0x7fffffff;

/** Offsets from here on are user MMIO (DRM_PANTHOR_USER_MMIO_OFFSET_32BIT) and mean the same in every kernel. */
const USER_MMIO = 2 ** 43;

/** A number of the capture and the model's for the same thing. */
interface Pair {
  model: number;
  /** Record that was refused and therefore gave nothing out; -1 where all is well. */
  refusedAt: number;
}

/** The numbers of one kind of one file. */
export class IdMap {
  readonly kind: IdKind;
  readonly #pairs = new Map<number, Pair>();

  constructor(kind: IdKind) {
    this.kind = kind;
  }

  /** The model's number for the capture's; 0 means nothing in both. */
  toModel(capture: number): number {
    if (capture === 0 && this.kind !== 'fd') return 0;
    const pair = this.#pairs.get(capture);
    if (pair !== undefined) return pair.refusedAt < 0 ? pair.model : UNKNOWN_ID;
    return this.kind === 'mmap-offset' && capture >= USER_MMIO ? capture : UNKNOWN_ID;
  }

  has(capture: number): boolean {
    return this.#pairs.has(capture);
  }

  /** Both kernels gave a number out. Returns the model's number that the capture's meant before, or undefined. */
  add(capture: number, model: number): number | undefined {
    const before = this.#pairs.get(capture);
    this.#pairs.set(capture, { model, refusedAt: -1 });
    return before === undefined || before.model === model || before.refusedAt >= 0 ? undefined : before.model;
  }

  /** The model refused, in record `index`, what gave the capture's number out. */
  refuse(capture: number, index: number): void {
    this.#pairs.set(capture, { model: UNKNOWN_ID, refusedAt: index });
  }

  delete(capture: number): void {
    this.#pairs.delete(capture);
  }

  /** The record whose refusal left the capture's number without a meaning, or -1. */
  refusedAt(capture: number): number {
    return this.#pairs.get(capture)?.refusedAt ?? -1;
  }
}
