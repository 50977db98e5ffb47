/** The operations of a recorded VM_BIND. */
import { ioctlName } from '../../uapi/lookup.ts';
import type { CaptureRecord } from '../capture/record.ts';
import { recordJson } from '../report/record-json.ts';
import type { TextOp } from './bind-text.ts';

interface Item {
  value: Record<string, string & number>;
}
interface CallJson {
  arg: { vm_id: number; flags: number };
  buffers: { path?: string; items?: Item[] }[];
}

export interface RecordedBind {
  vm: number;
  async: boolean;
  ops: TextOp[];
}

/** Null for what is no VM_BIND, or one whose operations the record does not hold. */
export function bindOfRecord(record: CaptureRecord): RecordedBind | null {
  if (record.type !== 'ioctl' || ioctlName(record.request) !== 'VM_BIND') return null;
  const { arg, buffers } = JSON.parse(recordJson(record)) as CallJson;
  const items = (path: string): Item[] => buffers.find((one) => one.path === path)?.items ?? [];
  const ops = items('ops').map(({ value }, i): TextOp => {
    return {
      vm: arg.vm_id,
      flags: value.flags | 0,
      bo: value.bo_handle,
      boOffset: Number(value.bo_offset),
      va: Number(value.va),
      size: Number(value.size),
      syncs: items(`ops[${i}].syncs`).map(({ value: sync }) => ({
        flags: sync.flags | 0,
        handle: sync.handle,
        point: Number(sync.timeline_value),
      })),
    };
  });
  return ops.length === 0 ? null : { vm: arg.vm_id, async: arg.flags !== 0, ops };
}
