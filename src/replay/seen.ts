/** What reports look at of the driver that a capture was played on: of the model, or of another one in its place. */
import type { VmCalls } from '../driver/base/warn.ts';
import type { PanthorDevice } from '../driver/device.ts';
import type { PanthorVm } from '../driver/mmu/vm.ts';
import type { Machine } from '../hw/machine.ts';
import type { RegisterTrace } from '../hw/register-file.ts';
import type { TableMemory } from '../hw/walker.ts';

/** A VM: its mappings and its page tables. Addresses and sizes in bytes. */
export interface SeenVm {
  readonly userVaRange: number;
  readonly unusable: boolean;
  /** The AS slot, -1 for none. */
  readonly as: number;
  /** Mappings by number, numbers in the order of addresses. */
  readonly vmas: {
    readonly count: number;
    readonly va: ArrayLike<number>;
    readonly range: ArrayLike<number>;
    /** Serials of the objects. */
    readonly bo: ArrayLike<number>;
    readonly boOffset: ArrayLike<number>;
    readonly flags: ArrayLike<number>;
    ids(): Iterable<number>;
    /** The mapping at an address, -1 for none. */
    lookup(va: number): number;
  };
  readonly pgtable: {
    readonly ttbr: number;
    readonly vaBits: number;
    /** Tables by level. */
    readonly tables: readonly number[];
    forEachLeaf(visit: (va: number, pa: number, log2: number) => void): void;
  };
}

export interface SeenDriver {
  readonly machine: Machine;
  /** Where the page tables are. */
  readonly tables: TableMemory;
  readonly stats: { readonly activations: number; readonly evictions: number; readonly faults: number };
  /** Every warning so far, as "function: reason", with how often. */
  readonly warnings: ReadonlyMap<string, number>;
  /** The driver's VM that is the model's `vm`. */
  vm(vm: PanthorVm): SeenVm;
  /** Has register accesses told. */
  traceRegisters(trace: RegisterTrace | null): void;
  /** Has calls to the VM layer told. */
  listen(calls: VmCalls | null): void;
}

/** The model itself. */
export function seenModel(device: PanthorDevice): SeenDriver {
  return {
    machine: device.machine,
    tables: device.machine.memory,
    stats: device.mmu.stats,
    warnings: device.warnings,
    vm: (vm) => vm,
    traceRegisters: (trace) => {
      device.machine.regs.trace = trace;
    },
    listen: (calls) => {
      device.calls = calls;
    },
  };
}
