import { decode, type Json, type JsonObject } from '../../uapi/codec.ts';
import { errnoName } from '../../uapi/errno.ts';
import type { StructLayout } from '../../uapi/layout.ts';
import { allBuffers, type Payload, textOf } from '../payload/payload.ts';

/** What a step of a scenario showed. */
export interface Observation {
  /** The ioctl, or what else was done. */
  readonly what: string;
  /** OK, or the name of the error. */
  readonly result: string;
  /** What came out, by field or place. */
  readonly out: JsonObject;
}

/**
 * Outputs that are a machine's own, so that two drivers which are right may differ in them: file offsets and descriptors,
 * times, and where the driver puts its own objects in a VM.
 */
const OF_THE_MACHINE: { readonly [struct: string]: readonly string[] } = {
  drm_panthor_bo_mmap_offset: ['offset'],
  drm_panthor_tiler_heap_create: ['tiler_heap_ctx_gpu_va', 'first_heap_chunk_gpu_va'],
  drm_panthor_timestamp_info: [
    'current_timestamp',
    'timestamp_offset',
    'duration_nsec',
    'cycle_count',
    'cpu_timestamp_sec',
    'cpu_timestamp_nsec',
  ],
  // By the capabilities of the process.
  drm_panthor_group_priorities_info: ['allowed_mask'],
  drm_version: ['date', 'date_len'],
  sync_fence_info: ['timestamp_ns', 'obj_name', 'driver_name'],
  sync_file_info: ['name'],
};

/** A call's result, and every output of its argument and buffers that may be compared. */
export function observeCall(what: string, ret: number, payload: Payload): Observation {
  const out: Record<string, Json> = outputs(payload.root.layout, payload.root.bytes);
  for (const node of allBuffers(payload.root)) {
    const { spec, bytes, layout, items, path } = node;
    if (bytes === null || spec.dir === 'in') continue;
    if (layout !== null) {
      for (const item of items)
        for (const [name, value] of Object.entries(outputs(layout, item.bytes)))
          out[`${item.path}.${name}`] = value;
    } else if (spec.isText) out[path] = textOf(bytes);
    else out[path] = Buffer.from(bytes).toString('hex');
  }
  return { what, result: ret < 0 ? errnoName(-ret) : 'OK', out };
}

function outputs(layout: StructLayout, bytes: Uint8Array): Record<string, Json> {
  const out: Record<string, Json> = {};
  const values = decode(layout, bytes);
  const machine = OF_THE_MACHINE[layout.name] ?? [];
  for (const { name, offset, size, info } of layout.fields) {
    const { dir, unit, user, array } = info;
    if (dir === undefined || dir === 'in' || unit === 'fd' || user !== undefined) continue;
    if (machine.includes(name) || offset + size > bytes.length) continue;
    // Of an object array the count may come back; its pointer is the caller's.
    out[name] = array === undefined ? values[name] : ((values[name] as JsonObject).count ?? null);
  }
  return out;
}

/** Whether two observations say the same; otherwise the first thing in which they differ. */
export function firstDifference(
  device: Observation,
  model: Observation,
): { field: string; device: Json; model: Json } | null {
  if (device.result !== model.result) return { field: 'result', device: device.result, model: model.result };
  for (const name of new Set([...Object.keys(model.out), ...Object.keys(device.out)])) {
    const [one, other] = [device.out[name] ?? null, model.out[name] ?? null];
    if (JSON.stringify(one) !== JSON.stringify(other)) return { field: name, device: one, model: other };
  }
  return null;
}
