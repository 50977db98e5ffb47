/** The timeline: lanes of threads, VM_BIND, address space slots, groups and the device. */
import {
  type Column,
  STATE_DIFFERS,
  STATE_EVENT,
  STATE_FAILED,
  STATE_FLUSHED,
  STATE_WARNED,
} from '../data.ts';
import { Arrows } from './arrows.ts';
import type { Capture } from './capture.ts';
import { firstFrom, type Lane, lanesOf, rowsOf } from './lanes.ts';
import { callColour, FAILED, inkOn, objectColour } from './palette.ts';
import { drawSteps, STEPS_FROM } from './steps.ts';
import { LEFT, Surface, TOP } from './surface.ts';
import { cssColour } from './theme.ts';
import type { View } from './view.ts';

/** CSS pixels. */
export const LANE = 24;
const BAR = 18;

export class Timeline {
  readonly surface: Surface;
  readonly lanes: Lane[];
  /** The record that is selected, or -1. */
  selected = -1;
  readonly #capture: Capture;
  readonly #view: View;
  readonly #arrows: Arrows;
  /** Of each lane the rows of the records that have a mark in it, in order. */
  readonly #rows: Uint32Array[];

  constructor(canvas: HTMLCanvasElement, capture: Capture, view: View) {
    this.surface = new Surface(canvas, view, capture);
    this.#capture = capture;
    this.#view = view;
    this.lanes = lanesOf(capture);
    this.#rows = this.lanes.map((lane) => rowsOf(capture, lane));
    this.#arrows = new Arrows(capture, this.lanes);
    canvas.style.height = `${TOP + this.lanes.length * LANE + 6}px`;
  }

  /** Top of a lane. */
  y(lane: number): number {
    return TOP + lane * LANE + (LANE - BAR) / 2;
  }

