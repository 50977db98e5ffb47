import { describe, expect, it } from 'vitest';
import { sampled } from '../tooling/long.ts';
import { verdictOf } from './interleaved.ts';
import { type Bug, explored } from './mutant.ts';

/** Bugs as people make them, each put into the source, with a scenario that must find it. */
const bugs: [name: string, bug: Bug, scenario: string, found: string][] = [
  [
    'a missing unlock: the region stays locked in the machine',
    {
      file: 'src/driver/mmu/vm-region.ts',
      changes: [['if (ret === 0) ret = yield* mmu.sendCmdAndWait(vm.as, AS_COMMAND_UNLOCK);', '']],
    },
    'idle-while-rebinding',
    'lock-agreement',
  ],
  [
    'a wrong order: the region is unlocked before the page tables change',
    {
      file: 'src/driver/mmu/vm-op.ts',
      changes: [
        ['    if (b.lockAroundOp) yield* unlockRegion(vm);\n', ''],
        ['  if (ret === 0) {', '  if (ret === 0) {\n    if (b.lockAroundOp) yield* unlockRegion(vm);'],
      ],
    },
    'rebind-while-accessing',
    'atomic',
  ],
  [
    'a wrong order of locks: slots_lock before op_lock in vm_active',
    {
      file: 'src/driver/mmu/as-slots.ts',
      changes: [
        [
          'if (device.b.opLockOnActivate) yield* vm.opLock.lock();\n    yield* this.slotsLock.lock();',
          'yield* this.slotsLock.lock();\n    if (device.b.opLockOnActivate) yield* vm.opLock.lock();',
        ],
      ],
    },
    'activate-while-rebinding',
    'lock-order',
  ],
  [
    'a lost wake-up: the queues of binds are not started again after a reset',
    { file: 'src/driver/mmu/mmu.ts', changes: [['for (const vm of this.vms) vm.start();', '']] },
    'reset-while-rebinding',
    'deadlock',
  ],
  [
    'a double free of a table page',
    {
      file: 'src/driver/mmu/io-pgtable.ts',
      changes: [
        ['    this.#memory.free(page);\n', '    this.#memory.free(page);\n    this.#memory.free(page);\n'],
      ],
    },
    'block-over-pages',
    'table-pages',
  ],
  [
    'a missing TLB drop: UNLOCK forgets to invalidate its region',
    {
      file: 'src/hw/timed-machine.ts',
      changes: [['this.tlb.drop(space.index, space.lockStart, space.lockEnd);', '']],
    },
    'unmap-while-accessing',
    'stale-translation',
  ],
  [
    'an off-by-one in the region: its last page is left out',
    {
      file: 'src/driver/mmu/region.ts',
      changes: [['const last = start + size - 1;', 'const last = start + size - 0x1001;']],
    },
    'region-boundary',
    'atomic',
  ],
  [
    'a forgotten clear of the faulty mask',
    { file: 'src/driver/mmu/as-slots.ts', changes: [['this.faultyMask &= ~bit;', '']] },
    'fault-while-rebinding',
    'slot-bookkeeping',
  ],
  [
    'an LRU list that is not updated when its VM becomes active',
    {
      file: 'src/driver/mmu/as-slots.ts',
      changes: [['      vm.activeCount = 1;\n      this.lruRemove(vm);', '      vm.activeCount = 1;']],
    },
    'two-submitters',
    'slot-bookkeeping',
  ],
  [
    'a race on the reference count: read and written in two steps',
    {
      file: 'src/driver/mmu/as-slots.ts',
      changes: [
        [
          'else if (vm.activeCount !== REFCOUNT_SATURATED) vm.activeCount--;\n      return;',
          "else {\n        const left = vm.activeCount - 1;\n        yield 'active_cnt';\n        vm.activeCount = left;\n      }\n      return;",
        ],
      ],
    },
    'two-clients',
    'slot-bookkeeping',
  ],
  [
    'a flush before the write: caches are flushed when the operation begins, not when it ends',
    {
      file: 'src/driver/mmu/vm-region.ts',
      changes: [
        ['      ret = yield* device.gpu.flushCaches();\n', ''],
        [
          '  let ret = 0;\n  if (vm.as >= 0) {\n    if (size',
          '  yield* device.gpu.flushCaches();\n  let ret = 0;\n  if (vm.as >= 0) {\n    if (size',
        ],
      ],
    },
    'unmap-while-accessing',
    'stale-translation',
  ],
];

describe('the explorer finds', () => {
  for (const [name, bug, scenario, found] of sampled(bugs, 6)) {
    it(`${name} (${scenario}: ${found})`, async () => {
      expect(await explored(bug, scenario, '7.2', [found])).toEqual([found]);
    });

    it(`nothing in ${scenario} without: ${name}`, () => {
      expect(verdictOf(scenario, '7.2', [], [found])).toBe('holds');
    });
  }

  for (const [behaviour, scenario, found] of [
    ['unlock-before-disable', 'evict-while-rebinding', 'violated: lock-agreement'],
    ['wait-after-command', 'activate-then-access', 'violated: activation'],
    ['stop-groups-before-destroy', 'destroy-while-running', 'violated: kernel-warning'],
  ]) {
    it(`the fault that upstream fixed with ${behaviour}, and holds with it`, () => {
      expect(verdictOf(scenario, '7.2', [`-${behaviour}`])).toBe(found);
      expect(verdictOf(scenario, '7.2')).toBe('holds');
    });
  }
});
