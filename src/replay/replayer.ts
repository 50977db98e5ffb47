import { EDEADLK, EINTR, ENOMEM, ETIME, errnoName } from '../../uapi/errno.ts';
import type { IoctlSpec } from '../../uapi/ioctl.ts';
import { DRM_IOCTL_PANTHOR_VM_BIND } from '../../uapi/panthor_drm.ts';
import { availableIn } from '../../uapi/version.ts';
import type { CaptureHeader, CaptureRecord } from '../capture/record.ts';
import type { KernelChoice } from '../driver/kernels/for-capture.ts';
import { ioctlName, ioctlOf } from '../report/requests.ts';
import { countBindOps } from './bind-ops.ts';
import type { ClientFile } from './client-file.ts';
import { compareOutputs } from './compare.ts';
import { Consequences, readId } from './explain.ts';
import { groupState, operationsDone, readGroup, refusedGroup } from './failures.ts';
import { type IdPlan, idPlan } from './id-plan.ts';
import { BLOCKED, type ModelOptions, ReplayModel } from './model.ts';
import { newerThan, parseUapi, type Uapi } from './newer.ts';
import { showsSysNice } from './privileges.ts';
import { Tally } from './tally.ts';

export interface ReplayOptions extends ModelOptions {
  /** Compare errno and outputs too, where the replies are a kernel's or a model's. */
  check?: boolean;
  /** How the kernel was chosen, for the report; null where the user named it. */
  choice?: KernelChoice | null;
}

/** What is known of a request number, looked up once. */
interface Call {
  name: string;
  spec: IoctlSpec | undefined;
  plan: IdPlan;
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
  readonly #calls = new Map<number, Call>();
  readonly #consequences = new Consequences();
  /** Warnings of the device that were seen to. */
  #warned = 0;

  constructor(header: CaptureHeader, options: ReplayOptions) {
    this.model = new ReplayModel({
      fdsAreReal: header.replies === 'stand-in',
      compat: isCompat(header.arch),
      ...options,
    });
    this.choice = options.choice ?? null;
    this.kernelUapi = options.kernel.uapi;
    this.captureUapi = parseUapi(header.driver_version);
    this.checks = options.check === true && header.replies !== 'stand-in';
  }

  step(record: CaptureRecord): void {
    this.tally.records++;
    if (record.type === 'ioctl') this.#ioctl(record);
    else if (record.type === 'mmap') this.#mmap(record);
    else this.model.close(record);
    if (this.model.device.warnings.size !== this.#warned) this.#noteWarnings(record.index);
  }

  /** Brings the counts of warnings up to date; done at the end, and whenever there is a new one. */
  finish(): void {
    for (const [what, count] of this.model.device.warnings) {
      const warning = this.tally.warnings.get(what);
      if (warning !== undefined) warning.count = count;
    }
  }

  /** Name and ids of a request number. */
  callOf(request: number): Call {
    let call = this.#calls.get(request);
    if (call === undefined) {
      const spec = ioctlOf(request);
      call = { name: ioctlName(request), spec, plan: spec === undefined ? NO_IDS : idPlan(spec) };
      this.#calls.set(request, call);
    }
    return call;
  }

  #ioctl(record: CaptureRecord): void {
    const { tally, model } = this;
    const call = this.callOf(record.request);
    const file = model.file(record);
    if (showsSysNice(record)) file.file.sysNice = true;
    tally.ioctls.total++;
    tally.ioctls.by_name[call.name] = (tally.ioctls.by_name[call.name] ?? 0) + 1;
    model.load(record, file, call.plan);
    if (record.request === DRM_IOCTL_PANTHOR_VM_BIND) countBindOps(model.mem, model.argAt, tally);
    const followed = this.#follow(record, call);
    const ret = followed === 0 ? model.call(record, file) : followed;
    this.ret = ret === BLOCKED ? null : ret;
    if (ret === BLOCKED) {
      model.cancel(file);
      this.#blocked(record, call);
      return;
    }
    if (ret < 0) tally.ioctls.failed++;
    if (ret < 0 !== record.ret < 0) this.#differs(record, call, file, ret);
    else if (ret >= 0) this.#learn(record, call, file);
    if (this.checks && ret < 0 === record.ret < 0) this.#check(record, call, ret);
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
      if (id.dir === 'end') file.ids[id.kind].delete(capture);
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
    const what = `mmap of offset 0x${offset.toString(16)}: ${outcome(record.ok)}, the model ${ok ? 'allows' : 'refuses'} it`;
    tally.divergences.add({ index, what });
  }

