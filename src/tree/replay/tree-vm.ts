/** A client's VM in a tree's driver, as reports look at the model's. */
import type { PanthorVm } from '../../driver/mmu/vm.ts';
import type { SeenVm } from '../../replay/seen.ts';
import { forEachLeaf, tablesByLevel } from '../leaves.ts';
import { deviceState, PART } from '../state.ts';
import type { TreeTables } from '../tables.ts';
import type { ClientCalls } from './client-calls.ts';

const VMA_WORDS = 5;
const UNUSABLE = 1;

/** VMAs by number, in the order of addresses. */
class Vmas {
  readonly va: number[] = [];
  readonly range: number[] = [];
  readonly bo: number[] = [];
  readonly boOffset: number[] = [];
  readonly flags: number[] = [];

  get count(): number {
    return this.va.length;
  }

  ids(): number[] {
    return this.va.map((_, i) => i);
  }

  lookup(va: number): number {
    return this.va.findIndex((from, i) => from <= va && va < from + this.range[i]);
  }
}

/** The VMAs of a VM; `dummy` is the serial of the object behind sparse maps. */
function vmasOf(calls: ClientCalls, uid: number, dummy: number): Vmas {
  const vmas = new Vmas();
  const { mailbox } = calls.kernel;
  for (let from = 0, count = PART; count === PART; from += PART) {
    calls.ask('vmas', uid, from);
    count = mailbox.result(1);
    for (let i = 0, at = 0; i < count; i++, at += VMA_WORDS) {
      vmas.va.push(mailbox.noteNumber(at));
      vmas.range.push(mailbox.noteNumber(at + 1));
      const number = mailbox.noteSigned(at + 2);
      vmas.bo.push(number === 0 ? dummy : number - 1);
      vmas.boOffset.push(mailbox.noteNumber(at + 3));
      vmas.flags.push(mailbox.noteNumber(at + 4));
    }
  }
  mailbox.clearNotes();
  return vmas;
}

/** The VM as it is now; `vm` is the model's of the same number. Asks the driver for no more than is looked at. */
export function treeVm(
  calls: ClientCalls,
  tables: TreeTables,
  vm: PanthorVm,
  uid: number,
  ttbr: number,
): SeenVm {
  let vmas: Vmas | null = null;
  const words = (): number[] => {
    calls.ask('state');
    const state = deviceState(calls.kernel.mailbox);
    calls.kernel.mailbox.clearNotes();
    return (state.vms as number[][]).find(([id]) => id === uid) ?? [uid, -1, 0, 0];
  };
  const { vaBits } = vm.pgtable;
  const level = 4 - Math.ceil((vaBits - 12) / 9);
  return {
    userVaRange: vm.userVaRange,
    get unusable(): boolean {
      return (words()[3] & UNUSABLE) !== 0;
    },
    get as(): number {
      return words()[1];
    },
    get vmas(): Vmas {
      vmas ??= vmasOf(calls, uid, vm.dummy?.serial ?? -1);
      return vmas;
    },
    pgtable: {
      ttbr,
      vaBits,
      get tables(): number[] {
        return tablesByLevel(tables, ttbr, level);
      },
      forEachLeaf(visit): void {
        forEachLeaf(tables, ttbr, visit, level);
      },
    },
  };
}
