/** Whose driver a scenario runs on: the model's own, or one that is compiled from a kernel tree. */
import type { Kernel } from '../../driver/kernels.ts';
import type { PanthorVm } from '../../driver/mmu/vm.ts';
import type { BindJob, BindOp } from '../../driver/mmu/vm-bind.ts';
import type { VmPool } from '../../driver/mmu/vm-pool.ts';
import type { TimedMachine } from '../../hw/timed-machine.ts';
import { GROUP_CALLS } from '../scenario/call-parser.ts';
import { type Scenario, ScenarioError } from '../scenario/scenario.ts';
import type { ExploredDevice } from './explored-device.ts';
import { isAboutReclaim } from './reclaim.ts';

/** Who makes the device and what belongs to it, where it is not the model's. */
export interface DriverFactory {
  machine(slots: number, vaBits: number): TimedMachine;
  device(kernel: Kernel, slots: number, vaBits: number): ExploredDevice;
  readonly pool: VmPool;
  createJob(vm: PanthorVm, op: BindOp): BindJob | number;
  /** After so many more that go well, one reservation of tables fails; -1: none. */
  failReservation(after: number): void;
}

const FILE_CALLS = ['create', 'close', 'close-file', 'wait', 'signal', ...GROUP_CALLS];

/** Whether a thread makes ioctls: then everything belongs to a file. */
export function makesIoctls({ threads, groups }: Scenario): boolean {
  const through = threads.some(({ calls }) =>
    calls.some(({ ioctl, verb }) => ioctl || FILE_CALLS.includes(verb)),
  );
  return through || groups.length > 0;
}

/** Why a scenario is for the model alone, null where a kernel tree's driver can run it, too. */
export function whyModelAlone(scenario: Scenario): string | null {
  if (makesIoctls(scenario)) return 'threads that make ioctls are for the model alone so far';
  if (isAboutReclaim(scenario)) return 'reclaim is for the model alone so far';
  if (scenario.failMap >= 0) return 'a map that fails half-way is for the model alone so far';
  return null;
}

/** @throws ScenarioError for what only the model's driver can be asked so far */
export function refuseForTrees(scenario: Scenario): void {
  const why = whyModelAlone(scenario);
  if (why !== null) throw new ScenarioError(`${scenario.name}: ${why}`);
}
