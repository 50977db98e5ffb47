import { beforeAll, describe, expect, it } from 'vitest';
import { ModelRunner } from '../../src/conform/model.ts';
import type { StreamOp } from '../../src/conform/op-fields.ts';
import { checkStream, type Stream } from '../../src/conform/stream.ts';
import { run, type Waitable } from '../../src/coroutine/op.ts';
import { PanthorDevice } from '../../src/driver/device.ts';
import { PanthorDrv } from '../../src/driver/ioctl/drv.ts';
import {
  BEHAVIOUR_KEYS,
  BEHAVIOURS,
  type Behaviour,
  behaviourKey,
  hasBehaviour,
  KERNEL_NAMES,
  kernel,
} from '../../src/driver/kernels.ts';
import type { PanthorVm } from '../../src/driver/mmu/vm.ts';
import { VmPool } from '../../src/driver/mmu/vm-pool.ts';
import { flushRange } from '../../src/driver/mmu/vm-region.ts';
import { MMU_AS_BASE } from '../../src/hw/registers.ts';
import { EINVAL } from '../../uapi/errno.ts';
import { TestClient } from '../driver/client.ts';
import { streams } from './fixtures.ts';
import { DISTINGUISHING_TESTS, type Dormant } from './switches.ts';

/** The kernel with behaviours in the other position, each given by name. */
function switched(name: string, ...behaviours: string[]) {
  const on = (one: string) => hasBehaviour(behaviourKey(one), name);
  return kernel(
    name,
    behaviours.filter((one) => !on(one)),
    behaviours.filter((one) => on(one)),
  );
}

/** Edge streams of each variant that the table names, by "variant stream". */
const known = new Map<string, Stream>();

beforeAll(async () => {
  for (const variant of ['6.12', 'atomic-v4', '6.18', '7.1', '7.2']) {
    const names = new Set<string>();
    for (const row of Object.values(DISTINGUISHING_TESTS)) {
      for (const distinguishingTest of Object.values(row)) {
        if (Array.isArray(distinguishingTest)) for (const one of distinguishingTest) names.add(one);
        else if ('stream' in distinguishingTest) names.add(distinguishingTest.stream);
      }
    }
    for (const one of await streams(`edge-${variant}.jsonl.gz`, names))
      known.set(`${variant} ${one.name}`, one);
  }
}, 60_000);

/** The stream with what that kernel did, or null where it is not among the fixtures. */
function streamOf(kernelName: string, name: string): Stream | null {
  return known.get(`${kernelName === '7.3' ? '7.2' : kernelName} ${name}`) ?? null;
}

/** The operations of a stream: they are the same for all kernels. */
function operations(name: string): StreamOp[] {
  const found = known.get(`7.2 ${name}`);
  if (found === undefined) throw new Error(`no stream ${name}`);
  return found.ops.map((op) => op.in);
}

/** What an edge stream does on a kernel, whatever the kernel itself did. */
function outcomes(name: string, one: ReturnType<typeof kernel>): unknown[] {
  const runner = new ModelRunner(one);
  return operations(name).map((op) => runner.step(op));
}

describe('no behaviour is decoration:', () => {
  it('each one has a distinguishingTest on each kernel', () => {
    expect(Object.keys(DISTINGUISHING_TESTS).sort()).toEqual(
      BEHAVIOUR_KEYS.map((key) => BEHAVIOURS[key].name).sort(),
    );
    for (const [name, row] of Object.entries(DISTINGUISHING_TESTS)) {
      expect(Object.keys(row).sort(), name).toEqual([...KERNEL_NAMES].sort());
    }
  });

  for (const key of BEHAVIOUR_KEYS) {
    const behaviour: Behaviour = BEHAVIOURS[key];
    for (const kernelName of KERNEL_NAMES) {
      const distinguishingTest = DISTINGUISHING_TESTS[behaviour.name]?.[kernelName];
      const verb = hasBehaviour(key, kernelName) ? 'without' : 'with';
      if (Array.isArray(distinguishingTest)) {
        it.each(distinguishingTest as string[])(
          `${kernelName} ${verb} ${behaviour.name} is not the kernel any more in %s`,
          (name) => {
            const one = switched(kernelName, behaviour.name);
            const vectors = streamOf(kernelName, name);
            if (vectors === null) {
              expect(outcomes(name, one)).not.toEqual(outcomes(name, kernel(kernelName)));
            } else {
              expect(checkStream(vectors, kernel(kernelName))).toBeNull();
              expect(checkStream(vectors, one)).not.toBeNull();
            }
          },
        );
      } else if (distinguishingTest !== undefined && 'needs' in distinguishingTest) {
        const { needs, stream: name } = distinguishingTest as Dormant;
        it(`${kernelName} ${verb} ${behaviour.name} differs only with ${needs} as well, as in ${name}`, () => {
          const alone = outcomes(name, switched(kernelName, behaviour.name));
          expect(alone).toEqual(outcomes(name, kernel(kernelName)));
          const base = outcomes(name, switched(kernelName, needs));
          const both = outcomes(name, switched(kernelName, needs, behaviour.name));
          expect(both).not.toEqual(base);
        });
      }
    }
  }
});

