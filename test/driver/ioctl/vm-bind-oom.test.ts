/** Every call of the VM_BIND path fails once at each of its allocations: nothing is lost, leaked or half done. */
import { describe, expect, it } from 'vitest';
import type { PanthorVm } from '../../../src/driver/mmu/vm.ts';
import { disagreements } from '../../../src/replay/disagreements.ts';
import { ENOMEM } from '../../../uapi/errno.ts';
import { drm_panthor_sync_op, drm_panthor_vm_bind_op } from '../../../uapi/panthor_drm.ts';
import { LONG } from '../../tooling/long.ts';
import { TestClient } from '../client.ts';
import { type Struct, structs } from './arguments.ts';

const UNMAP = 1 << 28;
const SPARSE = (1 << 3) | (1 << 1);
const ASYNC = 1;
const SIGNAL = 1 << 31;
const BLOCK = 0x200000;

/** Operations of one VM_BIND. */
interface Bind {
  readonly what: string;
  readonly ops: readonly Struct[];
  readonly async?: true;
  /** Kernels before it refuse the call. */
  readonly sparse?: true;
  /** Unmaps a part of a block, which 6.18 cannot. */
  readonly splits?: true;
}

const BINDS: readonly Bind[] = [
  { what: 'a page', ops: [{ bo_handle: 1, va: 0x1000000, size: 0x1000 }] },
  { what: 'two blocks and pages around them', ops: [{ bo_handle: 2, va: 0x401ff000, size: 3 * BLOCK }] },
  { what: 'a page out of a block', splits: true, ops: [{ flags: UNMAP, va: 0x40300000, size: 0x1000 }] },
  {
    what: 'another object over the middle',
    splits: true,
    ops: [{ bo_handle: 1, va: 0x40480000, size: 0x4000 }],
  },
  {
    what: 'three at once',
    ops: [
      { bo_handle: 1, va: 0x80000000, size: 0x10000 },
      { flags: UNMAP, va: 0x80004000, size: 0x4000 },
      { bo_handle: 2, va: 0x8000000000, size: BLOCK },
    ],
  },
  { what: 'sparse over blocks', sparse: true, ops: [{ flags: SPARSE, va: 0xc0000000, size: 2 * BLOCK }] },
  {
    what: 'asynchronously, one',
    async: true,
    ops: [{ bo_handle: 1, va: 0x200000000, size: 0x10000 }],
  },
  {
    what: 'asynchronously, two',
    async: true,
    splits: true,
    ops: [
      { bo_handle: 2, va: 0x100000000, size: 2 * BLOCK },
      { flags: UNMAP, va: 0x100001000, size: 0x1000 },
    ],
  },
  { what: 'all of the first gigabytes away', ops: [{ flags: UNMAP, va: 0x1000, size: 0x100000000 }] },
];

/** A client with a VM and two objects, which makes the binds, and the failure that one allocation of it has. */
class Run extends TestClient {
  /** Allocations so far. */
  count = 0;
  readonly #failAt: number;
  readonly places = new Set<string>();

  constructor(kernel: string, failAt: number) {
    super({ kernel });
    this.#failAt = failAt;
    this.make('VM_CREATE', {}, 'id');
    this.make('BO_CREATE', { size: 0x10000 }, 'handle');
    this.make('BO_CREATE', { size: 3 * BLOCK }, 'handle');
    this.make('SYNCOBJ_CREATE', {}, 'handle');
    const { device } = this.drv;
    const fails = (where: string): boolean => {
      this.places.add(where);
      return ++this.count === this.#failAt;
    };
    device.allocationFails = fails;
    device.machine.memory.oom = () => fails('page tables');
  }

  bind({ ops, async: isAsync }: Bind): number {
    const signal = { syncs: structs(drm_panthor_sync_op, { flags: SIGNAL, handle: 1 }) };
    const list = isAsync ? ops.map((op) => ({ ...op, ...signal })) : ops;
    return this.call('VM_BIND', {
      vm_id: 1,
      flags: isAsync ? ASYNC : 0,
      ops: structs(drm_panthor_vm_bind_op, ...list),
    });
  }

  get vm(): PanthorVm {
    return this.file.vms.get(1) as PanthorVm;
  }

  mappings(): { va: number; size: number }[] {
    const { vmas } = this.vm;
    return [...vmas.ids()].map((id) => ({ va: vmas.va[id], size: vmas.range[id] }));
  }

  /** Everything that the GPU would find, by address. */
  leaves(): string[] {
    const found: string[] = [];
    this.vm.pgtable.forEachLeaf((va, pa, log2) => void found.push(`${va}+${2 ** log2}=${pa}`));
    return found;
  }

  left(): object {
    const { device } = this.drv;
    return {
      live: device.machine.memory.live,
      reserved: device.machine.memory.reserved,
      gems: device.gem.live,
    };
  }
}

const kernels = ['6.12', '6.18', '7.2', '7.3'];
/** Each allocation where there is time (npm run test:slow), else each third. */
const STEP = LONG ? 1 : 3;

describe.each(kernels)('VM_BIND without memory, on %s', (kernel) => {
  const clean = new Run(kernel, 0);
  const { b } = clean.drv.device;
  const canSplit = b.alignUnmapToBlock || b.splitBlockOnUnmap;
  const binds = BINDS.filter(({ sparse, splits }) => (!sparse || b.sparseMap) && (!splits || canSplit));
  const answers = binds.map((bind) => clean.bind(bind));
  const end = { mappings: clean.mappings(), leaves: clean.leaves() };
  const total = clean.count;

  it('succeeds with it', () => {
    expect(answers).toEqual(binds.map(() => 0));
    expect(end.leaves.length).toBeGreaterThan(10);
    expect([...clean.places].sort()).toEqual([
      'drm_gem_shmem_get_pages_sgt',
      'drm_gpuvm_bo_create',
      'page tables',
      'panthor_gem_pin',
      'panthor_get_uobj_array',
      'panthor_submit_ctx_init',
      'panthor_vm_bind_job_create',
      'panthor_vm_op_ctx_prealloc_vmas',
    ]);
    expect(total).toBeGreaterThan(30);
  });

  it('fails once at each allocation with ENOMEM, leaves nothing half done, and succeeds when it is made again', () => {
    for (let n = 1; n <= total; n += STEP) {
      const run = new Run(kernel, n);
      let failures = 0;
      for (const bind of binds) {
        const ret = run.bind(bind);
        const where = `allocation ${n}, ${bind.what}`;
        expect(disagreements(run.vm, run.mappings()), where).toEqual([]);
        if (ret === 0) continue;
        failures++;
        expect(ret, where).toBe(-ENOMEM);
        expect(run.drv.device.machine.memory.reserved, where).toBe(0);
        expect(run.vm.unusable, where).toBe(false);
        expect(run.bind(bind), where).toBe(0);
      }
      expect(failures, `allocation ${n}`).toBe(1);
      expect({ mappings: run.mappings(), leaves: run.leaves() }, `allocation ${n}`).toEqual(end);
      run.close();
      const fresh = new TestClient({ kernel });
      fresh.close();
      const { device } = fresh.drv;
      expect(run.left(), `allocation ${n}`).toEqual({
        live: device.machine.memory.live,
        reserved: 0,
        gems: device.gem.live,
      });
    }
  });
});
