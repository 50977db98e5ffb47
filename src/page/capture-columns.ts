/** The rows of a recording as columns, and what of it is no column. */
import type { MappingEnd } from '../history/events.ts';
import { startLevel } from '../hw/vmsa.ts';
import type { CaptureRecording } from './capture-recording.ts';
import type { CaptureColumns, CaptureMeta } from './data.ts';
import { CHUNK } from './details.ts';

/** Records that a page can list as found. */
const MOST_SELECTED = 1000;

const END_CODES: Record<MappingEnd, number> = { unmap: 1, map: 2, 'vm-destroy': 3, close: 4 };

/** Columns as data.ts names them. */
export function captureColumns(recording: CaptureRecording): CaptureColumns {
  const { history, fences } = recording;
  const { mappings, slots } = history;
  const vmIndex = new Map(history.vms.map((vm, i) => [vm, i]));
  const objectIndex = new Map(history.objects.map((object, i) => [object, i]));
  const time = recording.time.values();
  const begin = time[0] ?? 0;
  const end = (moment: { record: number } | null): number => moment?.record ?? -1;
  return {
    recTime: time.map((ns) => ns - begin),
    recTid: recording.tid.values(),
    recName: recording.name.values(),
    recState: recording.state.values(),
    recOps: recording.ops.values(),
    recVm: recording.vm.values(),
    recLock: recording.lock.values(),
    recCommand: recording.command.values(),
    mapVm: Uint16Array.from(mappings, ({ vm }) => vmIndex.get(vm) ?? 0),
    mapVa: Float64Array.from(mappings, ({ va }) => va),
    mapSize: Float64Array.from(mappings, ({ size }) => size),
    mapObject: Int32Array.from(mappings, ({ object }) => (object && objectIndex.get(object)) ?? -1),
    mapOffset: Float64Array.from(mappings, ({ boOffset }) => boOffset),
    mapFlags: Uint32Array.from(mappings, ({ flags }) => flags),
    mapLeaf: recording.leaf.values(),
    mapFrom: Uint32Array.from(mappings, ({ mapped }) => mapped.record),
    mapTo: Int32Array.from(mappings, ({ removed }) => end(removed)),
    mapEnd: Uint8Array.from(mappings, (m) => (m.end === null ? 0 : END_CODES[m.end])),
    slotAs: Uint8Array.from(slots, ({ as }) => as),
    slotVm: Uint16Array.from(slots, ({ vm }) => vmIndex.get(vm) ?? 0),
    slotFrom: Uint32Array.from(slots, ({ from }) => from.record),
    slotTo: Int32Array.from(slots, ({ to }) => end(to)),
    slotEnd: Uint8Array.from(slots, (slot) => (slot.end === 'evict' ? 1 : 0)),
    submitRec: Uint32Array.from(fences.submits, ({ record }) => record),
    submitGroup: Uint16Array.from(fences.submits, ({ group }) => group),
    arrowFrom: Uint32Array.from(fences.arrows, ({ from }) => from),
    arrowTo: Uint32Array.from(fences.arrows, ({ to }) => to),
  };
}

export function captureMeta(recording: CaptureRecording, command: string): CaptureMeta {
  const { history, fences, tids, names } = recording;
  const end = (moment: { record: number } | null): number => moment?.record ?? -1;
  return {
    kind: 'capture',
    command,
    first: recording.first,
    records: recording.time.length,
    chunk: CHUNK,
    rootLevel: startLevel(history.replayer.model.device.params.vaBits),
    tids,
    names,
    vms: history.vms.map((vm) => ({
      name: `VM ${vm.id} of fd ${vm.fd}`,
      fd: vm.fd,
      id: vm.id,
      uid: vm.uid,
      created: vm.created.record,
      destroyed: end(vm.destroyed),
    })),
    objects: history.objects.map((object) => ({
      name: `BO ${object.handle}`,
      label: object.label,
      size: object.size,
      created: object.created.record,
      closed: end(object.closed),
      freed: end(object.freed),
    })),
    groups: fences.groups,
    selected: recording.selected.slice(0, MOST_SELECTED),
    slots: [...new Set(history.slots.map(({ as }) => as))].sort((a, b) => a - b),
  };
}
