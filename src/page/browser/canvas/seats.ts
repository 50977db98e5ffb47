/** Who has an address space slot, from when to when. */
import type { Capture } from '../capture.ts';
import { inkOn, objectColour } from '../palette.ts';
import type { View } from '../view.ts';
import { LEFT, type Surface } from './surface.ts';

/** CSS pixels of a bar that has room for a name. */
const NAMED = 36;

/** From where to where of the axis a VM has its slot; `i` is a row of the slots' columns. */
export function sits(capture: Capture, i: number): [from: number, to: number] {
  const { slotFrom, slotTo } = capture.columns;
  return [capture.begin(slotFrom[i]), slotTo[i] < 0 ? capture.length : capture.begin(slotTo[i])];
}

/** Names of VMs on the bars of slot `as`, where there is room: they stay in view when a bar begins in front of it. */
export function drawSitters(surface: Surface, capture: Capture, view: View, as: number, y: number): void {
  const { slotAs, slotVm } = capture.columns;
  const { context } = surface;
  context.textAlign = 'left';
  for (let i = 0; i < slotAs.length; i++) {
    if (slotAs[i] !== as) continue;
    const [from, to] = sits(capture, i);
    if (to < view.x0) continue;
    if (from > view.x1) break;
    const left = Math.max(surface.x(from), LEFT);
    const right = Math.min(surface.x(to), surface.width);
    if (right - left < NAMED) continue;
    context.save();
    context.beginPath();
    context.rect(left, y, right - left, 12);
    context.clip();
    context.fillStyle = inkOn(objectColour(slotVm[i] + 4));
    context.fillText(nameFor(capture, slotVm[i], right - left - 8, context), left + 4, y + 6.5);
    context.restore();
  }
}

/** A VM's name, or without its file's descriptor where that has no room; whole again when the bar is larger. */
function nameFor(capture: Capture, vm: number, room: number, context: CanvasRenderingContext2D): string {
  const { name, id } = capture.meta.vms[vm];
  return context.measureText(name).width <= room ? name : `VM ${id}`;
}
