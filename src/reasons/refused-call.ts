/**
 * Why the driver refused a call: from its bytes, from what the client has, or from a number that names nothing. Asked after the
 * refusal, of the state that the driver left: by replays in the capture's numbers, by the live server in the driver's.
 */
import { errnoName } from '../../uapi/errno.ts';
import { DRM_PANTHOR_VM_BIND_ASYNC } from '../../uapi/panthor_drm.ts';
import type { DrmFile } from '../driver/ioctl/file.ts';
import type { Payload } from '../payload/payload.ts';
import { type Refusal, refusalOf } from '../payload/refusal.ts';
import { type View, view } from '../payload/rules/context.ts';
import type { IdKind } from './id-fields.ts';
import { stateReason } from './state.ts';
import { unknownId } from './unknown-ids.ts';

/** A call that the driver has refused. */
export interface RefusedCall {
  /** Its argument and what that leads to, as the client gave them. */
  readonly payload: Payload;
  /** What it failed with, positive. */
  readonly errno: number;
  /** The file that it was made on. */
  readonly file: DrmFile;
  /** VM_BIND: `ops.count` as the driver left it, which of a synchronous bind is the number of the operation that failed. */
  readonly opsDone: number;
  /** The driver's number for one of the client's; what it never gave out becomes a number that names nothing. */
  toDriver(kind: IdKind, value: number): number;
}

/** Function, field and sentence. */
export type Reason = Omit<Refusal, 'error'>;

/** A refused call, with its argument to read fields of. */
export interface Asked extends RefusedCall {
  readonly arg: View;
}

/** The reason for which the driver refused a call; null where none is known. */
export function reasonOf(call: RefusedCall): Refusal | null {
  const asked: Asked = { ...call, arg: view(call.payload.root) };
  const { kernel } = call.file.drv.device;
  const ofBytes = refusalOf(call.payload, call.errno, { ...kernel.uapi, behaviours: kernel.behaviours });
  const found = call.payload.spec?.shortName === 'VM_BIND' ? bindReason(asked, ofBytes) : ofBytes;
  const reason = found ?? stateReason(asked) ?? unknownId(asked);
  return reason === null ? null : { ...reason, error: errnoName(call.errno) };
}

/** A bind looks its VM up first, and one operation after the other then: what is wrong with a later one is no reason. */
function bindReason(call: Asked, ofBytes: Reason | null): Reason | null {
  if (ofBytes === null || call.file.vms.get(call.toDriver('vm', Number(call.arg.get('vm_id')))) === undefined)
    return null;
  const op = operationOf(ofBytes);
  if (op < 0) return ofBytes;
  if ((Number(call.arg.get('flags')) & DRM_PANTHOR_VM_BIND_ASYNC) === 0)
    return op === call.opsDone ? ofBytes : null;
  const ofState = stateReason(call);
  return ofState !== null && operationOf(ofState) < op ? ofState : ofBytes;
}

/** The operation whose field a reason names, -1 for one of the whole call. */
function operationOf({ field }: Reason): number {
  return Number(/^ops\[(\d+)\]/.exec(field)?.[1] ?? -1);
}
