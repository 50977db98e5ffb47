/**
 * Rectangles as pixels. A capture has many more mappings than the screen has pixels: each row remembers how far right it
 * is filled, so that a frame costs one look at each rectangle and one write to each pixel, however many there are.
 */

export type Texture = 'plain' | 'dots' | 'stripes' | 'hatch';

export class Raster {
  readonly width: number;
  readonly height: number;
  readonly #image: ImageData;
  readonly #pixels: Uint32Array;
  readonly #filled: Int32Array;

  /** In pixels of the screen. */
  constructor(width: number, height: number) {
    this.width = Math.max(width, 1);
    this.height = Math.max(height, 1);
    this.#image = new ImageData(this.width, this.height);
    this.#pixels = new Uint32Array(this.#image.data.buffer);
    this.#filled = new Int32Array(this.height);
  }

  /** To be called before a frame: all pixels are `paper`. */
  clear(paper: number): void {
    this.#pixels.fill(paper);
    this.#filled.fill(0);
  }

  /**
   * Fills [x0, x1) × [y0, y1), at least one pixel each way. Rectangles of a row must come in the order of their left
   * edges; of two in one pixel the first one stays.
   */
  fill(x0: number, x1: number, y0: number, y1: number, colour: number, second: number, how: Texture): void {
    const left = Math.max(Math.floor(x0), 0);
    const right = Math.min(Math.max(Math.ceil(x1), left + 1), this.width);
    const top = Math.max(Math.floor(y0), 0);
    const bottom = Math.min(Math.max(Math.floor(y1), top + 1), this.height);
    for (let y = top; y < bottom; y++) {
      const from = Math.max(left, this.#filled[y]);
      if (from >= right) continue;
      this.#filled[y] = right;
      const row = y * this.width;
      if (how === 'plain') {
        this.#pixels.fill(colour, row + from, row + right);
        continue;
      }
      if (how === 'stripes') {
        this.#pixels.fill(y % 4 === 0 ? second : colour, row + from, row + right);
        continue;
      }
      if (how === 'dots' && y % 4 !== 0) {
        this.#pixels.fill(colour, row + from, row + right);
        continue;
      }
      const period = how === 'dots' ? 4 : 6;
      const shift = how === 'dots' ? 0 : y;
      for (let x = from; x < right; x++) {
        this.#pixels[row + x] = (x + shift) % period < (how === 'dots' ? 1 : 2) ? second : colour;
      }
    }
  }

  /** Puts the frame on a canvas; `x` and `y` in pixels of the screen. */
  put(context: CanvasRenderingContext2D, x: number, y: number): void {
    context.putImageData(this.#image, x, y);
  }
}
