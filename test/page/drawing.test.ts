/** Frames that are the last one moved are the same, pixel for pixel, as frames that are drawn anew. */
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { Frame, type Shown } from '../../src/page/browser/canvas/frame.ts';
import { Raster, type Strip, type Texture } from '../../src/page/browser/canvas/raster.ts';

const WIDTH = 60;
const HEIGHT = 40;
const TEXTURES: readonly Texture[] = ['plain', 'dots', 'stripes', 'hatch'];

interface Box {
  left: number;
  top: number;
  width: number;
  height: number;
  texture: number;
  colour: number;
}

beforeAll(() => {
  // The one class of a browser that a raster needs.
  (globalThis as { ImageData?: unknown }).ImageData = class {
    readonly data: Uint8ClampedArray;
    constructor(width: number, height: number) {
      this.data = new Uint8ClampedArray(width * height * 4);
    }
  };
});

function pixels(raster: Raster): Uint32Array {
  let words = new Uint32Array();
  const putImageData = ({ data }: { data: Uint8ClampedArray }): void => {
    words = new Uint32Array(data.slice().buffer);
  };
  raster.put({ putImageData } as never, 0, 0);
  return words;
}

function draw(raster: Raster, strip: Strip, boxes: readonly Box[], x: number, y: number): void {
  raster.begin(strip, 0xffffffff);
  for (const { left, top, width, height, texture, colour } of boxes) {
    const [x0, y0] = [left - x, top - y];
    raster.fill(x0, x0 + width, y0, y0 + height, colour, colour + 100, TEXTURES[texture]);
  }
}

const box = fc.record({
  left: fc.integer({ min: -90, max: 150 }),
  top: fc.integer({ min: -60, max: 100 }),
  width: fc.integer({ min: 0, max: 90 }),
  height: fc.integer({ min: 0, max: 30 }),
  texture: fc.integer({ min: 0, max: 3 }),
  colour: fc.integer({ min: 1, max: 9 }),
});
const moves = fc.array(
  fc.tuple(
    fc.integer({ min: -WIDTH + 1, max: WIDTH - 1 }),
    fc.integer({ min: -HEIGHT + 1, max: HEIGHT - 1 }),
  ),
  { minLength: 1, maxLength: 6 },
);

describe('a raster', () => {
  it('that is moved, with its strips drawn, is as one drawn whole', () => {
    fc.assert(
      fc.property(fc.array(box, { maxLength: 25 }), moves, (list, steps) => {
        const boxes = list.sort((a, b) => a.left - b.left);
        const moved = new Raster(WIDTH, HEIGHT);
        draw(moved, moved.whole(), boxes, 0, 0);
        let [x, y] = [0, 0];
        for (const [dx, dy] of steps) {
          [x, y] = [x - dx, y - dy];
          for (const strip of moved.move(dx, dy)) draw(moved, strip, boxes, x, y);
        }
        const whole = new Raster(WIDTH, HEIGHT);
        // Textures are fixed to the rectangles: an empty move of the same length brings the phase along.
        for (const [dx, dy] of steps) whole.move(dx, dy);
        draw(whole, whole.whole(), boxes, x, y);
        expect(pixels(moved)).toEqual(pixels(whole));
      }),
      { numRuns: 60 },
    );
  });
});

describe('a frame', () => {
  const first: Shown = { x0: 0, x1: 100, y0: 0, y1: 1, width: 500, height: 100, key: 'a' };

  it('is drawn anew where the size, the zoom or the key is another, or nothing of the last one is left', () => {
    const others: Partial<Shown>[] = [
      { key: 'b' },
      { width: 501 },
      { x1: 101 },
      { y1: 0.9 },
      { x0: 100, x1: 200 },
    ];
    for (const other of others) {
      const frame = new Frame();
      expect(frame.moved(first)).toBe(null);
      expect(frame.moved({ ...first, ...other })).toBe(null);
    }
  });

  it('is moved by whole pixels, never more than half a pixel off, however often', () => {
    const frame = new Frame();
    frame.moved(first);
    let x0 = 0;
    let pixels = 0;
    for (let i = 0; i < 200; i++) {
      x0 += 0.0731 * (i % 3);
      pixels -= frame.moved({ ...first, x0, x1: x0 + 100 })?.dx ?? Number.NaN;
      expect(Math.abs(pixels - (x0 / 100) * 500)).toBeLessThanOrEqual(0.5 + 1e-6);
      expect(Math.abs(frame.at.x0 - (pixels / 500) * 100)).toBeLessThan(1e-6);
    }
  });
});
