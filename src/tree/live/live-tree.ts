/**
 * A kernel tree's own driver behind a server of live clients. As in a replay the model is beside it (../replay/beside.ts): clients get
 * the tree's answers, and their streams run through the page tables that the tree's driver has made.
 */

import { DRM_IOCTL_SYNCOBJ_TIMELINE_WAIT, DRM_IOCTL_SYNCOBJ_WAIT } from '../../../uapi/drm.ts';
import { EIO, ENOMEM } from '../../../uapi/errno.ts';
import { _IOC_SIZE } from '../../../uapi/ioctl.ts';
import { ioctlName } from '../../../uapi/lookup.ts';
import { run } from '../../coroutine/op.ts';
import type { UserMemory } from '../../driver/base/uaccess.ts';
import { BLOCKED, type PanthorDrv } from '../../driver/ioctl/drv.ts';
import type { DrmFile } from '../../driver/ioctl/file.ts';
import type { BuiltTree } from '../build.ts';
import { TrapError } from '../kernel.ts';
import { NO_TRACE } from '../notes.ts';
import { Beside } from '../replay/beside.ts';
import { treeName } from '../source.ts';
import { TreeTranslations } from './translations.ts';
import { MAX_WAITS, Waits } from './waits.ts';

/** Files at a time: the shim's (files.c) has one more, which no client has. */
const MAX_FILES = 1000;

/** Calls that may wait. */
const WAITS: ReadonlySet<number> = new Set([DRM_IOCTL_SYNCOBJ_WAIT, DRM_IOCTL_SYNCOBJ_TIMELINE_WAIT]);

/** What `run --report` says of a tree. */
export interface LiveTreeSummary {
  name: string;
  digest: string;
  /** Calls that the tree and the model answered, by name. */
  calls: Record<string, number>;
  calls_of_model: Record<string, number>;
  /** Calls that ended otherwise than in the model; `index` counts calls. */
  differences: Beside['differences'];
  out_of_step: Beside['outOfStep'];
  warnings: Record<string, number>;
}

export class LiveTree {
  readonly translations: TreeTranslations;
  /** The kernel function that the run has ended at, in a sentence; null for none. */
  trapped: string | null = null;
  readonly #tree: BuiltTree;
  readonly #drv: PanthorDrv;
  readonly #beside: Beside;
  readonly #waits: Waits;
  readonly #tell: (line: string) => void;
  #files = 0;
  #calls = 0;
  readonly #told = new Set<string>();

  /** `tell` says a line to people. */
  constructor(tree: BuiltTree, drv: PanthorDrv, tell: (line: string) => void) {
    this.#tree = tree;
    this.#drv = drv;
    this.#tell = tell;
    this.#beside = new Beside(tree, drv, NO_TRACE);
    this.#waits = new Waits(
      this.#beside,
      () => drv.device.now(),
      (work) => this.#guard(work),
    );
    this.translations = new TreeTranslations(this.#beside, drv.device, () => this.followModel());
  }

  /** A client has opened a node; false where the tree cannot have another file (ENFILE). */
  opened(file: DrmFile): boolean {
    if (this.#files === MAX_FILES) return false;
    this.#files++;
    this.#guard(() => this.#beside.opened(file));
    return true;
  }

  /** The file is released, in the model before. */
  released(file: DrmFile): void {
    this.#files--;
    this.#guard(() => this.#beside.released(file));
    this.followModel();
  }

  /** An ioctl, as PanthorDrv.ioctl(): 0 or more, -errno, or BLOCKED, and then `file.blocked` completes the call. */
  ioctl(file: DrmFile, request: number, mem: UserMemory, argAddr: number): number {
    const model = (): number => run(this.#drv.ioctl(file, request, mem, argAddr));
    const { thread, full } = this.#waits;
    const index = this.#calls++;
    if (this.trapped !== null) return -EIO;
    if (!this.#beside.calls.takes(mem)) {
      this.#tellOnce(`${ioctlName(request)} is refused (ENOMEM): it has more memory than the tree takes`);
      return -ENOMEM;
    }
    // A wait changes nothing.
    const alone = full && WAITS.has(request);
    if (alone)
      this.#tellOnce(`${MAX_WAITS} calls wait in the tree at once: the model alone answers more of them`);
    const size = _IOC_SIZE(request);
    const argAt = size === 0 ? -1 : mem.locate(argAddr, size);
    const { now } = this.#drv.device;
    const call = { index, file, request, mem, argAt, argAddr, nowNs: now(), thread, alone };
    const ret = this.#guard(() => this.#beside.call(call, model)) ?? -EIO;
    if (ret === BLOCKED) this.#wait(file, index, ioctlName(request));
    else if (this.#beside.waiting?.model === true) file.blocked?.cancel();
    this.#beside.waiting = null;
    this.followModel();
    this.#waits.wake();
    return ret;
  }

  /** What the model has done by itself is done in the tree, too. */
  followModel(): void {
    if (this.trapped !== null || this.#beside.outOfStep !== null) return;
    if (this.#guard(() => this.#beside.followModel()) === true) this.#waits.wake();
  }

  summary(): LiveTreeSummary {
    const { ofTree, ofModel, differences, outOfStep, calls } = this.#beside;
    return {
      name: treeName(this.#tree),
      digest: this.#tree.digest,
      calls: ofTree,
      calls_of_model: ofModel,
      differences,
      out_of_step: outOfStep,
      warnings: Object.fromEntries(calls.warnings.counts),
    };
  }

  #tellOnce(line: string): void {
    if (!this.#told.has(line)) this.#tell(line);
    this.#told.add(line);
  }

  /** The call waits in the tree: file.blocked is that from now on. */
  #wait(file: DrmFile, index: number, name: string): void {
    const waiting = this.#beside.waiting;
    if (waiting === null || waiting.tree === null) return;
    const model = waiting.model ? file.blocked : null;
    const { blockedCalls } = this.#drv;
    const call = this.#waits.add(waiting, model, (ours, theirs) =>
      this.#beside.differs(index, name, ours, theirs),
    );
    file.blocked = call;
    blockedCalls.add(call);
    call.onComplete(() => blockedCalls.delete(call));
  }

  /** Does something in the tree; null where it ends there: by a trap, or since the driver has gone wrong. */
  #guard<T>(work: () => T): T | null {
    try {
      return this.#beside.guard(this.#calls, work);
    } catch (error) {
      if (!(error instanceof TrapError)) throw error;
      this.trapped ??= error.message;
      this.#beside.stop(this.#calls, error.message);
      return null;
    } finally {
      this.#stopped();
    }
  }

  /** From here on the model plays alone: told once, and those who wait in the tree wait in the model. */
  #stopped(): void {
    const stop = this.#beside.outOfStep;
    if (stop === null || this.trapped !== null || this.#told.has(stop.why)) return;
    this.#told.add(stop.why);
    this.#tell(`from call ${stop.index} on the model plays alone: ${stop.why}`);
    this.#waits.wake();
  }
}
