/** Diagnoses as text and as JSON. */
import { hex } from '../../uapi/hex.ts';
import { mapFlagNames } from '../../uapi/map-flags.ts';
import { visible } from '../../uapi/visible.ts';
import type { Moment } from '../history/events.ts';
import type { Diagnosis } from './diagnose.ts';
import { type mappingText, vmText } from './names.ts';
import type { Neighbour, Suspects } from './suspects.ts';

const WHY: Readonly<Record<Suspects['why'], string>> = {
  slot: 'it sat in that slot then, as the model hands slots out',
  address: 'it alone has known that address; slots of a real GPU are handed out by its own timing',
  only: 'it is the only one',
  asked: 'as asked',
};

/** One paragraph a diagnosis. */
export function diagnosesText(diagnoses: readonly Diagnosis[], hasCapture: boolean): string {
  if (diagnoses.length === 0) return 'no line of panthor about a fault was found\n';
  return `${diagnoses.map((one) => paragraph(one, hasCapture)).join('\n\n')}\n`;
}

function paragraph(one: Diagnosis, hasCapture: boolean): string {
  const { line, suspects, cause } = one;
  const time = line.seconds === null ? '' : ` at ${line.seconds.toFixed(6)} s`;
  if (line.kind !== 'page-fault') return `${visible(line.text)}${time}\n  ${one.meaning}`;
  const lines = [`page fault in AS ${line.as} at VA ${hex(line.va)}${time}`, `  ${one.meaning}`];
  if (!hasCapture) return lines.join('\n');
  if (suspects === null || cause === null)
    return [...lines, '  the capture has no VM at that time'].join('\n');
  const how = one.byTime ? 'by the time stamps' : 'assumed';
  lines.push(
    `  after record ${one.at} (${how}), in ${vmText(suspects.vm)}: ${WHY[suspects.why]}`,
    `  likely (${cause.kind}): ${cause.text}`,
    ...cause.facts.map((fact) => `    - ${fact}`),
  );
  return lines.join('\n');
}

/** The same as JSON; addresses and raw words are hex strings. */
export function diagnosesJson(diagnoses: readonly Diagnosis[]): string {
  return JSON.stringify({ faults: diagnoses.map(toJson) });
}

function toJson(one: Diagnosis) {
  const { line, status, suspects, cause } = one;
  return {
    kind: line.kind,
    seconds: line.seconds,
    meaning: one.meaning,
    ...(line.kind === 'page-fault' ? { as: line.as, va: hex(line.va) } : { text: line.text }),
    status:
      status === null
        ? null
        : {
            raw: hex(status.raw),
            exception: status.name,
            class: status.faultClass,
            level: status.level,
            access: status.access,
            source_id: hex(status.sourceId),
          },
    record: one.at,
    record_by: one.at === null ? null : one.byTime ? 'time' : 'assumed',
    vm: suspects === null ? null : { id: suspects.vm.id, fd: suspects.vm.fd, why: suspects.why },
    cause: cause === null ? null : { kind: cause.kind, text: cause.text, facts: cause.facts },
    mapping: suspects?.now == null ? null : mapping(suspects.now),
    previous: suspects === null ? [] : suspects.before.slice(0, 8).map(mapping),
    below: neighbour(suspects?.below ?? null),
    above: neighbour(suspects?.above ?? null),
  };
}

function neighbour(side: Neighbour | null) {
  return side === null ? null : { distance: side.distance, ...mapping(side.mapping) };
}

/** A mapping in the JSON of `fault` and `vm --history`. */
export function mapping(one: Parameters<typeof mappingText>[0]) {
  const moment = (m: Moment | null) =>
    m === null ? null : { record: m.record, tid: m.tid, time_ns: m.timeNs };
  const { object } = one;
  return {
    va: hex(one.va),
    size: hex(one.size),
    bo: object?.handle ?? null,
    label: object?.label ?? null,
    bo_offset: hex(one.boOffset),
    flags: mapFlagNames(one.flags),
    mapped: moment(one.mapped),
    removed: moment(one.removed),
    removed_by: one.end,
  };
}
