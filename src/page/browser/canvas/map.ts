/** The map: addresses of one VM over time. */
import { LEAF_2M, LEAF_BOTH } from '../../data.ts';
import type { Capture } from '../capture.ts';
import { inkOn, OBJECT_COLOURS, objectColour, pixelOf } from '../palette.ts';
import { cssColour, isDark } from '../theme.ts';
import type { View } from '../view.ts';
import { drawAddresses } from './address-axis.ts';
import { Addresses } from './addresses.ts';
import { Frame } from './frame.ts';
import { drawMarks } from './map-marks.ts';
import { Raster, type Strip, type Texture } from './raster.ts';
import { LEFT, Surface, TOP } from './surface.ts';

/** Mappings that are written upon in one frame. */
const LABELS = 250;
/** CSS pixels of a rectangle that has room for a name. */
const LABEL_WIDTH = 44;
const LABEL_HEIGHT = 12;

export class AddressMap {
  readonly surface: Surface;
  /** Row of the mapping that is selected, or -1. */
  selected = -1;
  readonly #capture: Capture;
  readonly #view: View;
  #rows: number[] = [];
  #addresses: Addresses;
  #tops = new Float64Array(0);
  #bottoms = new Float64Array(0);
  /** Where each mapping begins and ends on the axis across. */
  #begins = new Float64Array(0);
  #ends = new Float64Array(0);
  #raster: Raster | null = null;
  readonly #frame = new Frame();
  /** Place of the VM that is shown in the list of all. */
  vm = -1;
  #drawn: number[] = [];

  constructor(canvas: HTMLCanvasElement, capture: Capture, view: View) {
    this.surface = new Surface(canvas, view, capture);
    this.#capture = capture;
    this.#view = view;
    this.#addresses = new Addresses(capture.columns, []);
  }

  /** To be called when the axis across is another. */
  measure(): void {
    this.#begins = Float64Array.from(this.#rows, (row) => this.#begin(row));
    this.#ends = Float64Array.from(this.#rows, (row) => this.#end(row));
  }

