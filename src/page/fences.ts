/** Groups, submissions and fences of a capture, read from its calls: which call signals what another one waits for. */
import { DRM_PANTHOR_VM_BIND_ASYNC, drm_panthor_vm_bind } from '../../uapi/panthor_drm.ts';
import type { CaptureRecord } from '../capture/record.ts';
import { recordJson } from '../report/record-json.ts';
import type { PageGroup } from './data.ts';

interface Item {
  value: Record<string, unknown>;
}
interface CallJson {
  name: string;
  arg: Record<string, unknown>;
  out?: { arg: Record<string, unknown> };
  buffers: { path?: string; items?: Item[]; values?: unknown[] }[];
}

/** Calls that are about groups or fences. */
const WANTED = new Set([
  'GROUP_CREATE',
  'GROUP_DESTROY',
  'GROUP_SUBMIT',
  'VM_BIND',
  'SYNCOBJ_WAIT',
  'SYNCOBJ_TIMELINE_WAIT',
]);
/** DRM_PANTHOR_SYNC_OP_SIGNAL */
const SIGNAL = 0x80000000;
/** Signals of one object that are remembered: waits are for one of the last. */
const REMEMBERED = 64;
/** Arrows that a page can draw. */
const MAX_ARROWS = 200_000;

export class Fences {
  readonly groups: PageGroup[] = [];
  readonly submits: { record: number; group: number }[] = [];
  /** From the record that signals to the one that waits. */
  readonly arrows: { from: number; to: number }[] = [];
  readonly #current = new Map<string, number>();
  readonly #signals = new Map<string, { point: number; record: number }[]>();

  /** One ioctl that succeeded; `name` as ioctlName() has it. */
  step(record: CaptureRecord, name: string): void {
    if (!WANTED.has(name) || (name === 'VM_BIND' && !isAsynchronous(record))) return;
    const call = JSON.parse(recordJson(record)) as CallJson;
    const key = (handle: unknown): string => `${record.fd}:${handle}`;
    switch (name) {
      case 'GROUP_CREATE': {
        const handle = call.out?.arg.group_handle ?? call.arg.group_handle;
        this.#current.set(key(handle), this.groups.length);
        this.groups.push({
          name: `group ${handle} of fd ${record.fd}`,
          created: record.index,
          destroyed: -1,
        });
        return;
      }
      case 'GROUP_DESTROY': {
        const group = this.#current.get(key(call.arg.group_handle));
        if (group !== undefined) this.groups[group].destroyed = record.index;
        return;
      }
      case 'SYNCOBJ_WAIT':
      case 'SYNCOBJ_TIMELINE_WAIT':
        this.#wait(record, call);
        return;
      default:
        if (name === 'GROUP_SUBMIT')
          this.#submit(record.index, this.#current.get(key(call.arg.group_handle)));
        for (const { path, items } of call.buffers) {
          if (path?.endsWith('syncs')) for (const { value } of items ?? []) this.#sync(record, value);
        }
    }
  }

  #submit(record: number, group: number | undefined): void {
    if (group !== undefined) this.submits.push({ record, group });
  }

  #sync(record: CaptureRecord, value: Record<string, unknown>): void {
    const { flags, handle, timeline_value: point } = value;
    const key = `${record.fd}:${handle}`;
    if ((Number(flags) & SIGNAL) >>> 0 === 0) {
      this.#arrow(record.index, key, Number(point));
      return;
    }
    const list = this.#signals.get(key) ?? [];
    if (list.length >= REMEMBERED) list.shift();
    list.push({ point: Number(point), record: record.index });
    this.#signals.set(key, list);
  }

  #wait(record: CaptureRecord, call: CallJson): void {
    const values = (path: string): unknown[] => call.buffers.find((b) => b.path === path)?.values ?? [];
    const points = values('points');
    values('handles').forEach((handle, i) => {
      this.#arrow(record.index, `${record.fd}:${handle}`, Number(points[i] ?? 0));
    });
  }

  /** From the first remembered signal that reaches `point`; of a binary object (0) the last one. */
  #arrow(to: number, key: string, point: number): void {
    const list = this.#signals.get(key);
    const from = point === 0 ? list?.at(-1) : list?.find((one) => one.point >= point);
    if (from === undefined || from.record === to || this.arrows.length >= MAX_ARROWS) return;
    const last = this.arrows.at(-1);
    if (last?.from !== from.record || last.to !== to) this.arrows.push({ from: from.record, to });
  }
}

/** A synchronous VM_BIND has no fences. */
function isAsynchronous(record: CaptureRecord): boolean {
  return (record.bytes[record.argInAt + drm_panthor_vm_bind.off.flags] & DRM_PANTHOR_VM_BIND_ASYNC) !== 0;
}
