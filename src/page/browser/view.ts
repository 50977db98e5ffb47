/** What of the drawings is visible: a piece of the axis across, which all share, and a piece of the addresses. */

export class View {
  /** Places of the axis across. */
  x0 = 0;
  x1 = 1;
  /** Parts of the map's height, 0 to 1. */
  y0 = 0;
  y1 = 1;
  #length = 1;
  #queued = false;
  readonly #draw: (() => void)[] = [];

  /** `draw` is called, once a frame, after something changed. */
  onChange(draw: () => void): void {
    this.#draw.push(draw);
  }

  /** The axis' length; all of it is shown. */
  reset(length: number): void {
    this.#length = length;
    this.showAll();
  }

  showAll(): void {
    [this.x0, this.x1, this.y0, this.y1] = [0, this.#length, 0, 1];
    this.changed();
  }

  /** Shows [x0, x1) with a margin, and [y0, y1) where given. */
  show(x0: number, x1: number, y0?: number, y1?: number): void {
    const margin = Math.max((x1 - x0) * 0.5, this.#length / 2000);
    [this.x0, this.x1] = [x0 - margin, x1 + margin];
    if (y0 !== undefined && y1 !== undefined) {
      const room = Math.max((y1 - y0) * 4, 0.08);
      [this.y0, this.y1] = [(y0 + y1) / 2 - room, (y0 + y1) / 2 + room];
    }
    this.#clamp();
  }

  /** Zooms by `factor` (above 1: nearer) around a part (0 to 1) of what is visible. */
  zoomX(factor: number, around = 0.5): void {
    const at = this.x0 + (this.x1 - this.x0) * around;
    const width = (this.x1 - this.x0) / factor;
    [this.x0, this.x1] = [at - width * around, at + width * (1 - around)];
    this.#clamp();
  }

  zoomY(factor: number, around = 0.5): void {
    const at = this.y0 + (this.y1 - this.y0) * around;
    const height = (this.y1 - this.y0) / factor;
    [this.y0, this.y1] = [at - height * around, at + height * (1 - around)];
    this.#clamp();
  }

  /** Moves by parts of what is visible. */
  pan(dx: number, dy: number): void {
    const [x, y] = [dx * (this.x1 - this.x0), dy * (this.y1 - this.y0)];
    this.x0 += x;
    this.x1 += x;
    this.y0 += y;
    this.y1 += y;
    this.#clamp();
  }

  changed(): void {
    if (this.#queued) return;
    this.#queued = true;
    requestAnimationFrame(() => {
      this.#queued = false;
      for (const draw of this.#draw) draw();
    });
  }

  #clamp(): void {
    const bounded = (a: number, b: number, least: number, most: number): [number, number] => {
      const size = Math.min(Math.max(b - a, least), most);
      const middle = (a + b) / 2;
      const start = Math.min(Math.max(middle - size / 2, 0), most - size);
      return [start, start + size];
    };
    [this.x0, this.x1] = bounded(this.x0, this.x1, Math.min(2, this.#length), this.#length);
    [this.y0, this.y1] = bounded(this.y0, this.y1, 1e-5, 1);
    this.changed();
  }
}
