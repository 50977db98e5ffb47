/** Why calls of clients were refused: for `--report`. */
import { EFAULT } from '../../../uapi/errno.ts';
import { ioctlOf } from '../../../uapi/lookup.ts';
import {
  DRM_IOCTL_PANTHOR_VM_BIND,
  DRM_PANTHOR_VM_BIND_ASYNC,
  drm_panthor_vm_bind,
} from '../../../uapi/panthor_drm.ts';
import type { DrmFile } from '../../driver/ioctl/file.ts';
import { makePayload, type Region } from '../../payload/payload.ts';
import { type Refusal, reasonText } from '../../payload/refusal.ts';
import { reasonOf } from '../../reasons/refused-call.ts';
import type { Call } from './call.ts';

/** A reason and how often it was given; `why` is that of the first time. */
export interface RefusedCalls extends Refusal {
  call: string;
  count: number;
}

/** Refusals whose reason is looked for, and different ones that are kept: what a client asks wrongly costs no more. */
const MAX_REASONED = 10_000;
const MAX_KEPT = 100;
/** User memory of a call whose reason is looked for, bytes: others wait meanwhile. */
const MAX_BYTES = 8192;

const BIND_COUNT = drm_panthor_vm_bind.off.ops + 4;

/** Counts refused calls by function and field. */
export class RefusalCount {
  readonly #kept = new Map<string, RefusedCalls>();
  #reasoned = 0;

  /** A call named `name` on `file` was refused with `errno`; its memory and the file are as the driver left them. */
  add(name: string, call: Call, errno: number, file: DrmFile): void {
    if (!call.reachedDriver || this.#reasoned >= MAX_REASONED || call.mem.used > MAX_BYTES) return;
    this.#reasoned++;
    const refusal = refusalOfCall(call, errno, file);
    if (refusal === null) return;
    const key = `${name} ${refusal.error} ${refusal.function} ${refusal.field}`;
    const known = this.#kept.get(key);
    if (known !== undefined) known.count++;
    else if (this.#kept.size < MAX_KEPT) this.#kept.set(key, { call: name, ...refusal, count: 1 });
  }

  /** All of them, in the order of their first time. */
  list(): RefusedCalls[] {
    return [...this.#kept.values()];
  }
}

/** `VM_BIND EINVAL at ops[0].va [panthor_vm_bind_prepare_op_ctx]: …` */
export function refusedText({ call, count, ...refusal }: RefusedCalls): string {
  const times = count === 1 ? '' : ` (${count} times, this the first)`;
  return `${call} ${refusal.error} ${reasonText(refusal)}${times}`;
}

/** The reason for which a call fails with `errno`; null where none is known, or its argument could not be read. */
function refusalOfCall(call: Call, errno: number, file: DrmFile): Refusal | null {
  const spec = ioctlOf(call.request);
  const view = call.arg();
  if (spec?.arg == null || view === null) return null;
  const { mem } = call;
  const regions = Array.from({ length: mem.count }, (_, i): Region => {
    const bytes = mem.data.subarray(mem.offsets[i], mem.offsets[i] + mem.sizes[i]);
    return { address: BigInt(mem.addrs[i]), bytes };
  });
  const argument = new Uint8Array(view.buffer, view.byteOffset, view.byteLength).slice();
  let opsDone = 0;
  if (call.request === DRM_IOCTL_PANTHOR_VM_BIND) {
    const word = new DataView(argument.buffer);
    opsDone = word.getUint32(BIND_COUNT, true);
    const async = (word.getUint32(drm_panthor_vm_bind.off.flags, true) & DRM_PANTHOR_VM_BIND_ASYNC) !== 0;
    // A synchronous one has left the number of the operation that failed as the count: that one belongs to the argument.
    if (!async && errno !== EFAULT) word.setUint32(BIND_COUNT, opsDone + 1, true);
  }
  const payload = makePayload(spec.arg, argument, regions, spec, call.request);
  return reasonOf({ payload, errno, file, opsDone, toDriver: (_, value) => value });
}