  /** The record that has a mark in a lane at a place of the axis, or one near it; -1 for none. */
  recordAt(lane: number, place: number): number {
    const rows = this.#rows[lane];
    if (rows === undefined || rows.length === 0) return -1;
    const record = this.#capture.at(place);
    const i = firstFrom(rows, record - this.#capture.first);
    const near = [rows[i - 1], rows[i]]
      .filter((row) => row !== undefined)
      .map((row) => row + this.#capture.first);
    const distance = (one: number): number =>
      Math.abs(this.#capture.begin(one) - this.#capture.begin(record));
    const nearest = near.reduce((a, b) => (distance(b) < distance(a) ? b : a));
    const pixel = (this.#view.x1 - this.#view.x0) / (this.surface.width - LEFT);
    return distance(nearest) <= pixel * 6 ? nearest : -1;
  }

  draw(): void {
    const context = this.surface.begin();
    if (this.surface.width <= LEFT) return;
    this.surface.axis();
    this.lanes.forEach((lane, i) => {
      context.fillStyle = cssColour('line');
      context.fillRect(LEFT, TOP + i * LANE, this.surface.width, 1);
      this.#lane(context, lane, this.#rows[i], this.y(i));
      context.fillStyle = cssColour('paper');
      context.fillRect(0, this.y(i) - 2, LEFT, LANE);
      this.surface.name(lane.name, this.y(i) + BAR / 2);
    });
    const { x0, x1 } = this.#view;
    const [from, to] = [this.#capture.at(x0), this.#capture.at(x1)];
    if ((this.surface.width - LEFT) / (to - from + 1) >= STEPS_FROM)
      drawSteps(
        this.surface,
        this.#capture,
        this.lanes,
        (i) => this.y(i),
        from,
        to,
        () => this.#view.changed(),
      );
    this.#arrows.draw(this.surface, (i) => this.y(i), from, to, this.selected);
    this.#selection(context);
  }

  /** Runs of pixels of one colour; `colourOf` is asked for every visible one of `rows`, '' for none. */
  #runs(
    context: CanvasRenderingContext2D,
    rows: Uint32Array,
    y: number,
    height: number,
    colourOf: (row: number) => string,
  ): void {
    const { first } = this.#capture;
    const [from, to] = [this.#capture.at(this.#view.x0) - first, this.#capture.at(this.#view.x1) - first];
    let [start, end, colour] = [0, -1, ''];
    const flush = (): void => {
      if (colour === '' || end <= LEFT) return;
      context.fillStyle = colour;
      const left = Math.max(start, LEFT);
      context.fillRect(left, y, Math.max(end - left, 1), height);
    };
    for (let i = firstFrom(rows, from); i < rows.length && rows[i] <= to; i++) {
      const next = colourOf(rows[i]);
      if (next === '') continue;
      const x = this.surface.x(this.#capture.begin(rows[i] + first));
      let right = this.surface.x(this.#capture.end(rows[i] + first));
      if (right - x > 5) right -= 1;
      if (next === colour && x - end < 0.6) {
        end = Math.max(end, right);
        continue;
      }
      // A failure must be seen, also where other calls share its pixel.
      if (x < end && next !== FAILED) continue;
      flush();
      [start, end, colour] = [x, Math.max(right, x + 1), next];
    }
    flush();
  }

  #lane(context: CanvasRenderingContext2D, { kind, of }: Lane, rows: Uint32Array, y: number): void {
    const { recName, recState, recLock, recCommand } = this.#capture.columns;
    const { names } = this.#capture.meta;
    const bad = STATE_FAILED | STATE_DIFFERS;
    const has = (column: Column, bits: number, colour: string) => (row: number) =>
      (column[row] & bits) !== 0 ? colour : '';
    if (kind === 'thread') {
      const colours = names.map(callColour);
      this.#runs(context, rows, y, BAR, (row) =>
        (recState[row] & bad) !== 0 ? FAILED : colours[recName[row]],
      );
    } else if (kind === 'queue') {
      this.#runs(context, rows, y + 3, BAR - 6, () => callColour('VM_BIND'));
    } else if (kind === 'slot') {
      this.#seats(context, of, y);
      this.#runs(context, rows, y + 12, 3, has(recCommand, 1 << of, cssColour('faint')));
      this.#runs(context, rows, y + 15, 3, has(recLock, 1 << of, cssColour('ink')));
    } else if (kind === 'group') {
      this.#group(context, of, y);
    } else {
      this.#runs(context, rows, y + 6, 6, has(recState, STATE_FLUSHED, cssColour('faint')));
      this.#runs(context, rows, y, BAR, has(recState, STATE_EVENT | STATE_WARNED, FAILED));
    }
  }

  #bar(
    context: CanvasRenderingContext2D,
    from: number,
    to: number,
    y: number,
    height: number,
    colour: string,
    text: string,
  ): void {
    const left = Math.max(this.surface.x(from), LEFT);
    const right = Math.min(this.surface.x(to), this.surface.width);
    if (right <= left) return;
    context.fillStyle = colour;
    context.fillRect(left, y, right - left, height);
    if (right - left < 40) return;
    context.save();
    context.beginPath();
    context.rect(left, y, right - left, height);
    context.clip();
    context.fillStyle = inkOn(colour);
    context.textAlign = 'left';
    context.fillText(text, left + 4, y + height / 2 + 0.5);
    context.restore();
  }

  /** Who sits in the slot. */
  #seats(context: CanvasRenderingContext2D, as: number, y: number): void {
    const { slotAs, slotVm, slotFrom, slotTo } = this.#capture.columns;
    for (let i = 0; i < slotAs.length; i++) {
      if (slotAs[i] !== as) continue;
      const from = this.#capture.begin(slotFrom[i]);
      const to = slotTo[i] < 0 ? this.#capture.length : this.#capture.begin(slotTo[i]);
      this.#bar(
        context,
        from,
        to,
        y,
        12,
        objectColour(slotVm[i] + 4),
        this.#capture.meta.vms[slotVm[i]].name,
      );
    }
  }

  #group(context: CanvasRenderingContext2D, of: number, y: number): void {
    const { created, destroyed } = this.#capture.meta.groups[of];
    const to = destroyed < 0 ? this.#capture.length : this.#capture.end(destroyed);
    const left = Math.max(this.surface.x(this.#capture.begin(created)), LEFT);
    context.fillStyle = cssColour('line');
    context.fillRect(left, y + 8, Math.max(this.surface.x(to) - left, 0), 2);
    const { submitRec, submitGroup } = this.#capture.columns;
    for (let i = 0; i < submitRec.length; i++) {
      if (submitGroup[i] !== of) continue;
      const begin = this.#capture.begin(submitRec[i]);
      const end = Math.max(this.#capture.end(submitRec[i]), begin);
      const x = this.surface.x(begin);
      if (x > this.surface.width) break;
      if (this.surface.x(end) < LEFT) continue;
      context.fillStyle = callColour('GROUP_SUBMIT');
      context.fillRect(Math.max(x, LEFT), y + 2, Math.max(this.surface.x(end) - x - 1, 2), BAR - 4);
    }
  }

  #selection(context: CanvasRenderingContext2D): void {
    if (this.selected < 0) return;
    const x = this.surface.x(this.#capture.begin(this.selected));
    const right = Math.max(this.surface.x(this.#capture.end(this.selected)), x + 2);
    if (right < LEFT || x > this.surface.width) return;
    context.lineWidth = 2;
    context.strokeStyle = cssColour('ink');
    context.strokeRect(Math.max(x, LEFT), TOP, right - Math.max(x, LEFT), this.lanes.length * LANE);
  }
}
