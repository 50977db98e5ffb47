/** A canvas with as many pixels as the screen has, an axis across on top, and room for names on the left. */
import { scaleLinear } from 'd3-scale';
import type { Capture } from '../capture.ts';
import { timeText } from '../dom.ts';
import { cssColour } from '../theme.ts';
import type { View } from '../view.ts';

/** CSS pixels. */
export const LEFT = 150;
export const TOP = 22;
/** Names that are remembered. */
const MOST_NAMES = 2000;

export class Surface {
  readonly canvas: HTMLCanvasElement;
  readonly context: CanvasRenderingContext2D;
  readonly #view: View;
  readonly #capture: Capture;
  #name: string | null = null;
  #said = '';
  width = 0;
  height = 0;
  ratio = 1;
  /** Names as they are shown: measuring text takes longer than drawing it. */
  readonly #shortened = new Map<string, string>();

  constructor(canvas: HTMLCanvasElement, view: View, capture: Capture) {
    this.canvas = canvas;
    this.context = canvas.getContext('2d') as CanvasRenderingContext2D;
    this.#view = view;
    this.#capture = capture;
  }

  /** Brings the canvas to its size on the screen and clears it. */
  begin(): CanvasRenderingContext2D {
    const { clientWidth, clientHeight } = this.canvas;
    this.ratio = Math.min(devicePixelRatio || 1, 2);
    const [width, height] = [clientWidth, clientHeight].map((n) => Math.round(n * this.ratio));
    if (this.canvas.width !== width || this.canvas.height !== height) {
      this.canvas.width = width;
      this.canvas.height = height;
    }
    this.width = clientWidth;
    this.height = clientHeight;
    const { context } = this;
    context.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    context.fillStyle = cssColour('paper');
    context.fillRect(0, 0, clientWidth, clientHeight);
    context.font = '11px ui-sans-serif, system-ui, sans-serif';
    context.textBaseline = 'middle';
    return context;
  }

  /** Adds to the canvas' name what it shows, for those who do not see it. */
  say(shown: string): void {
    this.#name ??= this.canvas.getAttribute('aria-label') ?? '';
    const label = `${this.#name}${shown}`;
    if (label !== this.#said) this.canvas.setAttribute('aria-label', label);
    this.#said = label;
  }

  /** CSS pixels of a place of the axis across. */
  x(place: number): number {
    const { x0, x1 } = this.#view;
    return LEFT + ((place - x0) / (x1 - x0)) * (this.width - LEFT);
  }

  /** The place of the axis under a CSS pixel. */
  place(x: number): number {
    const { x0, x1 } = this.#view;
    return x0 + ((x - LEFT) / (this.width - LEFT)) * (x1 - x0);
  }

  /** The axis across and its lines. */
  axis(): void {
    const { context, width, height } = this;
    const { x0, x1 } = this.#view;
    const scale = scaleLinear([x0, x1], [LEFT, width]);
    const { axis, first } = this.#capture;
    context.fillStyle = cssColour('paper');
    context.fillRect(0, 0, width, TOP);
    context.textAlign = 'center';
    for (const tick of scale.ticks(Math.max(Math.floor((width - LEFT) / 110), 2))) {
      if (axis === 'record' && !Number.isInteger(tick)) continue;
      const x = Math.round(scale(tick)) + 0.5;
      context.fillStyle = cssColour('faint');
      context.fillText(axis === 'record' ? `#${tick + first}` : timeText(tick), x, TOP / 2);
      context.fillStyle = cssColour('line');
      context.fillRect(x - 0.5, TOP - 4, 1, height);
    }
  }

  /** A name on the left, shortened to the room there is. */
  name(text: string, y: number): void {
    const { context } = this;
    context.fillStyle = cssColour('ink');
    context.textAlign = 'right';
    let shown = this.#shortened.get(text);
    if (shown === undefined) {
      shown = text;
      while (shown.length > 3 && context.measureText(shown).width > LEFT - 14)
        shown = `${shown.slice(0, -2)}…`;
      if (this.#shortened.size > MOST_NAMES) this.#shortened.clear();
      this.#shortened.set(text, shown);
    }
    context.fillText(shown, LEFT - 8, y);
  }
}