/** A device with an active VM and an object, and how many MMU registers were written since. */
function activeVm(one: ReturnType<typeof kernel>) {
  const device = new PanthorDevice({ kernel: one });
  run(device.mmu.init());
  const pool = new VmPool(device);
  const vm = pool.get(pool.create(0, 0)) as PanthorVm;
  const bo = device.gem.create(0x10000, 0, null);
  run(vm.active());
  const written = { count: 0 };
  device.regs.trace = {
    write: (offset: number) => {
      if (offset >= MMU_AS_BASE) written.count++;
    },
    read: () => {},
  };
  return { device, vm, written, lookup: { lookupGem: () => bo } };
}

/** An unplug that has marked the device as gone and waits to take the MMU down; `finish` does that. */
function beginUnplug(device: PanthorDevice): { finish: () => void } {
  const steps = device.unplug();
  while (!device.unplugged) steps.next();
  return {
    finish: () => {
      while (!steps.next().done);
    },
  };
}

const MAP = { flags: 0, boHandle: 1, boOffset: 0, va: 0x100000, size: 0x4000, syncCount: 0 };

describe('enter-device-on-flush', () => {
  /** MMU register writes of a map that an unplug meets between its page-table update and its flush. */
  function writesOfMap(one: ReturnType<typeof kernel>): number {
    const { device, vm, written, lookup } = activeVm(one);
    const bind = vm.bindExecSyncOp(lookup, MAP);
    while (bind.next().value !== 'map_pages');
    written.count = 0;
    const unplug = beginUnplug(device);
    let step = bind.next();
    while (!step.done) step = bind.next();
    expect(step.value).toBe(0);
    const during = written.count;
    unplug.finish();
    return during;
  }

  it('keeps 6.12 from touching the MMU after a page-table update once the device is being unplugged', () => {
    expect(writesOfMap(kernel('6.12'))).toBe(0);
    expect(writesOfMap(switched('6.12', 'enter-device-on-flush'))).toBeGreaterThan(0);
  });

  it('makes an unplug wait for a flush under way', () => {
    for (const [one, waits] of [
      [kernel('6.12'), true],
      [switched('6.12', 'enter-device-on-flush'), false],
    ] as const) {
      const { device, vm, lookup } = activeVm(one);
      const bind = vm.bindExecSyncOp(lookup, MAP);
      while (bind.next().value !== 'AS_LOCKADDR');
      const unplug = device.unplug();
      let point: unknown;
      while (!device.unplugged) point = unplug.next().value;
      expect((point as Waitable).ready()).toBe(!waits);
      let step = bind.next();
      while (!step.done) step = bind.next();
      expect((point as Waitable).ready()).toBe(true);
    }
  });

  it('would do the same to the flush that atomic-v4 kept but calls from no bind', () => {
    for (const [one, expected] of [
      [kernel('atomic-v4'), true],
      [switched('atomic-v4', 'enter-device-on-flush'), false],
    ] as const) {
      const { device, vm, written } = activeVm(one);
      beginUnplug(device);
      expect(run(flushRange(vm, 0, vm.fullRange))).toBe(0);
      expect(written.count > 0).toBe(expected);
    }
  });

  it.each(['7.1', '7.2', '7.3'])('concerns nothing on %s, unless updates flush', (name) => {
    expect(writesOfMap(kernel(name))).toBe(writesOfMap(switched(name, 'enter-device-on-flush')));
    const flushing = writesOfMap(switched(name, 'flush-after-each-update'));
    expect(writesOfMap(switched(name, 'flush-after-each-update', 'enter-device-on-flush'))).toBeLessThan(
      flushing,
    );
  });
});

describe('mmu-info', () => {
  const query = (name: string, ...behaviours: string[]): number => {
    const clock = { ns: 0 };
    const drv = new PanthorDrv(new PanthorDevice({ kernel: switched(name, ...behaviours) }));
    const client = new TestClient({ of: { drv, clock } as unknown as TestClient });
    return client.call('DEV_QUERY', { type: 4 });
  };

  it.each(['6.12', 'atomic-v4', '6.18', '7.1', '7.2'])(
    '%s knows no query of that kind, and with it does',
    (name) => {
      expect(query(name)).toBe(-EINVAL);
      expect(query(name, 'mmu-info')).toBe(0);
    },
  );

  it('7.3 answers it, and without it does not', () => {
    expect(query('7.3')).toBe(0);
    expect(query('7.3', 'mmu-info')).toBe(-EINVAL);
  });
});
