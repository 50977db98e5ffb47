import { readScalar } from '../../uapi/codec.ts';
import type { BufferSpec, IoctlSpec } from '../../uapi/ioctl.ts';
import type { Field, StructLayout } from '../../uapi/layout.ts';
import type { CaptureRecord } from '../capture/record.ts';
import type { UserMemory } from '../driver/base/uaccess.ts';
import type { IdPlan } from './ids/id-plan.ts';
import { ARGUMENT_ADDRESS } from './payload.ts';

/** Outputs that depend on the clock or on how fast the GPU is; no two runs of one kernel agree on them. */
const VOLATILE: { readonly [ioctl: string]: readonly string[] } = {
  DRM_IOCTL_SYNCOBJ_WAIT: ['first_signaled'],
  DRM_IOCTL_SYNCOBJ_TIMELINE_WAIT: ['first_signaled'],
  // It holds the number of the fence's context.
  SYNC_IOC_FILE_INFO: ['name'],
};
const VOLATILE_BUFFERS = new Set(['DRM_IOCTL_SYNCOBJ_QUERY']);
const VOLATILE_STRUCTS = new Set(['drm_panthor_timestamp_info', 'sync_fence_info']);

/** One output that is not as recorded. */
export interface Difference {
  /** `size`, `pointer->gpu_id`. */
  field: string;
  recorded: string;
  model: string;
  /** The field's description, where it is one. */
  info: Field['info'] | null;
}

/**
 * Compares what a call wrote, as the model left it in `mem`, with what was recorded; ids are left out, their meaning
 * was learned already. Returns the first difference or null.
 */
export function compareOutputs(
  record: CaptureRecord,
  spec: IoctlSpec,
  plan: IdPlan,
  mem: UserMemory,
): Difference | null {
  if (spec.arg === null || record.argSize === 0) return null;
  const at = mem.locate(ARGUMENT_ADDRESS, record.argSize);
  const skip = new Set([...plan.ids.map((id) => id.path), ...(VOLATILE[spec.name] ?? [])]);
  const model = mem.data.subarray(at, at + record.argSize);
  return (
    compareStruct(spec.arg, record.argOut, model, (name) => skip.has(name), '') ??
    compareBuffers(record, spec, mem)
  );
}

function compareStruct(
  layout: StructLayout,
  recorded: Uint8Array,
  model: Uint8Array,
  skip: (name: string) => boolean,
  prefix: string,
): Difference | null {
  for (const field of layout.fields) {
    const end = field.offset + field.size;
    if (field.offset >= recorded.length || skip(field.name)) continue;
    if (sameBytes(recorded.subarray(field.offset, end), model.subarray(field.offset, end))) continue;
    const { type } = field;
    if (typeof type === 'string' && field.length === 0) {
      const text = (bytes: Uint8Array): string => `0x${readScalar(bytes, field.offset, type).toString(16)}`;
      const name = `${prefix}${field.name}`;
      return { field: name, recorded: text(recorded), model: text(model), info: field.info };
    }
    const [a, b] = [recorded, model].map((bytes) => hex(bytes.subarray(field.offset, end)));
    return { field: `${prefix}${field.name}`, recorded: a, model: b, info: field.info };
  }
  return null;
}

function compareBuffers(record: CaptureRecord, spec: IoctlSpec, mem: UserMemory): Difference | null {
  if (VOLATILE_BUFFERS.has(spec.name)) return null;
  for (let i = 0; i < record.bufferCount; i++) {
    const recorded = record.bufferOut(i) ?? record.bufferIn(i);
    // The model's own numbers stand in what only went in.
    const owner = spec.buffers.find((b) => pointsAt(b, record, i));
    if (owner === undefined || owner.dir === 'in') continue;
    const at = mem.locate(record.buffers[i].addr, recorded.length);
    if (at < 0) continue;
    const model = mem.data.subarray(at, at + recorded.length);
    const layout = structOf(owner, record) ?? owner.element;
    if (layout !== null && VOLATILE_STRUCTS.has(layout.name)) continue;
    const name = owner.pointer.path;
    if (layout !== null) {
      const found = compareStruct(layout, recorded, model, () => false, `${name}->`);
      if (found !== null) return found;
    } else if (!sameBytes(recorded, model)) {
      return { field: `*${name}`, recorded: hex(recorded), model: hex(model), info: null };
    }
  }
  return null;
}

function pointsAt(spec: BufferSpec, record: CaptureRecord, i: number): boolean {
  const { offset } = spec.pointer;
  if (offset + 8 > record.argSize) return false;
  const { addrLo, addrHi } = record.buffers[i];
  return (
    readScalar(record.argIn, offset, 'u32') === addrLo &&
    readScalar(record.argIn, offset + 4, 'u32') === addrHi
  );
}

function structOf(spec: BufferSpec, record: CaptureRecord): StructLayout | undefined {
  if (spec.variants === undefined) return undefined;
  return spec.variants.structs[Number(readScalar(record.argIn, spec.variants.selector.offset, 'u32'))];
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}

function hex(bytes: Uint8Array): string {
  const text = Buffer.from(bytes.subarray(0, 32)).toString('hex');
  return bytes.length > 32 ? `${text}…` : text;
}
