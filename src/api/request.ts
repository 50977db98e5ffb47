/** Requests: an ioctl's argument with the memory that its pointers lead to. */
import type { Json, JsonObject } from '../../uapi/codec.ts';
import type { StructLayout } from '../../uapi/layout.ts';
import { ioctlOf, LookupError } from '../../uapi/lookup.ts';
import { panthorUapi } from '../../uapi/panthor_drm.ts';
import { payloadOf } from '../payload/input.ts';
import { fromJson, toJson } from '../payload/json.ts';
import { makePayload, type Payload } from '../payload/payload.ts';
import { type Format, render } from '../payload/render.ts';
import { judge, type Verdict } from '../payload/verdict.ts';
import type { UapiVersion } from './kernels.ts';
import type { IoctlRecord } from './records.ts';

/** Bytes of user memory. */
export interface MemoryRegion {
  readonly address: number | bigint;
  readonly bytes: Uint8Array;
}

/** What the bytes of a request are said to be. One of `ioctl` and `struct`; without both the size has to tell. */
export interface RequestHints {
  /** `VM_BIND`, `DRM_IOCTL_PANTHOR_VM_BIND`, or a request number. */
  readonly ioctl?: string | number;
  /** `drm_panthor_vm_bind_op`, or `vm_bind_op` for short. */
  readonly struct?: string;
  /** Memory that pointers lead to. */
  readonly buffers?: readonly MemoryRegion[];
}

/** One request, taken apart. */
export class DrmRequest {
  readonly #payload: Payload;

  private constructor(payload: Payload) {
    this.#payload = payload;
  }

  /** @internal */
  static of(payload: Payload): DrmRequest {
    return new DrmRequest(payload);
  }

  /** `DRM_IOCTL_PANTHOR_VM_BIND`; null where it is known for a struct only. */
  get ioctl(): string | null {
    return this.#payload.spec?.name ?? null;
  }

  /** The struct of the argument; `decodeStruct(request.struct, request.argument)` gives its value. */
  get struct(): StructLayout {
    return this.#payload.root.layout;
  }

  get argument(): Uint8Array {
    return this.#payload.root.bytes;
  }

  /** The memory that came with it. */
  get buffers(): readonly MemoryRegion[] {
    return this.#payload.regions;
  }

  /** What a driver would refuse about it, as far as its bytes alone decide; `kernel('7.2').uapi` is one. */
  verdict(uapi: UapiVersion = panthorUapi): Verdict {
    return judge(this.#payload, uapi);
  }

  /** As `panthor-shim decode --json` has it; `encodeRequest` makes the same bytes of it. */
  toJSON(): JsonObject {
    return toJson(this.#payload);
  }

  /** As `panthor-shim decode` prints it: `short` is one line, `full` has every field, `raw` their bytes too. */
  text(format: Format = 'full', uapi: UapiVersion = panthorUapi): string {
    return render(this.#payload, this.verdict(uapi), format);
  }
}

/**
 * Takes a request apart. An argument may be shorter or longer than the struct that we know: its caller was built with
 * other headers.
 *
 * @throws LookupError where it is not clear what the bytes are
 * @throws BytesError where they end in the middle of a field, or have not the size that the request number states
 */
export function decodeRequest(argument: Uint8Array, hints: RequestHints = {}): DrmRequest {
  const { ioctl, struct, buffers = [] } = hints;
  const what = {
    ...(ioctl === undefined ? {} : { ioctl: typeof ioctl === 'number' ? `0x${ioctl.toString(16)}` : ioctl }),
    ...(struct === undefined ? {} : { struct }),
  };
  const regions = buffers.map(({ address, bytes }) => ({ address: BigInt(address), bytes }));
  return DrmRequest.of(payloadOf(argument, what, regions));
}

/**
 * The request of a record, as it was before the call or (`out`) as the call left it.
 *
 * @throws LookupError for a request number that is not modelled, and for an ioctl without argument
 */
export function requestOf(record: IoctlRecord, when: 'in' | 'out' = 'in'): DrmRequest {
  const spec = ioctlOf(record.request);
  if (spec?.arg == null)
    throw new LookupError(`request 0x${record.request.toString(16)} has no argument that is known`);
  const out = when === 'out';
  const regions = record.buffers.map((one) => ({
    address: one.address,
    bytes: (out ? one.out : null) ?? one.in,
  }));
  return DrmRequest.of(
    makePayload(spec.arg, out ? record.argOut : record.argIn, regions, spec, record.request),
  );
}

/**
 * The request that JSON describes, as `DrmRequest.toJSON` or a person wrote it:
 * `{ ioctl: 'VM_CREATE', value: { user_va_range: '0x1000000' } }` is enough.
 *
 * @throws CodecError, LookupError or BytesError that names what is wrong
 */
export function encodeRequest(json: Json): DrmRequest {
  return DrmRequest.of(fromJson(json));
}
