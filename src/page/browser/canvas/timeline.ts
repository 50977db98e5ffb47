/** The timeline: lanes of threads, VM_BIND, address space slots, groups and the device. */
import {
  type Column,
  STATE_DIFFERS,
  STATE_EVENT,
  STATE_FAILED,
  STATE_FLUSHED,
  STATE_WARNED,
} from '../../data.ts';
import type { Capture } from '../capture.ts';
import { callColour, FAILED, objectColour } from '../palette.ts';
import { cssColour, isDark } from '../theme.ts';
import type { View } from '../view.ts';
import { Arrows } from './arrows.ts';
import { Frame } from './frame.ts';
import { firstFrom, type Lane, lanesOf, rowsOf } from './lanes.ts';
import { drawSitters, sits } from './seats.ts';
import { drawSteps, STEPS_FROM } from './steps.ts';
import { LEFT, Surface, TOP } from './surface.ts';

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
  /** The marks of all lanes, without what is drawn upon them. */
  readonly #canvas = document.createElement('canvas');
  readonly #frame = new Frame();
  /** Places of the axis between which marks are being drawn. */
  #from = 0;
  #to = 0;

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
    context.fillStyle = cssColour('line');
    this.lanes.forEach((_, i) => {
      context.fillRect(LEFT, TOP + i * LANE, this.surface.width, 1);
    });
    this.#marks();
    context.drawImage(this.#canvas, 0, 0, this.surface.width, this.surface.height);
    this.lanes.forEach(({ kind, of, name }, i) => {
      if (kind === 'slot') drawSitters(this.surface, this.#capture, this.#view, of, this.y(i));
      context.fillStyle = cssColour('paper');
      context.fillRect(0, this.y(i) - 2, LEFT, LANE);
      this.surface.name(name, this.y(i) + BAR / 2);
    });
    const { x0, x1 } = this.#view;
    const [from, to] = [this.#capture.at(x0), this.#capture.at(x1)];
    const y = (lane: number): number => this.y(lane);
    if ((this.surface.width - LEFT) / (to - from + 1) >= STEPS_FROM)
      drawSteps(this.surface, this.#capture, this.lanes, y, from, to, () => this.#view.changed());
    this.#arrows.draw(this.surface, y, from, to, this.selected);
    this.#selection(context);
  }

  /** Brings the marks of all lanes up to date, on a canvas of their own: those of the last frame moved, and what is new. */
  #marks(): void {
    const { canvas, ratio } = this.surface;
    const { x0, x1 } = this.#view;
    const left = Math.round(LEFT * ratio);
    const width = canvas.width - left;
    const { height } = canvas;
    if (this.#canvas.width !== canvas.width || this.#canvas.height !== height) {
      this.#canvas.width = canvas.width;
      this.#canvas.height = height;
    }
    const key = `${this.#capture.axis} ${isDark()} ${ratio}`;
    const moved = this.#frame.moved({ x0, x1, y0: 0, y1: 1, width, height, key });
    const context = this.#canvas.getContext('2d') as CanvasRenderingContext2D;
    let [begin, end] = [0, width];
    context.setTransform(1, 0, 0, 1, 0, 0);
    if (moved !== null) {
      const { dx } = moved;
      if (dx === 0) return;
      context.globalCompositeOperation = 'copy';
      context.drawImage(this.#canvas, dx, 0);
      context.globalCompositeOperation = 'source-over';
      [begin, end] = dx > 0 ? [0, dx] : [width + dx, width];
    }
    context.clearRect(left + begin, 0, end - begin, height);
    context.save();
    context.beginPath();
    context.rect(left + begin, 0, end - begin, height);
    context.clip();
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    const of = this.#frame.at;
    const across = (of.x1 - of.x0) / width;
    // Marks are one CSS pixel at least: one that begins in front of the strip may reach into it.
    this.#from = of.x0 + (begin - 2 * ratio) * across;
    this.#to = of.x0 + end * across;
    this.lanes.forEach((lane, i) => {
      this.#lane(context, lane, this.#rows[i], this.y(i));
    });
    context.restore();
  }

  /** CSS pixels of a place, where the marks have it. */
  #x(place: number): number {
    const { x0, x1 } = this.#frame.at;
    return LEFT + ((place - x0) / (x1 - x0)) * (this.surface.width - LEFT);
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
    const [from, to] = [this.#capture.at(this.#from) - first, this.#capture.at(this.#to) - first];
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
      const x = this.#x(this.#capture.begin(rows[i] + first));
      let right = this.#x(this.#capture.end(rows[i] + first));
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

  /** Who sits in the slot: bars. */
  #seats(context: CanvasRenderingContext2D, as: number, y: number): void {
    const { slotAs, slotVm } = this.#capture.columns;
    for (let i = 0; i < slotAs.length; i++) {
      if (slotAs[i] !== as) continue;
      const [from, to] = sits(this.#capture, i);
      if (to < this.#from) continue;
      if (from > this.#to) break;
      const left = this.#x(from);
      context.fillStyle = objectColour(slotVm[i] + 4);
      context.fillRect(left, y, this.#x(to) - left, 12);
    }
  }

  #group(context: CanvasRenderingContext2D, of: number, y: number): void {
    const { created, destroyed } = this.#capture.meta.groups[of];
    const to = destroyed < 0 ? this.#capture.length : this.#capture.end(destroyed);
    const left = Math.max(this.#x(this.#capture.begin(created)), LEFT);
    context.fillStyle = cssColour('line');
    context.fillRect(left, y + 8, Math.max(this.#x(to) - left, 0), 2);
    const { submitRec, submitGroup } = this.#capture.columns;
    for (let i = 0; i < submitRec.length; i++) {
      if (submitGroup[i] !== of) continue;
      const begin = this.#capture.begin(submitRec[i]);
      const end = Math.max(this.#capture.end(submitRec[i]), begin);
      const x = this.#x(begin);
      if (begin > this.#to) break;
      if (end < this.#from) continue;
      context.fillStyle = callColour('GROUP_SUBMIT');
      context.fillRect(Math.max(x, LEFT), y + 2, Math.max(this.#x(end) - x - 1, 2), BAR - 4);
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
