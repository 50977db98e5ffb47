/**
 * Places of the driver at which threads could be switched, and that no scenario reaches: why. run.mjs fails where one of
 * them is reached after all.
 *
 * @type {{ why: string, places: string[] }[]}
 */
export const UNREACHED = [
  {
    why: "The explorer's runtime PM (src/explore/model/explored-device.ts) has the PM core's waiting in its place, and `suspend` is the timer.",
    places: [
      'pm.ts resumeAndGet: yield this.settled',
      'pm.ts resumeAndGet: yield* this.resume()',
      'pm.ts poll: yield* this.suspend()',
    ],
  },
  {
    why: 'One thread alone does what calls leave for workers here; in a scenario workers are threads (drainsInline is false).',
    places: [
      'base/workqueue.ts drain: yield* this.step()',
      'ioctl/drv.ts release: yield* this.drain()',
      'ioctl/drv.ts ioctl: yield* this.catchUp()',
      'ioctl/drv.ts ioctl: yield* this.drain()',
      'ioctl/drv.ts drain: yield* this.work.step()',
      'ioctl/drv.ts drain: yield* resetWq.step()',
      'ioctl/drv.ts catchUp: yield* device.pm.poll(device.now())',
      'ioctl/drv.ts catchUp: yield* this.drain()',
      'ioctl/drv.ts poll: yield* this.drain()',
      'ioctl/drv.ts poll: yield* this.device.pm.poll(now)',
    ],
  },
  {
    why: 'Clients of a scenario are 64-bit and of the same uAPI; another size of an argument changes its decoding, and leads to the same handlers.',
    places: [
      'ioctl/compat.ts runCompat: yield* call.run(drv, file, mem, full, 0)',
      'ioctl/drv.ts ioctl: yield* runCompat(compat, this, file, mem, argAddr)',
      'ioctl/drv.ts ioctl: yield* this.resized(entry, file, request, mem, argAddr)',
      'ioctl/drv.ts resized: yield* entry.run(this, file, mem, new DataView(kdata.buffer), 0)',
    ],
  },
  {
    why: 'For vectors of the function itself (src/conform), whose ranges are any 64-bit numbers; no call of the driver has such a range.',
    places: ['mmu/as-commands.ts lockRegionExact: yield* this.writeCmd(as, AS_COMMAND_LOCK)'],
  },
  {
    why: 'What is left of a mapping of no size, which is made by an operation of size 0; a scenario cannot ask for one.',
    places: ['mmu/vm-steps.ts remapPages: yield* unmapPages(vm, start, 2 ** 64 - (start - end))'],
  },
  {
    why: 'A region of no size is locked by an operation of size 0, which a scenario cannot ask for.',
    places: ['mmu/vm-region.ts issueLock: yield* mmu.waitReady(vm.as)'],
  },
  {
    why: 'Asked by the dump of a group that has faulted (a devcoredump), which no thread of a scenario takes.',
    places: ['mmu/vm.ts getBoForVa: yield* this.opLock.lock()'],
  },
  {
    why: "The tiler asks for another chunk in the course of a job; a scenario's jobs are accesses and have no tiler.",
    places: ['sched/heap.ts grow: yield* this.addChunk(heap, false)'],
  },
  {
    why: 'The GPU interrupt has a thread only where a call pulls the device out, and no built-in scenario has a reset or a suspend beside that; random ones do (test/trees/scenarios).',
    places: [
      'gpu.ts softReset: yield this.resetAnswered',
      'gpu.ts suspend: yield* this.line.suspend()',
      'gpu.ts resume: yield* this.line.resume()',
    ],
  },
];