  /** One succeeded and the other failed: why? */
  #differs(record: CaptureRecord, call: Call, file: ClientFile, ret: number): void {
    const { tally } = this;
    const { index } = record;
    const { name, spec, plan } = call;
    if (ret >= 0) {
      const timing = record.errno === EINTR || (record.errno === ETIME && isWait(name));
      const newer = spec && this.captureUapi && newerThan(record, spec, this.captureUapi);
      if (timing) tally.timing.add({ index, what: `${name}: ${errnoName(record.errno)} there, done here` });
      else if (newer) tally.explained.add({ index, why: `${name}: the capture's kernel is older: ${newer}` });
      else {
        const group = refusedGroup(record, file);
        const there = `${name}: ${errnoName(record.errno)} there`;
        if (group !== null) tally.explained.add({ index, why: `${there}: ${group}` });
        else tally.divergences.add({ index, what: `${there}, succeeds here` });
      }
      return;
    }
    const error = errnoName(ret);
    if (ret === -ETIME && isWait(name) && !this.checks) {
      tally.wouldBlock.add({ index, what: `${name} would block (${error} by now)` });
      return;
    }
    const newer = spec === undefined ? null : newerThan(record, spec, this.kernelUapi);
    const why = newer ?? this.#consequences.cause(record, plan, file);
    if (spec !== undefined && why !== null) this.#consequences.spread(record, plan, file, spec);
    if (why !== null) tally.explained.add({ index, why: `${name}: ${error}: ${why}` });
    else tally.divergences.add({ index, what: `${name}: succeeded there, ${error} here` });
  }

  #blocked(record: CaptureRecord, { name }: Call): void {
    const { index } = record;
    if (this.checks && record.ret >= 0) {
      this.tally.divergences.add({ index, what: `${name}: succeeded there, would block here` });
    } else {
      this.tally.wouldBlock.add({ index, what: `${name} would block` });
    }
  }

  /** Compares errno and outputs of a call that ended alike. */
  #check(record: CaptureRecord, { name, spec, plan }: Call, ret: number): void {
    const { index } = record;
    if (ret < 0 && OF_THE_MACHINE.has(-ret) && -ret === record.errno) return;
    if (spec !== undefined && this.#groupFaulted(record, name)) return;
    if (ret < 0 && -ret !== record.errno) {
      const what = `${name}: ${errnoName(record.errno)} there, ${errnoName(ret)} here`;
      this.tally.divergences.add({ index, what });
      return;
    }
    const found = spec === undefined ? null : compareOutputs(record, spec, plan, this.model.mem);
    if (found === null) return;
    const what = `${name}: ${found.field} is ${found.recorded} there, ${found.model} here`;
    if (this.#ofAnotherVersion(name, found.info?.since)) this.tally.explained.add({ index, why: what });
    else this.tally.divergences.add({ index, what });
  }

  /** What a group says of faults and timeouts comes from running its streams, which a replay does not. */
  #groupFaulted(record: CaptureRecord, name: string): boolean {
    const there = groupState(record, record.bytes, record.argOutAt);
    if (there === 0 || groupState(record, this.model.mem.data, this.model.argAt) !== 0) return false;
    const { index } = record;
    const group = readGroup(record);
    this.model.file(record).faultedGroups.set(group, index);
    const why = `group ${group} faulted or timed out there (state 0x${there.toString(16)}); a replay runs no streams`;
    this.tally.explained.add({ index, why: `${name}: ${why}` });
    return true;
  }

  /** Whether two kernels of different uAPI versions give different answers there. */
  #ofAnotherVersion(name: string, since: Parameters<typeof availableIn>[0]): boolean {
    const { captureUapi: there, kernelUapi: here } = this;
    if (there === null || (there.major === here.major && there.minor === here.minor)) return false;
    return name === 'VERSION' || !availableIn(since, there) || !availableIn(since, here);
  }

  #noteWarnings(index: number): void {
    const { warnings } = this.model.device;
    for (const [what, count] of warnings) {
      if (!this.tally.warnings.has(what)) this.tally.warnings.set(what, { index, what, count });
    }
    this.#warned = warnings.size;
  }
}

/** Errors that are not about what was asked: ENOMEM, EINTR, EDEADLK. */
const OF_THE_MACHINE: ReadonlySet<number> = new Set([ENOMEM, EINTR, EDEADLK]);

/** `uname -m` of 32-bit Arm, and what recorders call it (TIF_32BIT on an arm64 kernel). */
function isCompat(arch: string): boolean {
  return /^(arm|armhf|armel|armv[5-8]h?l?)$/.test(arch);
}

function isWait(name: string): boolean {
  return name === 'SYNCOBJ_WAIT' || name === 'SYNCOBJ_TIMELINE_WAIT' || name === 'SYNCOBJ_TRANSFER';
}

function outcome(ok: boolean): string {
  return ok ? 'succeeded there' : 'failed there';
}
