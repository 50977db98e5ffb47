import type { IoctlSpec } from '../../uapi/ioctl.ts';
import { DRM_PANTHOR_SYNC_OP_SIGNAL } from '../../uapi/panthor_drm.ts';
import type { CaptureRecord } from '../capture/record.ts';
import { UserMemory } from '../driver/base/uaccess.ts';
import type { ClientFile } from './client-file.ts';
import type { IdPlan, PlannedId } from './ids/id-plan.ts';
import { IdWalk } from './ids/id-walk.ts';
import { loadPayload } from './payload.ts';

/**
 * Goes after the consequences of calls that were refused and explained: what they would have given out or signalled
 * is missing, so that later calls which need it are refused too. Works on its own copy of the payload, in the
 * capture's numbers; only used for calls that did not go as recorded.
 */
export class Consequences {
  readonly #mem = new UserMemory();
  readonly #walk = new IdWalk();

  /** Which earlier refusal makes this call fail, in words; null for none. */
  cause(record: CaptureRecord, plan: IdPlan, file: ClientFile): string | null {
    let found: string | null = null;
    this.#ids(record, plan, (id, value) => {
      if (found !== null || id.dir === 'out') return;
      const refused = file.ids[id.kind].refusedAt(value);
      if (refused >= 0) found = `${id.kind} ${value} was refused in record ${refused}`;
      const unsignalled = id.kind === 'syncobj' ? file.unsignalled.get(value) : undefined;
      if (found === null && unsignalled !== undefined) {
        found = `syncobj ${value} would have been signalled by record ${unsignalled}`;
      }
    });
    return found;
  }

  /** Which syncobj of this call is signalled here alone, by a call that was refused there; null for none. */
  tooMuch(record: CaptureRecord, plan: IdPlan, file: ClientFile): string | null {
    let found: string | null = null;
    this.#ids(record, plan, (id, value) => {
      const signalled = id.kind === 'syncobj' ? file.signalledHere.get(value) : undefined;
      if (signalled !== undefined)
        found ??= `syncobj ${value} was not signalled there by record ${signalled}`;
    });
    return found;
  }

  /** Notes what a call does here that was refused there: syncobjs that it signals. */
  spreadHere(record: CaptureRecord, plan: IdPlan, file: ClientFile): void {
    this.#ids(record, plan, (id, value, at) => {
      if (id.kind !== 'syncobj' || id.dir !== 'in') return;
      if (id.path === 'dst_handle' || (id.path.endsWith('syncs[].handle') && this.#signals(at)))
        file.signalledHere.set(value, record.index);
    });
  }

  /** Notes what a refused call leaves missing. */
  spread(record: CaptureRecord, plan: IdPlan, file: ClientFile, spec: IoctlSpec): void {
    const signalsAll = spec.shortName === 'SYNCOBJ_SIGNAL' || spec.shortName === 'SYNCOBJ_TIMELINE_SIGNAL';
    this.#ids(record, plan, (id, value, at) => {
      if (id.kind !== 'syncobj' || id.dir !== 'in') return;
      const isTarget = id.path === 'dst_handle' || signalsAll;
      if (isTarget || (id.path.endsWith('syncs[].handle') && this.#signals(at))) {
        file.unsignalled.set(value, record.index);
      }
    });
    for (const id of plan.ids) {
      if (id.dir !== 'out' || id.at + id.size > record.argSize) continue;
      const value = readId(id, record.bytes, record.argOutAt);
      if (value !== 0) file.ids[id.kind].refuse(value, record.index);
    }
  }

  #ids(record: CaptureRecord, plan: IdPlan, visit: (id: PlannedId, value: number, at: number) => void): void {
    const at = loadPayload(record, this.#mem);
    this.#walk.run(plan, this.#mem, at, record.argSize, {
      visit: (id, place, mem) => visit(id, readId(id, mem.data, place - id.at), place),
    });
  }

  /** Whether the drm_panthor_sync_op whose handle is at `at` signals. */
  #signals(at: number): boolean {
    return (this.#mem.view.getUint32(at - 4, true) & DRM_PANTHOR_SYNC_OP_SIGNAL) !== 0;
  }
}

/** An id of the struct at `base` in `bytes`. */
export function readId(id: PlannedId, bytes: Uint8Array, base: number): number {
  const at = base + id.at;
  return id.size === 8 ? u32(bytes, at + 4) * 0x100000000 + u32(bytes, at) : u32(bytes, at);
}

/** A little-endian u32. A DataView to read it through would cost more than all of it, where there is none yet. */
function u32(bytes: Uint8Array, at: number): number {
  return (bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24)) >>> 0;
}
