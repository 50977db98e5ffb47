/** What a question finds: an address, an object, a label, a record, a call. */
import { hex } from '../../../uapi/hex.ts';
import type { Capture } from './capture.ts';
import { bytesText } from './dom.ts';
import type { Selection } from './panel.ts';

export interface Hit extends Selection {
  text: string;
}

/** Hits that are listed. */
export const MOST_HITS = 100;

/** The hits of a question, in the order of the capture; at most MOST_HITS. */
export function search(capture: Capture, question: string): Hit[] {
  const text = question.trim();
  if (text === '') return [];
  const number = /^(?:#|record\s+)?(\d+)$/i.exec(text);
  if (number !== null) return record(capture, Number(number[1]));
  if (/^0x[0-9a-f]+$/i.test(text)) {
    const va = Number(text);
    return mappings(capture, at(va, capture)).map((hit) => ({ ...hit, va }));
  }
  const words = text.toLowerCase();
  const objects = new Set<number>();
  capture.meta.objects.forEach(({ name, label }, i) => {
    if (name.toLowerCase() === words || label?.toLowerCase().includes(words)) objects.add(i);
  });
  const { mapObject } = capture.columns;
  const wantsSparse = words === 'sparse';
  const found = mappings(
    capture,
    (row) => objects.has(mapObject[row]) || (wantsSparse && mapObject[row] < 0),
  );
  return [...found, ...calls(capture, words)].slice(0, MOST_HITS);
}

/** A record as a hit; none where the page does not have it. */
export function record(capture: Capture, index: number): Hit[] {
  if (index < capture.first || index > capture.last) return [];
  return [{ kind: 'record', at: index, text: callText(capture, index) }];
}

function callText(capture: Capture, index: number): string {
  const { recName } = capture.columns;
  return `record ${index}: ${capture.meta.names[recName[index - capture.first]]}`;
}

function at(va: number, { columns }: Capture): (row: number) => boolean {
  const { mapVa, mapSize } = columns;
  return (row) => mapVa[row] <= va && va < mapVa[row] + mapSize[row];
}

function mappings(capture: Capture, wanted: (row: number) => boolean): Hit[] {
  const { mapVa, mapSize, mapObject, mapFrom, mapTo } = capture.columns;
  const hits: Hit[] = [];
  for (let row = 0; row < mapVa.length && hits.length < MOST_HITS; row++) {
    if (!wanted(row)) continue;
    const life = `#${mapFrom[row]}–${mapTo[row] < 0 ? 'end' : `#${mapTo[row]}`}`;
    const object = capture.objectName(mapObject[row]);
    hits.push({
      kind: 'mapping',
      at: row,
      text: `${hex(mapVa[row])} ${bytesText(mapSize[row])}, ${object}, ${life}`,
    });
  }
  return hits;
}

function calls(capture: Capture, words: string): Hit[] {
  const { names, first } = capture.meta;
  const wanted = new Set(names.flatMap((name, i) => (name.toLowerCase().includes(words) ? [i] : [])));
  const { recName } = capture.columns;
  const hits: Hit[] = [];
  if (wanted.size === 0) return hits;
  for (let row = 0; row < recName.length && hits.length < MOST_HITS; row++) {
    if (wanted.has(recName[row]))
      hits.push({ kind: 'record', at: row + first, text: callText(capture, row + first) });
  }
  return hits;
}
