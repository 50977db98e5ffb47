/** Marks on the map: evictions of slots, warnings, resets and calls that end otherwise, as lines from top to bottom. */
import { STATE_DIFFERS, STATE_EVENT, STATE_WARNED } from '../../data.ts';
import type { Capture } from '../capture.ts';
import { cssColour } from '../theme.ts';
import { LEFT, type Surface, TOP } from './surface.ts';

/** CSS pixels between two lines. */
const APART = 2;

const marked = new WeakMap<Capture, number[]>();

/** Records that have a mark, in order. */
function markedRecords(capture: Capture): number[] {
  let records = marked.get(capture);
  if (records === undefined) {
    records = [];
    const { recState } = capture.columns;
    for (let row = 0; row < recState.length; row++)
      if ((recState[row] & (STATE_DIFFERS | STATE_WARNED | STATE_EVENT)) !== 0)
        records.push(row + capture.first);
    marked.set(capture, records);
  }
  return records;
}

export function drawMarks(surface: Surface, capture: Capture): void {
  const { context, width, height } = surface;
  let last = Number.NEGATIVE_INFINITY;
  const line = (record: number, colour: string): void => {
    const x = surface.x(capture.begin(record));
    if (x < LEFT || x > width || Math.abs(x - last) < APART) return;
    last = x;
    context.fillStyle = colour;
    context.fillRect(x, TOP, 1, height);
    context.fillRect(x - 3, TOP, 7, 4);
  };
  for (const record of markedRecords(capture)) line(record, cssColour('bad'));
  last = Number.NEGATIVE_INFINITY;
  const { slotTo, slotEnd } = capture.columns;
  for (let i = 0; i < slotTo.length; i++) if (slotEnd[i] === 1) line(slotTo[i], cssColour('odd'));
}
