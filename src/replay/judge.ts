/** What the replay makes of a call that ended otherwise than it was recorded, or would have. */

import { EDEADLK, EINTR, ENOMEM, ETIME, errnoName } from '../../uapi/errno.ts';
import { hex } from '../../uapi/hex.ts';
import type { IoctlSpec } from '../../uapi/ioctl.ts';
import { availableIn } from '../../uapi/version.ts';
import type { CaptureRecord } from '../capture/record.ts';
import { type Refusal, reasonText } from '../payload/refusal.ts';
import type { Target } from '../payload/rules/context.ts';
import { refusalOfRecord } from '../report/refusals.ts';
import type { ClientFile } from './client-file.ts';
import { compareOutputs } from './compare.ts';
import { Consequences } from './explain.ts';
import { groupState, readGroup, refusedGroup } from './failures.ts';
import type { IdPlan } from './ids/id-plan.ts';
import type { ReplayModel } from './model.ts';
import { newerThan, type Uapi } from './newer.ts';
import type { CallCount, Tally } from './tally.ts';

/** What is known of a request number, looked up once. */
export interface Call {
  request: number;
  name: string;
  spec: IoctlSpec | undefined;
  plan: IdPlan;
  counter: CallCount;
}

/** Writes divergences, and what explains them, into the tally. */
export class Judge {
  readonly tally: Tally;
  readonly kernelUapi: Uapi;
  readonly captureUapi: Uapi | null;
  /** Whether errno and outputs are compared. */
  readonly checks: boolean;
  /** A fault was injected during the call at hand. */
  injected = false;
  readonly #model: ReplayModel;
  readonly #consequences = new Consequences();

  readonly #there: Target;

  constructor(
    model: ReplayModel,
    tally: Tally,
    kernelUapi: Uapi,
    captureUapi: Uapi | null,
    there: Target,
    checks: boolean,
  ) {
    this.#there = there;
    this.#model = model;
    this.tally = tally;
    this.kernelUapi = kernelUapi;
    this.captureUapi = captureUapi;
    this.checks = checks;
  }

  /** One succeeded and the other failed: why? */
  differs(record: CaptureRecord, call: Call, file: ClientFile, ret: number, refusal: Refusal | null): void {
    const { tally } = this;
    const { index } = record;
    const { name, spec, plan } = call;
    if (ret >= 0) {
      const timing = record.errno === EINTR || (record.errno === ETIME && isWait(name));
      const newer = spec && this.captureUapi && newerThan(record, spec, this.captureUapi);
      if (timing) tally.timing.add({ index, what: `${name}: ${errnoName(record.errno)} there, done here` });
      else if (newer) tally.explained.add({ index, why: `${name}: the capture's kernel is older: ${newer}` });
      else {
        const why = refusedGroup(record, file) ?? this.#consequences.tooMuch(record, plan, file);
        const there = `${name}: ${errnoName(record.errno)} there${this.#becauseThere(record)}`;
        if (why !== null) {
          this.#consequences.spreadHere(record, plan, file);
          tally.explained.add({ index, why: `${there}: ${why}` });
        } else tally.divergences.add({ index, what: `${there}, succeeds here` });
      }
      return;
    }
    const error = errnoName(ret);
    if (ret === -ETIME && isWait(name) && !this.checks) {
      tally.wouldBlock.add({ index, what: `${name} would block (${error} by now)` });
      return;
    }
    const newer = spec === undefined ? null : newerThan(record, spec, this.kernelUapi);
    const why = newer ?? (this.injected ? 'injected' : null) ?? this.#consequences.cause(record, plan, file);
    if (spec !== undefined && why !== null) this.#consequences.spread(record, plan, file, spec);
    if (why !== null) tally.explained.add({ index, why: `${name}: ${error}: ${why}` });
    else tally.divergences.add({ index, what: `${name}: succeeded there, ${error} here${because(refusal)}` });
  }

  /** A call that would block here. */
  blocked(record: CaptureRecord, { name }: Call): void {
    const { index } = record;
    if (this.checks && record.ret >= 0) {
      this.tally.divergences.add({ index, what: `${name}: succeeded there, would block here` });
    } else {
      this.tally.wouldBlock.add({ index, what: `${name} would block` });
    }
  }

  /** Compares errno and outputs of a call that ended alike. */
  check(record: CaptureRecord, { name, spec, plan }: Call, ret: number, refusal: Refusal | null): void {
    const { index } = record;
    if (ret < 0 && OF_THE_MACHINE.has(-ret) && -ret === record.errno) return;
    if (spec !== undefined && this.#groupFaulted(record, name)) return;
    if (ret < 0 && -ret !== record.errno) {
      const what = `${name}: ${errnoName(record.errno)} there${this.#becauseThere(record)}, ${errnoName(ret)} here${because(refusal)}`;
      this.tally.divergences.add({ index, what });
      return;
    }
    const found = spec === undefined ? null : compareOutputs(record, spec, plan, this.#model.mem);
    if (found === null) return;
    const what = `${name}: ${found.field} is ${found.recorded} there, ${found.model} here`;
    if (this.#ofAnotherVersion(name, found.info?.since)) this.tally.explained.add({ index, why: what });
    else this.tally.divergences.add({ index, what });
  }

  /** What a group says of faults and timeouts comes from running its streams, which a replay does not. */
  #groupFaulted(record: CaptureRecord, name: string): boolean {
    const there = groupState(record, record.bytes, record.argOutAt);
    if (there === 0 || groupState(record, this.#model.mem.data, this.#model.argAt) !== 0) return false;
    const { index } = record;
    const group = readGroup(record);
    this.#model.file(record).faultedGroups.set(group, index);
    const why = `group ${group} faulted or timed out there (state ${hex(there)}); a replay runs no streams`;
    this.tally.explained.add({ index, why: `${name}: ${why}` });
    return true;
  }

  /** Why the capture's kernel refused a call, where its bytes show it to a driver of that version. */
  #becauseThere(record: CaptureRecord): string {
    return because(refusalOfRecord(record, record.errno, this.#there));
  }

  /** Whether two kernels of different uAPI versions give different answers there. */
  #ofAnotherVersion(name: string, since: Parameters<typeof availableIn>[0]): boolean {
    const { captureUapi: there, kernelUapi: here } = this;
    if (there === null || (there.major === here.major && there.minor === here.minor)) return false;
    return name === 'VERSION' || !availableIn(since, there) || !availableIn(since, here);
  }
}

/** A reason in brackets, behind the error; nothing where none is known. */
function because(refusal: Refusal | null): string {
  return refusal === null ? '' : ` (${reasonText(refusal)})`;
}

/** Errors that are not about what was asked: ENOMEM, EINTR, EDEADLK. */
export const OF_THE_MACHINE: ReadonlySet<number> = new Set([ENOMEM, EINTR, EDEADLK]);

/** Whether a call waits for a fence: what it returns hangs on time. */
export function isWait(name: string): boolean {
  return name === 'SYNCOBJ_WAIT' || name === 'SYNCOBJ_TIMELINE_WAIT' || name === 'SYNCOBJ_TRANSFER';
}
