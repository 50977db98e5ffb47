import { play } from './model/actors.ts';
import { bindQueue, interrupts, resetWorker, worker } from './model/device.ts';
import { tickWork } from './model/groups.ts';
import type { Harness } from './model/harness.ts';
import { runGroup } from './model/submitted.ts';
import { allCalls, type Call } from './scenario/scenario.ts';
import type { ThreadSpec } from './search/threads.ts';
import type { Body } from './search/world.ts';

/** The threads that a scenario names, and those that serve them: the machine, its interrupts, and workers of the driver. */
export function threadsOf(harness: Harness): ThreadSpec[] {
  const { machine, scenario } = harness;
  const all = allCalls(scenario);
  const calls = (which: (call: Call) => boolean) => all.some(which);
  const specs: ThreadSpec[] = scenario.threads.map(({ name, calls }, i) => ({
    name,
    body: play(harness, calls, i) as Body,
  }));
  const daemon = (name: string, body: Body) => specs.push({ name, body, daemon: true });
  for (const vm of harness.vms) {
    if (calls((call) => call.async && !call.ioctl && call.vm === vm.name))
      daemon(`queue ${vm.name}`, bindQueue(harness, vm) as Body);
  }
  for (let as = 1; as < machine.spaces.length; as++) daemon(`AS${as}`, machine.carryOut(as));
  daemon('L2', machine.flushes());
  daemon('irq', interrupts(harness.mmuInterrupt, harness.device.mmu.irq) as Body);
  if (harness.device.gpu.noAnswer)
    daemon('gpu irq', interrupts(harness.gpuInterrupt, harness.device.gpu.line) as Body);
  daemon('reset', resetWorker(harness) as Body);
  if (calls((call) => call.verb === 'kill')) daemon('tick', tickWork(harness) as Body);
  if (harness.file !== null) {
    const vms = scenario.vms.filter(({ name }) =>
      calls((call) => call.ioctl && call.async && call.vm === name),
    );
    for (let i = 0; i < Math.max(1, vms.length); i++) daemon(`worker ${i + 1}`, worker(harness) as Body);
  }
  for (const one of harness.submitted) daemon(`group ${one.decl.name}`, runGroup(harness, one) as Body);
  return specs;
}
