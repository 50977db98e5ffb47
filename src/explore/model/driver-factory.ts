/** Whose driver a scenario runs on: the model's own, or one that is compiled from a kernel tree. */
import type { Op } from '../../coroutine/op.ts';
import type { Kernel } from '../../driver/kernels.ts';
import type { PanthorVm } from '../../driver/mmu/vm.ts';
import type { BindJob, BindOp } from '../../driver/mmu/vm-bind.ts';
import type { VmPool } from '../../driver/mmu/vm-pool.ts';
import type { TimedMachine } from '../../hw/timed-machine.ts';
import type { ExploredDevice } from './explored-device.ts';

/** Who makes the device and what belongs to it, where it is not the model's. */
export interface DriverFactory {
  machine(slots: number, vaBits: number): TimedMachine;
  /** `onEnterFailed`: called where a drm_dev_enter() fails. */
  device(kernel: Kernel, slots: number, vaBits: number, onEnterFailed: () => void): ExploredDevice;
  readonly pool: VmPool;
  createJob(vm: PanthorVm, op: BindOp): Op<BindJob | number>;
  /** After so many more that go well, one reservation of tables fails; -1: none. */
  failReservation(after: number): void;
  /** Whether anything of its VMs has changed since this was asked last. */
  isNews(): boolean;
}
