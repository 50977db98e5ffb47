/** How people are told of objects, moments and distances. */
import { hex } from '../../uapi/hex.ts';
import { mapFlagNames } from '../../uapi/map-flags.ts';
import { visible } from '../../uapi/visible.ts';
import type { Mapping, Moment, ObjectLife, VmLife } from '../history/events.ts';

/** "BO 12 'heap'": the client's handle, and the label where it has one. */
export function objectText(object: ObjectLife | null): string {
  if (object === null) return "the driver's dummy object";
  return `BO ${object.handle}${object.label === null ? '' : ` '${visible(object.label)}'`}`;
}

/** "VM 1 of fd 7". */
export function vmText(vm: VmLife): string {
  return `VM ${vm.id} of fd ${vm.fd}`;
}

/** "record 109 (thread 4711)". */
export function momentText(moment: Moment): string {
  return `record ${moment.record}${moment.tid > 0 ? ` (thread ${moment.tid})` : ''}`;
}

/** "0x10000..0x12000, BO 12 'heap' +0x1000, READONLY, by record 12 (thread 4711)". */
export function mappingText(mapping: Mapping): string {
  const { va, size, object, boOffset, flags, mapped } = mapping;
  const place = object === null ? objectText(object) : `${objectText(object)} +${hex(boOffset)}`;
  return [
    `${hex(va)}..${hex(va + size)}`,
    place,
    ...mapFlagNames(flags),
    `mapped by ${momentText(mapped)}`,
  ].join(', ');
}
