/** Objects of a life. */
import type { PanthorDevice } from '../../src/driver/device.ts';
import { type SgPiece, SgTable } from '../../src/driver/gem/sg.ts';
import { type BackingKind, type TestObject, testObject } from '../driver/mmu/gpuvm/backing.ts';
import { PAGE } from '../driver/mmu/gpuvm/naive.ts';
import type { LifeObject, LifeVm } from './life-state.ts';

/** Objects "beyond" have pages from this one on that lie beyond the physical address space (40 bits). */
export const FIRST_BEYOND = 3;

/** The `number`-th object of a device, from 0. */
export function lifeObject(
  device: PanthorDevice,
  number: number,
  pages: number,
  backing: BackingKind | 'beyond',
  exclusive: LifeVm | null,
): LifeObject {
  const beyond = backing === 'beyond';
  const owner = exclusive?.vm ?? null;
  const object = beyond
    ? beyondObject(device, number, pages, owner)
    : testObject(device, number, pages * PAGE, backing, owner);
  return { ...object, open: true, beyond, exclusive };
}

function beyondObject(device: PanthorDevice, number: number, pages: number, owner: unknown): TestObject {
  const list: SgPiece[] = [];
  for (let i = 0; i < pages; i++) {
    list.push([(i < FIRST_BEYOND ? 2 ** 39 : 2 ** 40) + (number * 4096 + i) * 2 * PAGE, PAGE, PAGE]);
  }
  const gem = device.gem.createAs(number + 1, pages * PAGE, owner, SgTable.of(list), 0);
  return { gem, pages: Float64Array.from(list, ([pa]) => pa) };
}

export function closeObject(o: LifeObject): void {
  if (!o.open) return;
  o.open = false;
  o.gem.put();
}
