/** What a scenario can be about: names, numbers and kernels that are refused here would mean nothing, or cost too much. */
import { hex } from '../../../uapi/hex.ts';
import { PAGE_SIZE } from '../../../uapi/sizes.ts';
import { kernel } from '../../driver/kernels.ts';
import { MAX_THREADS } from '../search/world.ts';
import { allCalls, type Scenario, ScenarioError } from './scenario.ts';

/** Bytes: an address space of 48 bits. */
const VA = 2 ** 48;
/** Bytes of one object: a mapping in 4 KiB pages of this size is a quarter of a million descriptors. */
const MAX_OBJECT = 2 ** 30;
const MAX_SLOTS = 15;
const MAX_OBJECTS = 32;
const MAX_VMS = 16;
const MAX_CALLS = 64;
/** Threads that serve the others besides one for each slot and one for each VM's queue: L2, interrupt, work, tick, power. */
const SERVERS = 6;
/** Calls that do what the scheduler does. */
const STAGED = ['activate', 'idle', 'enter', 'leave', 'kill', 'submit', 'done'];

/** A name that can be told from numbers, options and JavaScript's own. @throws ScenarioError */
export function checkName(kind: string, name: string, taken: readonly { name: string }[]): string {
  if (!/^[A-Za-z][\w-]{0,63}$/.test(name)) {
    throw new ScenarioError(`'${name}' is no name: a letter, then letters, digits, - and _`);
  }
  if (taken.some((one) => one.name === name)) throw new ScenarioError(`${kind} '${name}' is there already`);
  return name;
}

/** Slots besides the firmware's. @throws ScenarioError */
export function checkSlots(slots: number): number {
  if (slots < 1 || slots > MAX_SLOTS) throw new ScenarioError(`${slots} slots: 1 to ${MAX_SLOTS} can be had`);
  return slots;
}

/** Architecture of the GPU. @throws ScenarioError */
export function checkArch(arch: number): number {
  if (arch < 10 || arch > 14) throw new ScenarioError(`architecture ${arch}: 10 to 14 are known`);
  return arch;
}

/** The size of an object, bytes. @throws ScenarioError */
export function checkObjectSize(size: number): number {
  if (size === 0 || size % PAGE_SIZE !== 0) {
    throw new ScenarioError(`an object of ${size} bytes: sizes are multiples of 4 KiB`);
  }
  if (size > MAX_OBJECT) throw new ScenarioError(`an object of ${size} bytes: 1 GiB is the most`);
  return size;
}

/** The range of a bind, bytes. @throws ScenarioError */
export function checkRange(va: number, size: number): void {
  for (const [what, value] of [
    ['an address', va],
    ['a size', size],
  ] as const) {
    if (value % PAGE_SIZE !== 0)
      throw new ScenarioError(`${what} of ${value} bytes: it has to be a multiple of 4 KiB`);
  }
  if (size === 0) throw new ScenarioError("'size BYTES' is missing");
  if (va + size > VA) throw new ScenarioError(`${hex(va + size)} is beyond the 48 bits of a VM`);
}

/** The address of an access. @throws ScenarioError */
export function checkAddress(va: number): number {
  if (va >= VA) throw new ScenarioError(`${hex(va)} is no address of 48 bits`);
  return va;
}

/** A kernel of the project. @throws ScenarioError */
export function checkKernel(name: string): string {
  try {
    kernel(name);
  } catch (error) {
    throw new ScenarioError((error as Error).message);
  }
  return name;
}

/** What no single line shows. @throws ScenarioError without a line */
export function checkWhole(scenario: Scenario): void {
  const { threads, vms, objects, slots } = scenario;
  if (threads.length === 0) throw new ScenarioError('there are no threads');
  const idle = threads.find((thread) => thread.calls.length === 0);
  if (idle !== undefined) throw new ScenarioError(`thread '${idle.name}' does nothing`);
  if (scenario.check.length === 0)
    throw new ScenarioError("there is no 'check' line: nothing would be checked");
  if (vms.length > MAX_VMS) throw new ScenarioError(`${vms.length} VMs: ${MAX_VMS} are the most`);
  if (objects.length > MAX_OBJECTS)
    throw new ScenarioError(`${objects.length} objects: ${MAX_OBJECTS} are the most`);
  const long = [...threads, ...vms].find((one) => one.calls.length > MAX_CALLS);
  if (long !== undefined)
    throw new ScenarioError(`'${long.name}' makes ${long.calls.length} calls: ${MAX_CALLS} are the most`);
  if (scenario.groups.length > 0) {
    const staged = [...vms, ...threads]
      .flatMap(({ calls }) => calls)
      .find(({ verb }) => STAGED.includes(verb));
    if (staged !== undefined) {
      throw new ScenarioError(
        `'${staged.text}' puts a group on the GPU by hand, but where there are groups the scheduler does`,
      );
    }
  }
  const calls = allCalls(scenario);
  const slice = calls.find(({ verb }) => verb === 'time-slice');
  if (slice !== undefined && scenario.groups.length === 0)
    throw new ScenarioError("there is no group that 'time-slice' could take off the GPU");
  const queues = vms.filter((vm) => calls.some((one) => one.async && one.vm === vm.name));
  const all = threads.length + slots + queues.length + scenario.groups.length + SERVERS;
  if (all > MAX_THREADS) {
    throw new ScenarioError(
      `${threads.length} threads, ${slots} slots and ${queues.length} queues of binds: ${MAX_THREADS - SERVERS} are the most together`,
    );
  }
}
