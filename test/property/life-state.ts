/** What a life consists of: VMs and objects, each the driver's and the models' side by side. */
import type { PanthorVm } from '../../src/driver/mmu/vm.ts';
import type { BindJob } from '../../src/driver/mmu/vm-bind.ts';
import type { TestObject } from '../driver/mmu/gpuvm/backing.ts';
import type { NaiveVm } from '../driver/mmu/gpuvm/naive.ts';
import type { SlotUser } from './slots-model.ts';

export interface LifeObject extends TestObject {
  open: boolean;
  /** Whether it has pages that no page table can express. */
  beyond: boolean;
  exclusive: LifeVm | null;
}

/** What a bind is to do to the array of pages. */
export interface Change {
  va: number;
  size: number;
  /** Index of the object, DUMMY for a sparse map, or null for an unmap. */
  bo: number | null;
  offset: number;
  flags: number;
}

/** An asynchronous bind that did not run yet. */
export interface LifeJob {
  job: BindJob;
  change: Change;
  /** Table pages set aside for it. */
  reserved: number;
}

export interface LifeVm extends SlotUser {
  vm: PanthorVm;
  naive: NaiveVm;
  /** Not destroyed. */
  alive: boolean;
  unusable: boolean;
  jobs: LifeJob[];
}

/** Where driver and models part. */
export class LifeError extends Error {
  override name = 'LifeError';
}

export function expectResult(what: string, got: number, expected: number): void {
  if (got !== expected) throw new LifeError(`${what} gave ${got}, expected ${expected}`);
}
