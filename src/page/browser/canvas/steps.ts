/** What the driver does within a call, where a call is large enough on the screen: operation, lock, page tables, unlock. */
import { type PageStep, STATE_DIFFERS, STATE_FAILED } from '../../data.ts';
import type { Capture } from '../capture.ts';
import { bytesText } from '../dom.ts';
import { callColour, FAILED, inkOn, objectColour } from '../palette.ts';
import { cssColour } from '../theme.ts';
import type { Lane } from './lanes.ts';
import { LEFT, type Surface } from './surface.ts';

/** CSS pixels of a record from which its steps are drawn. */
export const STEPS_FROM = 28;
/** CSS pixels that a name needs at least. */
const NAMED = 24;
const UNLOCKS = new Set(['UNLOCK', 'FLUSH_PT', 'FLUSH_MEM']);

type LaneY = (lane: number) => number;

export function drawSteps(
  surface: Surface,
  capture: Capture,
  lanes: readonly Lane[],
  y: LaneY,
  from: number,
  to: number,
  loaded: () => void,
): void {
  for (let record = from; record <= to; record++) {
    const row = record - capture.first;
    const { recOps, recLock, recCommand } = capture.columns;
    drawName(surface, capture, lanes, y, record);
    if (recOps[row] === 0 && recLock[row] === 0 && recCommand[row] === 0) continue;
    const chunk = capture.details(record, loaded);
    const steps = chunk?.steps[record - chunk.first];
    if (steps !== undefined) drawRecord(surface, capture, lanes, y, record, steps);
  }
}

/** The call's name on its mark in the thread's lane, where that has room. */
function drawName(
  surface: Surface,
  capture: Capture,
  lanes: readonly Lane[],
  y: LaneY,
  record: number,
): void {
  const { context } = surface;
  const { recName, recTid, recState } = capture.columns;
  const row = record - capture.first;
  const lane = lanes.findIndex(({ kind, of }) => kind === 'thread' && of === recTid[row]);
  const left = Math.max(surface.x(capture.begin(record)), LEFT);
  const name = capture.meta.names[recName[row]];
  const room = surface.x(capture.end(record)) - left - 6;
  if (lane < 0 || room < NAMED || context.measureText(name).width > room) return;
  const bad = (recState[row] & (STATE_FAILED | STATE_DIFFERS)) !== 0;
  context.textAlign = 'left';
  context.fillStyle = inkOn(bad ? FAILED : callColour(name));
  context.fillText(name, left + 3, y(lane) + 9.5);
}

function drawRecord(
  surface: Surface,
  capture: Capture,
  lanes: readonly Lane[],
  y: LaneY,
  record: number,
  steps: readonly PageStep[],
): void {
  const { context } = surface;
  const [left, right] = [surface.x(capture.begin(record)), surface.x(capture.end(record))];
  const at = (i: number): number => left + ((i + 1) / (steps.length + 2)) * (right - left);
  const queue = lanes.findIndex(
    (lane) => lane.kind === 'queue' && lane.of === capture.columns.recVm[record - capture.first] - 1,
  );
  const slot = (as: number): number => lanes.findIndex((lane) => lane.kind === 'slot' && lane.of === as);
  context.save();
  context.beginPath();
  context.rect(LEFT, 0, surface.width, surface.height);
  context.clip();
  let before: { x: number; y: number } | null = null;
  const arrow = (x: number, to: number): void => {
    if (before !== null && before.y !== to) line(context, before.x, before.y, x, to);
    before = { x, y: to };
  };
  steps.forEach((step, i) => {
    const x = at(i);
    if (step[0] === 'op' && queue >= 0) {
      const [, , type, va, size] = step;
      context.fillStyle = objectColour(type === 'unmap' ? 5 : 0);
      context.fillRect(x, y(queue), 3, 18);
      if (right - left > 170)
        text(context, `${type} ${va} ${bytesText(Number(size))}`, x + 5, y(queue) + 9, '#0072b2');
      arrow(x + 2, y(queue) + 9);
    } else if (step[0] === 'command') {
      const lane = slot(step[1]);
      if (lane < 0) return;
      if (step[2] === 'LOCK') {
        const until = steps.findIndex(
          (one, j) => j > i && one[0] === 'command' && one[1] === step[1] && UNLOCKS.has(one[2]),
        );
        context.fillStyle = cssColour('odd');
        context.globalAlpha = 0.55;
        context.fillRect(x, y(lane), (until < 0 ? right : at(until)) - x, 18);
        context.globalAlpha = 1;
        const width = bytesText(Number(step[4]));
        if (right - left > 90)
          text(context, right - left > 170 ? `locked ${width}` : width, x + 4, y(lane) + 9, '#e69f00');
      }
      context.fillStyle = cssColour('ink');
      context.fillRect(x, y(lane), 1.5, 18);
      arrow(x, y(lane) + 14);
    } else if ((step[0] === 'map-pages' || step[0] === 'unmap-pages') && queue >= 0) {
      context.fillStyle = step[0] === 'map-pages' ? cssColour('good') : cssColour('bad');
      context.beginPath();
      context.arc(x, y(queue) + 9, 4, 0, 7);
      context.fill();
      arrow(x, y(queue) + 9);
    }
  });
  context.restore();
}

function text(context: CanvasRenderingContext2D, what: string, x: number, y: number, on: string): void {
  context.textAlign = 'left';
  context.fillStyle = on;
  context.fillRect(x - 2, y - 7, context.measureText(what).width + 4, 14);
  context.fillStyle = inkOn(on);
  context.fillText(what, x, y + 0.5);
}

function line(context: CanvasRenderingContext2D, x0: number, y0: number, x1: number, y1: number): void {
  context.strokeStyle = cssColour('arrow');
  context.lineWidth = 1;
  context.beginPath();
  context.moveTo(x0, y0);
  context.lineTo(x1, y1);
  context.stroke();
}
