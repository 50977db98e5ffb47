/** The axis of addresses: some of them on the left, and a dashed line for each hole. */

import { cssColour } from '../theme.ts';
import type { Addresses } from './addresses.ts';
import { LEFT, type Surface, TOP } from './surface.ts';

/** CSS pixels between two addresses, and between two dashed lines, at least. */
const ADDRESS_GAP = 13;
const LINE_GAP = 5;

/** `y`: CSS pixels of a place (0 to 1). */
export function drawAddresses(surface: Surface, addresses: Addresses, y: (place: number) => number): void {
  const { bounds, places, holes } = addresses;
  const { context, width, height } = surface;
  // There may be 100,000 of them: from each that is drawn straight to the next that has room.
  const next = (sorted: ArrayLike<number>, from: number, at: number): number => {
    let [low, high] = [from, sorted.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (y(sorted[middle]) < at) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  for (let i = next(places, 0, TOP + 4); i < bounds.length - 1; ) {
    const at = y(places[i]);
    if (at > height - 14) break;
    if (holes.has(i)) {
      i++;
      continue;
    }
    surface.name(`0x${bounds[i].toString(16).padStart(12, '0')}`, at + 6);
    i = next(places, i + 1, at + ADDRESS_GAP);
  }
  context.strokeStyle = cssColour('line');
  context.setLineDash([2, 4]);
  context.beginPath();
  const { holeMiddles } = addresses;
  for (let i = next(holeMiddles, 0, TOP); i < holeMiddles.length; ) {
    const at = y(holeMiddles[i]);
    if (at > height) break;
    context.moveTo(LEFT, at);
    context.lineTo(width, at);
    i = next(holeMiddles, i + 1, at + LINE_GAP);
  }
  context.stroke();
  context.setLineDash([]);
}
