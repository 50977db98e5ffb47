import type { IdKind } from '../../reasons/id-fields.ts';

/**
 * What stands for a number of the capture that the model never gave out: no handle, id or descriptor reaches it, so
 * the call is refused as the kernel refuses an unknown one. As a heap it names an unknown VM.
 */
export const UNKNOWN_ID = 0x7fffffff;

/** Offsets from here on are user MMIO (DRM_PANTHOR_USER_MMIO_OFFSET_32BIT) and mean the same in every kernel. */
const USER_MMIO = 2 ** 43;

/** Numbers of the capture below this have a place in an array: all handles and ids that clients are given. */
const NEAR = 1 << 16;
/** In place of a model's number: the capture's means nothing, or was given out by a call that the model refused. */
const NONE = -1;
const REFUSED = -2;

/** The numbers of one kind of one file. */
export class IdMap {
  readonly kind: IdKind;
  /** The model's number by the capture's, or NONE or REFUSED. */
  readonly #near: number[] = [];
  readonly #far = new Map<number, number>();
  /** By the capture's number: the record that was refused and therefore gave nothing out. */
  readonly #refused = new Map<number, number>();

  constructor(kind: IdKind) {
    this.kind = kind;
  }

  /** The model's number for the capture's; 0 means nothing in both. */
  toModel(capture: number): number {
    if (capture === 0 && this.kind !== 'fd') return 0;
    const model = this.#get(capture);
    if (model >= 0) return model;
    const same = model === NONE && this.kind === 'mmap-offset' && capture >= USER_MMIO;
    return same ? capture : UNKNOWN_ID;
  }

  has(capture: number): boolean {
    return this.#get(capture) !== NONE;
  }

  /** Both kernels gave a number out. Returns the model's number that the capture's meant before, or undefined. */
  add(capture: number, model: number): number | undefined {
    const before = this.#get(capture);
    this.#set(capture, model);
    return before < 0 || before === model ? undefined : before;
  }

  /** The model refused, in record `index`, what gave the capture's number out. */
  refuse(capture: number, index: number): void {
    this.#set(capture, REFUSED);
    this.#refused.set(capture, index);
  }

  delete(capture: number): void {
    if (this.#refused.size > 0) this.#refused.delete(capture);
    if (capture >= NEAR) this.#far.delete(capture);
    else if (capture < this.#near.length) this.#near[capture] = NONE;
  }

  /** The record whose refusal left the capture's number without a meaning, or -1. */
  refusedAt(capture: number): number {
    return this.#get(capture) === REFUSED ? (this.#refused.get(capture) as number) : -1;
  }

  #get(capture: number): number {
    if (capture >= NEAR) return this.#far.get(capture) ?? NONE;
    return capture < this.#near.length ? this.#near[capture] : NONE;
  }

  #set(capture: number, model: number): void {
    if (capture >= NEAR) {
      this.#far.set(capture, model);
      return;
    }
    while (this.#near.length <= capture) this.#near.push(NONE);
    this.#near[capture] = model;
  }
}
