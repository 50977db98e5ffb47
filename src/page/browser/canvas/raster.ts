/**
 * Rectangles as pixels. A capture has many more mappings than the screen has pixels: each row remembers how far right it
 * is filled, so that a frame costs one look at each rectangle and one write to each pixel, however many there are. A frame
 * that is the last one moved is that one's pixels moved, and the strips that come into view.
 */

export type Texture = 'plain' | 'dots' | 'stripes' | 'hatch';

/** A part of the raster, in its pixels; the ends are not included. */
export interface Strip {
  x0: number;
  x1: number;
  y0: number;
  y1: number;
}

/** Both dots and hatches repeat within so many pixels. */
const PERIOD = 12;

export class Raster {
  readonly width: number;
  readonly height: number;
  readonly #image: ImageData;
  readonly #pixels: Uint32Array;
  readonly #filled: Int32Array;
  /** How far the pixels were moved since they were drawn: textures go on where they stopped. */
  #movedX = 0;
  #movedY = 0;
  #strip: Strip;

  /** In pixels of the screen. */
  constructor(width: number, height: number) {
    this.width = Math.max(width, 1);
    this.height = Math.max(height, 1);
    this.#image = new ImageData(this.width, this.height);
    this.#pixels = new Uint32Array(this.#image.data.buffer);
    this.#filled = new Int32Array(this.height);
    this.#strip = this.whole();
  }

  whole(): Strip {
    return { x0: 0, x1: this.width, y0: 0, y1: this.height };
  }

  /** To be called before rectangles are drawn: the pixels of `strip` are `paper`, and no others are drawn upon. */
  begin(strip: Strip, paper: number): void {
    this.#strip = strip;
    const { x0, x1, y0, y1 } = strip;
    for (let y = y0; y < y1; y++) this.#pixels.fill(paper, y * this.width + x0, y * this.width + x1);
    this.#filled.fill(x0);
  }

  /** Moves all pixels right and down (negative: left and up), by less than the size; what comes into view has to be drawn. */
  move(dx: number, dy: number): Strip[] {
    const { width, height } = this;
    const by = dy * width + dx;
    if (by > 0) this.#pixels.copyWithin(by, 0, width * height - by);
    else this.#pixels.copyWithin(0, -by);
    this.#movedX = (this.#movedX + dx) % PERIOD;
    this.#movedY = (this.#movedY + dy) % PERIOD;
    const strips: Strip[] = [];
    if (dx !== 0) strips.push({ ...this.whole(), ...(dx > 0 ? { x1: dx } : { x0: width + dx }) });
    if (dy !== 0) strips.push({ ...this.whole(), ...(dy > 0 ? { y1: dy } : { y0: height + dy }) });
    return strips;
  }

  /**
   * Fills [x0, x1) × [y0, y1), at least one pixel each way. Rectangles of a row must come in the order of their left
   * edges; of two in one pixel the first one stays.
   */
  fill(x0: number, x1: number, y0: number, y1: number, colour: number, second: number, how: Texture): void {
    const strip = this.#strip;
    const column = Math.floor(x0);
    const line = Math.floor(y0);
    const left = Math.max(column, strip.x0);
    const right = Math.min(Math.max(Math.ceil(x1), column + 1), strip.x1);
    const top = Math.max(line, strip.y0);
    const bottom = Math.min(Math.max(Math.floor(y1), line + 1), strip.y1);
    for (let y = top; y < bottom; y++) {
      const from = Math.max(left, this.#filled[y]);
      if (from >= right) continue;
      this.#filled[y] = right;
      this.#line(y, from, right, colour, second, how);
    }
  }

  #line(y: number, from: number, right: number, colour: number, second: number, how: Texture): void {
    const row = y * this.width;
    // Textures are fixed to the rectangles, not to the screen.
    const v = y - this.#movedY + PERIOD;
    if (how === 'plain' || (how === 'dots' && v % 4 !== 0)) {
      this.#pixels.fill(colour, row + from, row + right);
      return;
    }
    if (how === 'stripes') {
      this.#pixels.fill(v % 4 === 0 ? second : colour, row + from, row + right);
      return;
    }
    const [period, on, shift] = how === 'dots' ? [4, 1, 0] : [6, 2, v];
    const u = PERIOD - this.#movedX + shift;
    for (let x = from; x < right; x++) this.#pixels[row + x] = (x + u) % period < on ? second : colour;
  }

  /** Puts the frame on a canvas; `x` and `y` in pixels of the screen. */
  put(context: CanvasRenderingContext2D, x: number, y: number): void {
    context.putImageData(this.#image, x, y);
  }
}
