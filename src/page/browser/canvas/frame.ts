/** Which view a drawing's pixels are of, and how far another view is from it: most frames are the last one, moved. */

/** What is shown: places of the axis across, parts of the height, and everything else that pixels depend on. */
export interface Shown {
  x0: number;
  x1: number;
  y0: number;
  y1: number;
  /** Size in pixels of the screen. */
  width: number;
  height: number;
  /** Axis, VM, theme. */
  key: string;
}

/** Views whose widths differ by less are equally near. */
const SAME = 1e-9;

export class Frame {
  #of: Shown | null = null;

  /**
   * How far pixels have to be moved to show `next`; null where they have to be drawn anew. The places that the pixels then
   * show are at most half a pixel off, and are what `at` gives: what is added must be drawn for these.
   */
  moved(next: Shown): { dx: number; dy: number } | null {
    const of = this.#of;
    this.#of = { ...next };
    if (of === null || of.key !== next.key || of.width !== next.width || of.height !== next.height)
      return null;
    const [across, down] = [of.x1 - of.x0, of.y1 - of.y0];
    if (Math.abs(next.x1 - next.x0 - across) > across * SAME) return null;
    if (Math.abs(next.y1 - next.y0 - down) > down * SAME) return null;
    const dx = Math.round(((of.x0 - next.x0) / across) * of.width) || 0;
    const dy = Math.round(((of.y0 - next.y0) / down) * of.height) || 0;
    if (Math.abs(dx) >= of.width || Math.abs(dy) >= of.height) return null;
    const x0 = of.x0 - (dx / of.width) * across;
    const y0 = of.y0 - (dy / of.height) * down;
    this.#of = { ...next, x0, x1: x0 + across, y0, y1: y0 + down };
    return { dx, dy };
  }

  /** The places that the pixels show. */
  get at(): Shown {
    if (this.#of === null) throw new Error('nothing was drawn yet');
    return this.#of;
  }
}
