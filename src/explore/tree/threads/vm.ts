/** VMs and objects of a tree's driver, with the names that the harness and the invariants use of the model's. */
import type { Op } from '../../../coroutine/op.ts';
import type { BindJob, BindOp } from '../../../driver/mmu/vm-bind.ts';
import { forEachLeaf } from '../../../tree/leaves.ts';
import type { Calls } from '../calls.ts';
import type { TreeDriver } from '../driver.ts';
import type { Seen, SeenOp } from '../objects.ts';
import {
  type View,
  VM_ACTIVE,
  VM_ALLOCATED,
  VM_AS,
  VM_FLAGS,
  VM_LOCK_SIZE,
  VM_LOCK_START,
  VM_OP_LOCK,
  VM_STOPPED,
  VM_TTBR,
} from '../view.ts';

const UNUSABLE = 1;
const UNHANDLED_FAULT = 2;
const DESTROYED = 4;
/** Smallest pointer that is an error. */
const MAX_ERRNO = 4095;

export class TreeVm {
  readonly id: number;
  readonly uid: number;
  readonly opLock: { readonly held: boolean };
  readonly pgtable: {
    readonly ttbr: number;
    readonly tables: number[];
    forEachLeaf(visit: (va: number, pa: number, log2: number) => void): void;
  };
  /** The kernel's own mappings would be above; scenarios have none. */
  readonly userVaRange = 2 ** 48;
  /** Their number alone. */
  readonly vmas: { readonly count: number; ids: () => number[] };
  readonly #calls: Calls;
  readonly #view: View;
  readonly #seen: Seen;

  constructor(id: number, uid: number, calls: Calls, view: View, driver: TreeDriver) {
    this.id = id;
    this.uid = uid;
    this.#calls = calls;
    this.#view = view;
    this.#seen = driver.seen(uid);
    this.opLock = {
      get held(): boolean {
        return view.vm(uid, VM_OP_LOCK) !== 0;
      },
    };
    this.vmas = {
      get count(): number {
        return calls.countVmas(uid);
      },
      ids: () => [],
    };
    this.pgtable = {
      get ttbr(): number {
        return view.vm(uid, VM_TTBR);
      },
      get tables(): number[] {
        return [calls.countTables(uid)];
      },
      forEachLeaf(visit): void {
        forEachLeaf(driver.memory, this.ttbr, visit);
      },
    };
  }

  get as(): number {
    return this.freed ? -1 : this.#view.vm(this.uid, VM_AS);
  }

  get activeCount(): number {
    return this.#view.vm(this.uid, VM_ACTIVE);
  }

  #flag(bit: number): boolean {
    return (this.#view.vm(this.uid, VM_FLAGS) & bit) !== 0;
  }

  get unusable(): boolean {
    return this.#flag(UNUSABLE);
  }

  get unhandledFault(): boolean {
    return this.#flag(UNHANDLED_FAULT);
  }

  get freed(): boolean {
    return this.#view.vm(this.uid, VM_ALLOCATED) === 0;
  }

  get destroyed(): boolean {
    return this.freed || this.#flag(DESTROYED);
  }

  get stopped(): boolean {
    return this.#view.vm(this.uid, VM_STOPPED) !== 0;
  }

  get lockedStart(): number {
    return this.#view.vm(this.uid, VM_LOCK_START);
  }

  get lockedSize(): number {
    return this.#view.vm(this.uid, VM_LOCK_SIZE);
  }

  get opCtx(): SeenOp | null {
    return this.#seen.operation();
  }

  #arguments(op: BindOp): number[] {
    return [this.uid, op.flags, op.boHandle, op.boOffset, op.va, op.size, op.syncCount];
  }

  bindExecSyncOp(_lookup: unknown, op: BindOp): Op<number> {
    return this.#calls.call('bind', ...this.#arguments(op), 0);
  }

  active(): Op<number> {
    return this.#calls.call('active', this.uid);
  }

  /** panthor_vm_get() */
  get(): this {
    this.#calls.atOnce('vmGet', this.uid);
    return this;
  }

  /** panthor_vm_put() */
  put(): Op<number> {
    return this.#calls.call('vmPut', this.uid);
  }

  /** The kernel knows by itself (begin_work() in the shim). */
  set jobRunning(_running: boolean) {}

  idle(): Op<number> {
    return this.#calls.call('idle', this.uid);
  }

  /** panthor_vm_bind_job_create(), with the lookup of the VM before it; an errno where it fails. */
  *createJob(op: BindOp): Op<BindJob | number> {
    const job = yield* this.#calls.enter('jobCreate', ...this.#arguments(op));
    if (job < 0 && job >= -MAX_ERRNO) return job;
    const calls = this.#calls;
    return {
      // The queue's work runs from the moment on that the job was taken: who stops the queue waits for it.
      run: function* (this: void): Op<number> {
        return yield* calls.enter('jobRun', job);
      },
      cleanup: function* (this: void): Op<void> {
        yield* calls.call('jobPut', job);
      },
    } as unknown as BindJob;
  }
}
