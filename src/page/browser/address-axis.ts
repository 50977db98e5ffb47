/** The axis of addresses: some of them on the left, and a dashed line for each hole. */
import type { Addresses } from './addresses.ts';
import { LEFT, type Surface, TOP } from './surface.ts';
import { cssColour } from './theme.ts';

/** CSS pixels between two addresses, and between two dashed lines, at least. */
const ADDRESS_GAP = 13;
const LINE_GAP = 5;

/** `y`: CSS pixels of a place (0 to 1). */
export function drawAddresses(surface: Surface, addresses: Addresses, y: (place: number) => number): void {
  const { bounds, places, holes } = addresses;
  const { context, width, height } = surface;
  let last = -ADDRESS_GAP;
  for (let i = 0; i < bounds.length - 1; i++) {
    const at = y(places[i]);
    if (at < TOP + 4 || at > height - 14 || at - last < ADDRESS_GAP || holes.has(i)) continue;
    last = at;
    surface.name(`0x${bounds[i].toString(16).padStart(12, '0')}`, at + 6);
  }
  context.strokeStyle = cssColour('line');
  context.setLineDash([2, 4]);
  let dashed = -LINE_GAP;
  for (const i of holes) {
    const at = (y(places[i]) + y(places[i + 1])) / 2;
    if (at < TOP || at > height || at - dashed < LINE_GAP) continue;
    dashed = at;
    context.beginPath();
    context.moveTo(LEFT, at);
    context.lineTo(width, at);
    context.stroke();
  }
  context.setLineDash([]);
}
