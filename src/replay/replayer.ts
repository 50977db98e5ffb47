import { EINTR, errnoName } from '../../uapi/errno.ts';
import { hex } from '../../uapi/hex.ts';
import { _IOC_NR } from '../../uapi/ioctl.ts';
import { ioctlName, ioctlOf } from '../../uapi/lookup.ts';
import { DRM_IOCTL_PANTHOR_VM_BIND } from '../../uapi/panthor_drm.ts';
import { type CaptureHeader, type CaptureRecord, is32Bit } from '../capture/record.ts';
import { type KernelChoice, kernelFor } from '../driver/kernels/for-capture.ts';
import { kernel } from '../driver/kernels.ts';
import type { Refusal } from '../payload/refusal.ts';
import { reasonOf } from '../reasons/refused-call.ts';
import { payloadOfRecord } from '../report/refusals.ts';
import { countBindOps } from './bind-ops.ts';
import type { ClientFile } from './client-file.ts';
import { readId } from './explain.ts';
import { operationsDone } from './failures.ts';
import { type IdPlan, idPlan } from './ids/id-plan.ts';
import { type Call, isWait, Judge, OF_THE_MACHINE } from './judge.ts';
import { BLOCKED, type ModelOptions, ReplayModel } from './model.ts';
import { parseUapi, type Uapi } from './newer.ts';
import { showsSysAdmin, showsSysNice } from './privileges.ts';
import { Tally } from './tally.ts';

export interface ReplayOptions extends ModelOptions {
  /** Compare errno and outputs too, where the replies are a kernel's or a model's. */
  check?: boolean;
  /** How the kernel was chosen, for the report; null where the user named it. */
  choice?: KernelChoice | null;
  /** Makes what the capture is played on, where that is not the model. */
  makeModel?: (options: ModelOptions) => ReplayModel;
}

const NO_IDS: IdPlan = { ids: [], arrays: [] };

/**
 * Plays a capture on the model, record by record, and compares. A divergence is a call that succeeded there and fails
 * here, or the other way round; with `check` any other difference in result or output too.
 */
export class Replayer {
  readonly model: ReplayModel;
  readonly tally = new Tally();
  readonly kernelUapi: Uapi;
  readonly captureUapi: Uapi | null;
  /** How the kernel was chosen, where the user did not name it. */
  readonly choice: KernelChoice | null;
  /** Whether errno and outputs are compared. */
  readonly checks: boolean;
  /** Result of the last record: 0 or more, -errno, or null for a call that would block. */
  ret: number | null = 0;
  /** Why the model refused the last record, where that is known. */
  refusal: Refusal | null = null;
  readonly #calls = new Map<number, Call>();
  /** By number of the call: which of those that share it was made last. A map of such large numbers is slow. */
  readonly #lastCalls: (Call | undefined)[] = new Array(0x100).fill(undefined);
  readonly #judge: Judge;
  #looked = 0;
  /** Warnings of the device that were seen to. */
  #warned = 0;

  constructor(header: CaptureHeader, options: ReplayOptions) {
    const model = { fdsAreReal: header.replies === 'stand-in', compat: is32Bit(header.arch), ...options };
    this.model = options.makeModel?.(model) ?? new ReplayModel(model);
    this.choice = options.choice ?? null;
    this.kernelUapi = options.kernel.uapi;
    this.captureUapi = parseUapi(header.driver_version);
    this.checks = options.check === true && header.replies !== 'stand-in';
    const { uapi, behaviours } = kernel(kernelFor(header).name);
    const there = { ...(this.captureUapi ?? uapi), behaviours };
    this.#judge = new Judge(this.model, this.tally, this.kernelUapi, this.captureUapi, there, this.checks);
  }

