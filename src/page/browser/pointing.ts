/** What is under the pointer on the map. */
import { hex } from '../../../uapi/hex.ts';
import { PAGE_SIZE } from '../../../uapi/sizes.ts';
import type { AddressMap } from './canvas/map.ts';
import { LEFT, TOP } from './canvas/surface.ts';
import type { Capture } from './capture.ts';
import { bytesText } from './dom.ts';
import type { Selection } from './panel.ts';

/** The mapping at a point of the map (CSS pixels), else the page of addresses there; null beside the map. */
export function selectionAt(capture: Capture, map: AddressMap, x: number, y: number): Selection | null {
  const { columns, meta } = capture;
  const row = map.hit(x, y);
  const record = capture.at(map.surface.place(x));
  const page = (va: number): number => va - (va % PAGE_SIZE);
  if (row < 0) {
    if (x < LEFT || y < TOP || meta.vms.length === 0) return null;
    return { kind: 'address', at: map.vm, va: page(map.vaAt(y)), record };
  }
  const begin = columns.mapVa[row];
  const last = columns.mapTo[row] < 0 ? capture.last : columns.mapTo[row] - 1;
  // A hit may be a pixel or two beside the rectangle.
  const va = Math.min(Math.max(map.vaAt(y), begin), begin + columns.mapSize[row] - 1);
  return { kind: 'mapping', at: row, va: page(va), record: Math.min(record, last) };
}

/** The words that a pointer over a point of the map is told. */
export function titleAt(capture: Capture, map: AddressMap, x: number, y: number): string {
  const row = map.hit(x, y);
  if (row < 0) return hex(map.vaAt(y));
  const { mapVa, mapSize, mapObject, mapFrom, mapTo } = capture.columns;
  const to = mapTo[row] < 0 ? 'end' : `#${mapTo[row]}`;
  return `${hex(mapVa[row])} ${bytesText(mapSize[row])}\n${capture.objectName(mapObject[row])}\n#${mapFrom[row]} – ${to}`;
}