  /** Shows the mappings of a VM, by its place in the list. */
  setVm(vm: number): void {
    this.vm = vm;
    const { columns } = this.#capture;
    this.#rows = [];
    columns.mapVm.forEach((one, row) => {
      if (one === vm) this.#rows.push(row);
    });
    const addresses = new Addresses(columns, this.#rows);
    this.#addresses = addresses;
    const { mapVa, mapSize } = columns;
    this.#tops = Float64Array.from(this.#rows, (row) => addresses.place(mapVa[row]));
    this.#bottoms = Float64Array.from(this.#rows, (row) => addresses.place(mapVa[row] + mapSize[row]));
    this.measure();
  }

  /** The mapping at a point of the canvas (CSS pixels), or -1. */
  hit(x: number, y: number): number {
    if (x < LEFT || y < TOP) return -1;
    const place = this.surface.place(x);
    const height = this.#height(y);
    const slack = (this.#view.x1 - this.#view.x0) / (this.surface.width - LEFT);
    const near = ((this.#view.y1 - this.#view.y0) / (this.surface.height - TOP)) * 2;
    let nearest = -1;
    for (let i = 0; i < this.#rows.length; i++) {
      const row = this.#rows[i];
      if (this.#begin(row) > place + slack) break;
      if (this.#end(row) < place - slack) continue;
      if (height >= this.#tops[i] && height < this.#bottoms[i]) return row;
      if (height >= this.#tops[i] - near && height < this.#bottoms[i] + near) nearest = row;
    }
    return nearest;
  }

  /** The address at a height of the canvas. */
  vaAt(y: number): number {
    return this.#addresses.va(this.#height(y));
  }

  /** Where a mapping is on the map, 0 to 1. */
  places(row: number): [top: number, bottom: number] {
    const i = this.#rows.indexOf(row);
    return i < 0 ? [0, 1] : [this.#tops[i], this.#bottoms[i]];
  }

  draw(): void {
    const context = this.surface.begin();
    if (this.surface.width <= LEFT || this.surface.height <= TOP) return;
    this.#fill(context);
    this.surface.axis();
    this.#names(context);
    drawAddresses(this.surface, this.#addresses, (place) => this.#y(place));
    drawMarks(this.surface, this.#capture);
    this.#selection(context);
  }

  #height(y: number): number {
    const { y0, y1 } = this.#view;
    return y0 + ((y - TOP) / (this.surface.height - TOP)) * (y1 - y0);
  }

  #y(place: number): number {
    const { y0, y1 } = this.#view;
    return TOP + ((place - y0) / (y1 - y0)) * (this.surface.height - TOP);
  }

  #begin(row: number): number {
    return this.#capture.begin(this.#capture.columns.mapFrom[row]);
  }

  #end(row: number): number {
    const to = this.#capture.columns.mapTo[row];
    return to < 0 ? this.#capture.length : this.#capture.begin(to);
  }

  #fill(context: CanvasRenderingContext2D): void {
    const { surface } = this;
    const { ratio } = surface;
    const [width, height] = [surface.width - LEFT, surface.height - TOP].map((n) => Math.round(n * ratio));
    if (this.#raster?.width !== width || this.#raster.height !== height)
      this.#raster = new Raster(width, height);
    const raster = this.#raster;
    const { x0, x1, y0, y1 } = this.#view;
    const key = `${this.#capture.axis} ${this.vm} ${isDark()}`;
    const moved = this.#frame.moved({ x0, x1, y0, y1, width, height, key });
    const strips =
      moved === null
        ? [raster.whole()]
        : moved.dx === 0 && moved.dy === 0
          ? []
          : raster.move(moved.dx, moved.dy);
    for (const strip of strips) this.#fillStrip(raster, strip);
    this.#findNamed(width, height);
    raster.put(context, Math.round(LEFT * ratio), Math.round(TOP * ratio));
  }

  /** Draws the mappings that are in a part of the raster. */
  #fillStrip(raster: Raster, strip: Strip): void {
    const { ratio } = this.surface;
    const paper = cssColour('paper');
    raster.begin(strip, pixelOf(paper));
    const shade = isDark() ? '#000000' : '#ffffff';
    // Every colour twice: itself, and that of its texture; the last pair is for what is sparse.
    const colours = OBJECT_COLOURS.map((colour) => [pixelOf(colour), pixelOf(colour, shade, 0.35)]);
    const sparse = [pixelOf(paper), pixelOf(cssColour('faint'))];
    const { mapObject, mapLeaf } = this.#capture.columns;
    const { x0, x1, y0, y1 } = this.#frame.at;
    const [across, down] = [raster.width / (x1 - x0), raster.height / (y1 - y0)];
    // A rectangle has one pixel at least: it may begin one in front of where it is.
    const [from, to] = [x0 + (strip.x0 - 1) / across, x0 + strip.x1 / across];
    const [high, low] = [y0 + (strip.y0 - 1) / down, y0 + strip.y1 / down];
    for (let i = 0; i < this.#rows.length; i++) {
      const begin = this.#begins[i];
      if (begin >= to) break;
      const end = this.#ends[i];
      if (end < from || this.#tops[i] >= low || this.#bottoms[i] <= high) continue;
      const row = this.#rows[i];
      const object = mapObject[row];
      const two = object < 0 ? sparse : colours[object % colours.length];
      const leaf = mapLeaf[row];
      const how: Texture =
        object < 0 ? 'hatch' : leaf === LEAF_2M ? 'plain' : leaf === LEAF_BOTH ? 'stripes' : 'dots';
      const [left, right] = [(begin - x0) * across, (end - x0) * across];
      const [top, bottom] = [(this.#tops[i] - y0) * down, (this.#bottoms[i] - y0) * down];
      const gap = bottom - top > 4 * ratio ? ratio : 0;
      const edge = right - left > 5 * ratio ? right - ratio : right;
      raster.fill(left, edge, top, bottom - gap, two[0], two[1], how);
    }
  }

  /** Looks for the mappings that have room for a name. */
  #findNamed(width: number, height: number): void {
    const { ratio } = this.surface;
    const { x0, x1, y0, y1 } = this.#view;
    const least = (LABEL_WIDTH * ratio * (x1 - x0)) / width;
    const high = (LABEL_HEIGHT * ratio * (y1 - y0)) / height;
    this.#drawn = [];
    for (let i = 0; i < this.#rows.length && this.#drawn.length < LABELS; i++) {
      const [begin, end] = [this.#begins[i], this.#ends[i]];
      if (begin >= x1) break;
      if (end - begin <= least || end < x0 || this.#tops[i] >= y1 || this.#bottoms[i] <= y0) continue;
      if (this.#bottoms[i] - this.#tops[i] > high) this.#drawn.push(i);
    }
  }

  /** Names on rectangles that have room for them. */
  #names(context: CanvasRenderingContext2D): void {
    const { surface } = this;
    const { mapObject } = this.#capture.columns;
    context.textAlign = 'left';
    for (const i of this.#drawn) {
      const row = this.#rows[i];
      const left = Math.max(surface.x(this.#begin(row)), LEFT);
      const right = Math.min(surface.x(this.#end(row)), surface.width);
      const [top, bottom] = [
        Math.max(this.#y(this.#tops[i]), TOP),
        Math.min(this.#y(this.#bottoms[i]), surface.height),
      ];
      if (right - left < LABEL_WIDTH || bottom - top < LABEL_HEIGHT) continue;
      const object = mapObject[row];
      const colour = object < 0 ? cssColour('paper') : objectColour(object);
      const text = this.#capture.objectName(object);
      const y = (top + bottom) / 2;
      context.save();
      context.beginPath();
      context.rect(left, top, right - left - 2, bottom - top);
      context.clip();
      const width = Math.min(context.measureText(text).width + 6, right - left);
      context.fillStyle = colour;
      context.fillRect(left + 2, y - 7, width, 14);
      context.fillStyle = object < 0 ? cssColour('ink') : inkOn(colour);
      context.fillText(text, left + 5, y + 0.5);
      context.restore();
    }
  }

  #selection(context: CanvasRenderingContext2D): void {
    const i = this.selected < 0 ? -1 : this.#rows.indexOf(this.selected);
    if (i < 0) return;
    const x = this.surface.x(this.#begin(this.selected));
    const width = Math.max(this.surface.x(this.#end(this.selected)) - x, 3);
    const [top, bottom] = [this.#y(this.#tops[i]), this.#y(this.#bottoms[i])];
    context.save();
    context.beginPath();
    context.rect(LEFT, TOP, this.surface.width, this.surface.height);
    context.clip();
    context.lineWidth = 2;
    context.strokeStyle = cssColour('ink');
    context.strokeRect(x - 1, top - 1, width + 2, Math.max(bottom - top, 2) + 2);
    context.restore();
  }
}