  step(record: CaptureRecord): void {
    this.tally.records++;
    this.refusal = null;
    if (record.type === 'ioctl') this.#ioctl(record);
    else if (record.type === 'mmap') this.#mmap(record);
    else this.model.close(record);
    if (this.model.seen.warnings.size !== this.#warned) this.#noteWarnings(record.index);
  }

  /** Brings the counts of warnings up to date; done at the end, and whenever there is a new one. */
  finish(): void {
    for (const [what, count] of this.model.seen.warnings) {
      const warning = this.tally.warnings.get(what);
      if (warning !== undefined) warning.count = count;
    }
  }

  /** Name and ids of a request number. */
  callOf(request: number): Call {
    const last = this.#lastCalls[_IOC_NR(request)];
    if (last !== undefined && last.request === request) return last;
    let call = this.#calls.get(request);
    if (call === undefined) {
      const spec = ioctlOf(request);
      const name = ioctlName(request);
      const plan = spec === undefined ? NO_IDS : idPlan(spec);
      call = { request, name, spec, plan, counter: this.tally.ioctls.counter(name) };
      this.#calls.set(request, call);
    }
    this.#lastCalls[_IOC_NR(request)] = call;
    return call;
  }

  #ioctl(record: CaptureRecord): void {
    const { tally, model } = this;
    const call = this.callOf(record.request);
    const file = model.file(record);
    if (showsSysNice(record)) file.file.sysNice = true;
    if (showsSysAdmin(record) && !file.file.wasMaster) file.file.sysAdmin = true;
    tally.ioctls.total++;
    call.counter.count++;
    model.load(record, file, call.plan);
    if (record.request === DRM_IOCTL_PANTHOR_VM_BIND) countBindOps(model.mem, model.argAt, tally);
    const fired = model.faults?.fired;
    const injected = model.faults?.beforeCall(model.drv, call.name) ?? 0;
    const followed = injected === 0 ? this.#follow(record, call) : injected;
    const ret = followed === 0 ? model.call(record, file) : followed;
    this.#judge.injected = model.faults?.fired !== fired;
    this.ret = ret === BLOCKED ? null : ret;
    if (ret === BLOCKED) {
      model.cancel(file);
      this.#judge.blocked(record, call);
      return;
    }
    if (ret < 0) this.#refused(record, call, file, ret, followed !== 0);
    if (ret < 0 !== record.ret < 0) this.#judge.differs(record, call, file, ret, this.refusal);
    else if (ret >= 0) this.#learn(record, call, file);
    if (this.checks && ret < 0 === record.ret < 0) this.#judge.check(record, call, ret, this.refusal);
  }

  /** Counts a failed call and says which function refused it for which field. */
  #refused(record: CaptureRecord, call: Call, file: ClientFile, ret: number, followed: boolean): void {
    const { tally } = this;
    tally.ioctls.failed++;
    // One without end of them is counted only.
    if (followed || this.#looked++ >= MAX_REASONED) return;
    const payload = payloadOfRecord(record);
    if (payload === null) return;
    const { model } = this;
    this.refusal = reasonOf({
      payload,
      errno: -ret,
      file: file.file,
      opsDone: record.request === DRM_IOCTL_PANTHOR_VM_BIND ? model.opsDone : 0,
      toDriver: (kind, value) => file.toModel(kind, value),
    });
    if (this.refusal !== null) tally.refused.add({ index: record.index, call: call.name, ...this.refusal });
  }

  /**
   * A call that failed there for want of memory, or because a signal or another locker came between, may succeed here:
   * it is not made, so that what follows finds the client's state. Returns the error, or 0 where the call is to be made.
   */
  #follow(record: CaptureRecord, { name }: Call): number {
    const { errno, index } = record;
    if (record.ret >= 0 || !OF_THE_MACHINE.has(errno) || (errno === EINTR && isWait(name))) return 0;
    const done = operationsDone(record);
    if (done > 0) this.model.callPart(record, this.model.file(record), done);
    const part = done > 0 ? ` after ${done} operations` : '';
    const what = `${name}: ${errnoName(errno)}${part}, a failure of the capture's machine; followed`;
    this.tally.followed.add({ index, what });
    return -errno;
  }

  /** Both succeeded: what was given out is known from now on, what was taken back no more. */
  #learn(record: CaptureRecord, { plan }: Call, file: ClientFile): void {
    const { model } = this;
    for (let i = 0; i < plan.ids.length; i++) {
      const id = plan.ids[i];
      if (id.dir === 'in' || id.at + id.size > record.argSize) continue;
      const capture = readId(id, record.bytes, record.argOutAt);
      if (id.dir === 'end') file.mapOf(id).delete(capture);
      else model.learn(file, id, capture, readId(id, model.mem.data, model.argAt));
    }
  }

  #mmap(record: CaptureRecord): void {
    const { tally } = this;
    const file = this.model.file(record);
    tally.mmaps++;
    const ok = this.model.mmap(record, file);
    this.ret = ok ? 0 : -1;
    if (ok === record.ok) return;
    const { index, offset } = record;
    const refused = file.ids['mmap-offset'].refusedAt(offset);
    if (record.ok && refused >= 0) {
      tally.explained.add({ index, why: `the offset was refused in record ${refused}` });
      return;
    }
    const what = `mmap of offset ${hex(offset)}: ${outcome(record.ok)}, the model ${ok ? 'allows' : 'refuses'} it`;
    tally.divergences.add({ index, what });
  }

  #noteWarnings(index: number): void {
    const { warnings } = this.model.seen;
    for (const [what, count] of warnings) {
      if (!this.tally.warnings.has(what)) this.tally.warnings.set(what, { index, what, count });
    }
    this.#warned = warnings.size;
  }
}

/** Refusals whose reason is looked for. */
const MAX_REASONED = 1000;

function outcome(ok: boolean): string {
  return ok ? 'succeeded there' : 'failed there';
}
