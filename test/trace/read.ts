/** Reads a trace back as a viewer does: tracks, slices that begin and end, counters and flows; and says what is wrong. */
import { fromBinary, toJson } from '@bufbuild/protobuf';
import {
  message,
  TYPE_COUNTER,
  TYPE_INSTANT,
  TYPE_SLICE_BEGIN,
  TYPE_SLICE_END,
} from '../../src/trace/schema.ts';

interface Packet {
  timestamp?: string;
  trackDescriptor?: { uuid: string; name: string; parentUuid?: string };
  trackEvent?: {
    type: number;
    trackUuid: string;
    nameIid?: string;
    categoryIids?: string[];
    counterValue?: string;
    flowIds?: string[];
    terminatingFlowIds?: string[];
    debugAnnotations?: { nameIid: string }[];
  };
  internedData?: Record<
    'eventNames' | 'eventCategories' | 'debugAnnotationNames',
    { iid: string; name: string }[]
  >;
}

export interface TraceSummary {
  problems: string[];
  tracks: string[];
  slices: Record<string, number>;
  instants: Record<string, number>;
  counters: Record<string, number>;
  flows: number;
}

export function readTrace(bytes: Uint8Array): TraceSummary {
  const TRACE = message('Trace');
  const { packet: packets } = toJson(TRACE, fromBinary(TRACE, bytes)) as unknown as { packet: Packet[] };
  const problems: string[] = [];
  const tracks = new Map<string, string>();
  const open = new Map<string, { name: string; at: number }[]>();
  const names = new Map<string, string>();
  const categories = new Set<string>();
  const flows = new Map<string, { events: number; ended: boolean }>();
  const summary: TraceSummary = { problems, tracks: [], slices: {}, instants: {}, counters: {}, flows: 0 };
  const count = (of: Record<string, number>, name: string): void => {
    const plain = name.replace(/0x[0-9a-f]+/g, '…');
    of[plain] = (of[plain] ?? 0) + 1;
  };
  let clock = 0;
  for (const { timestamp, trackDescriptor, trackEvent, internedData } of packets) {
    if (timestamp !== undefined) {
      if (Number(timestamp) < clock) problems.push(`time goes back from ${clock} to ${timestamp}`);
      clock = Number(timestamp);
    }
    for (const { iid, name } of internedData?.eventNames ?? []) names.set(iid, name);
    for (const { iid } of internedData?.eventCategories ?? []) categories.add(iid);
    if (trackDescriptor !== undefined) {
      const { uuid, name, parentUuid } = trackDescriptor;
      if (parentUuid !== undefined && !tracks.has(parentUuid)) problems.push(`${name} has no parent`);
      tracks.set(uuid, name);
    }
    if (trackEvent === undefined) continue;
    const track = tracks.get(trackEvent.trackUuid);
    if (track === undefined) problems.push(`an event on an unknown track ${trackEvent.trackUuid}`);
    const stack = open.get(trackEvent.trackUuid) ?? [];
    open.set(trackEvent.trackUuid, stack);
    const name = names.get(trackEvent.nameIid ?? '') ?? '';
    if (trackEvent.type !== TYPE_SLICE_END && trackEvent.type !== TYPE_COUNTER && name === '')
      problems.push(`an event without a name on ${track}`);
    if (trackEvent.categoryIids?.some((iid) => !categories.has(iid)))
      problems.push(`${name}: unknown category`);
    if (trackEvent.type === TYPE_SLICE_BEGIN) {
      stack.push({ name, at: clock });
      count(summary.slices, name);
    } else if (trackEvent.type === TYPE_SLICE_END) {
      const begun = stack.pop();
      if (begun === undefined) problems.push(`an end without a beginning on ${track}`);
    } else if (trackEvent.type === TYPE_INSTANT) {
      count(summary.instants, name);
    } else if (trackEvent.type === TYPE_COUNTER) {
      if (trackEvent.counterValue === undefined) problems.push(`a counter without a value on ${track}`);
      count(summary.counters, track ?? '');
    }
    for (const [ids, ends] of [
      [trackEvent.flowIds, false],
      [trackEvent.terminatingFlowIds, true],
    ] as const) {
      for (const id of ids ?? []) {
        const flow = flows.get(id) ?? { events: 0, ended: false };
        if (flow.ended) problems.push(`flow ${id} goes on after its end`);
        flow.events++;
        flow.ended ||= ends;
        flows.set(id, flow);
      }
    }
  }
  for (const [uuid, stack] of open)
    for (const { name } of stack) problems.push(`${name} on ${tracks.get(uuid)} never ends`);
  summary.flows = flows.size;
  for (const [id, { events }] of flows) if (events < 2) problems.push(`flow ${id} joins nothing`);
  summary.tracks = [...tracks.values()];
  return summary;
}
