/** Arrows of fences: from the call that signals to the one that waits. */
import type { Capture } from '../capture.ts';
import { cssColour } from '../theme.ts';
import type { Lane } from './lanes.ts';
import { LEFT, type Surface } from './surface.ts';

/** Arrows that a reader can still follow; of more, those of the selected call alone are drawn. */
const MOST = 120;

export class Arrows {
  readonly #capture: Capture;
  readonly #lanes: readonly Lane[];
  readonly #groupOf = new Map<number, number>();

  constructor(capture: Capture, lanes: readonly Lane[]) {
    this.#capture = capture;
    this.#lanes = lanes;
    const { submitRec, submitGroup } = capture.columns;
    submitRec.forEach((record, i) => {
      this.#groupOf.set(record, submitGroup[i]);
    });
  }

  draw(surface: Surface, y: (lane: number) => number, from: number, to: number, selected: number): void {
    const { arrowFrom, arrowTo } = this.#capture.columns;
    const shown: number[] = [];
    const own: number[] = [];
    for (let i = 0; i < arrowTo.length && arrowTo[i] <= to + 1000; i++) {
      if (arrowTo[i] < from || arrowFrom[i] > to) continue;
      if (arrowFrom[i] === selected || arrowTo[i] === selected) own.push(i);
      else if (shown.length <= MOST) shown.push(i);
    }
    const { context } = surface;
    for (const i of shown.length <= MOST ? [...shown, ...own] : own) {
      const [a, b] = [arrowFrom[i], arrowTo[i]];
      const [x0, x1] = [
        surface.x((this.#capture.begin(a) + this.#capture.end(a)) / 2),
        surface.x(this.#capture.begin(b)),
      ];
      const [y0, y1] = [y(this.#lane(a)) + 9, y(this.#lane(b)) + 9];
      context.strokeStyle = own.includes(i) ? cssColour('bad') : cssColour('arrow');
      context.lineWidth = own.includes(i) ? 2 : 1.2;
      context.save();
      context.beginPath();
      context.rect(LEFT, 0, surface.width, surface.height);
      context.clip();
      context.beginPath();
      context.moveTo(x0, y0);
      const bend = Math.max((x1 - x0) / 2, 12);
      context.bezierCurveTo(x0 + bend, y0, x1 - bend, y1, x1, y1);
      context.moveTo(x1 - 5, y1 - 3);
      context.lineTo(x1, y1);
      context.lineTo(x1 - 5, y1 + 3);
      context.stroke();
      context.restore();
    }
  }

  /** The lane in which a record's part of a fence is seen: its group's, its VM's, else its thread's. */
  #lane(record: number): number {
    const row = record - this.#capture.first;
    const group = this.#groupOf.get(record);
    const vm = this.#capture.columns.recVm[row] - 1;
    const tid = this.#capture.columns.recTid[row];
    const find = (kind: Lane['kind'], of: number): number =>
      this.#lanes.findIndex((lane) => lane.kind === kind && lane.of === of);
    const found =
      group !== undefined ? find('group', group) : vm >= 0 ? find('queue', vm) : find('thread', tid);
    return Math.max(found, 0);
  }
}
