/**
 * What the driver did during each record, step by step: operations, commands to address space slots, page-table calls,
 * faults and warnings, in their order. A capture has one time a record; the steps within it have none.
 */
import { DRM_PANTHOR_VM_BIND_OP_TYPE_MASK } from '../../uapi/panthor_drm.ts';
import type { DriverTrace, VmCalls } from '../driver/base/warn.ts';
import type { PanthorVm } from '../driver/mmu/vm.ts';
import type { BindOp } from '../driver/mmu/vm-bind.ts';
import type { RegisterFile, RegisterTrace } from '../hw/register-file.ts';
import {
  AS_COMMAND,
  AS_COMMAND_NAMES,
  AS_LOCKADDR,
  asRegister,
  GPU_CMD,
  MMU_AS_BASE,
  MMU_AS_SHIFT,
} from '../hw/registers.ts';

export type Step =
  /** A VM_BIND operation begins; `vm` is the VM's ordinal. */
  | {
      kind: 'op';
      vm: number;
      type: 'map' | 'unmap' | 'sync';
      va: number;
      size: number;
      flags: number;
      async: boolean;
    }
  /** A command to a slot; LOCK with its region. Bytes. */
  | { kind: 'command'; as: number; name: string; start: number; size: number }
  | { kind: 'flush' }
  | { kind: 'map-pages' | 'unmap-pages'; va: number; bytes: number }
  | { kind: 'slot'; what: 'enable' | 'disable' | 'evict'; as: number; vm: number }
  | { kind: 'warning' | 'timeout' | 'event'; text: string };

const TYPES = ['map', 'unmap', 'sync'] as const;
const nothing = (): void => {};

/** Collects the steps of a device; take() gives those since the last call. */
export class StepRecorder implements DriverTrace, RegisterTrace {
  /** The registers of the device that is listened to; to be set before the first command. */
  regs: RegisterFile | null;
  #steps: Step[] = [];
  /** Bytes in VMAs of the client's half of the address space, by the VM's ordinal. */
  readonly mappedBytes = new Map<number, number>();

  constructor(regs: RegisterFile | null = null) {
    this.regs = regs;
  }

  take(): Step[] {
    const steps = this.#steps;
    this.#steps = [];
    return steps;
  }

  /** What the device's `calls` should tell: the operations. */
  readonly calls: VmCalls = {
    vmCreate: nothing,
    vmDestroy: nothing,
    active: nothing,
    idle: nothing,
    kmap: nothing,
    kunmap: nothing,
    bind: (vm: PanthorVm, op: BindOp, _bo, async: boolean) => {
      const type = TYPES[(op.flags & DRM_PANTHOR_VM_BIND_OP_TYPE_MASK) >>> 28] ?? 'sync';
      const { va, size, flags } = op;
      this.#steps.push({ kind: 'op', vm: vm.uid, type, va, size, flags, async });
    },
  };

  write(offset: number, value: number): void {
    if (offset === GPU_CMD) this.#steps.push({ kind: 'flush' });
    if (offset < MMU_AS_BASE || (offset & 0x3f) !== AS_COMMAND) return;
    const as = (offset - MMU_AS_BASE) >> MMU_AS_SHIFT;
    const name = AS_COMMAND_NAMES[value] ?? `${value}`;
    this.#steps.push({ kind: 'command', as, name, ...this.#region(as) });
  }

  /** The region in LOCKADDR: bits 5:0 are log2(size) - 1, the base is aligned to the size; at least 32 KiB. */
  #region(as: number): { start: number; size: number } {
    const at = asRegister(as, AS_LOCKADDR) >> 2;
    const { words } = this.regs as RegisterFile;
    const size = 2 ** Math.max((words[at] & 0x3f) + 1, 15);
    const base = words[at + 1] * 0x100000000 + ((words[at] & ~0xfff) >>> 0);
    return { start: Math.floor(base / size) * size, size };
  }

  warn(where: string, reason: string): void {
    this.#steps.push({ kind: 'warning', text: `${where}: ${reason}` });
  }

  timeout(what: string): void {
    this.#steps.push({ kind: 'timeout', text: what });
  }

  event(name: string): void {
    this.#steps.push({ kind: 'event', text: name });
  }

  mapped(iova: number, _pa: number, _size: number, _count: number, _ret: number, bytes: number): void {
    if (bytes > 0) this.#pages('map-pages', iova, bytes);
  }

  unmapped(iova: number, _size: number, _count: number, bytes: number): void {
    if (bytes > 0) this.#pages('unmap-pages', iova, bytes);
  }

  /** Calls that go on where the last one ended are one step: an object of many pieces would fill the screen. */
  #pages(kind: 'map-pages' | 'unmap-pages', va: number, bytes: number): void {
    const last = this.#steps.at(-1);
    if (last?.kind === kind && last.va + last.bytes === va) last.bytes += bytes;
    else this.#steps.push({ kind, va, bytes });
  }

  as(what: 'enable' | 'disable' | 'evict', as: number, vm: number): void {
    this.#steps.push({ kind: 'slot', what, as, vm });
  }

  vmaAdded(vm: PanthorVm, id: number): void {
    this.#count(vm, id, 1);
  }

  vmaRemoved(vm: PanthorVm, id: number): void {
    this.#count(vm, id, -1);
  }

  #count(vm: PanthorVm, id: number, sign: 1 | -1): void {
    const { va, range } = vm.vmas;
    if (va[id] >= vm.userVaRange) return;
    this.mappedBytes.set(vm.uid, (this.mappedBytes.get(vm.uid) ?? 0) + sign * range[id]);
  }

  read(): void {}
  stepMap(): void {}
  stepUnmap(): void {}
  stepRemap(): void {}
  beforePageTableCall(): void {}
}
