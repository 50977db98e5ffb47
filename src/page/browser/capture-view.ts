/** The page of a capture, made alive: map, timeline, search, keys, the panel and the table. */
import { CallsTable } from './calls-table.ts';
import { AddressMap } from './canvas/map.ts';
import { LEFT, TOP } from './canvas/surface.ts';
import { LANE, Timeline } from './canvas/timeline.ts';
import { type Axis, Capture } from './capture.ts';
import { byId, el } from './dom.ts';
import { addGestures, viewKey } from './gestures.ts';
import { legends } from './legend.ts';
import { Panel, type Selection } from './panel.ts';
import { selectionAt, titleAt } from './pointing.ts';
import { type Hit, MOST_HITS, record, search } from './search.ts';
import { onTheme } from './theme.ts';
import { View } from './view.ts';

export class CaptureView {
  readonly #capture: Capture;
  readonly #view = new View();
  readonly #map: AddressMap;
  readonly #timeline: Timeline;
  readonly #panel: Panel;
  readonly #table: CallsTable;
  #record: number;

  static async start(): Promise<CaptureView> {
    return new CaptureView(await Capture.load());
  }

  private constructor(capture: Capture) {
    this.#capture = capture;
    this.#record = capture.first - 1;
    const mapCanvas = byId<HTMLCanvasElement>('map');
    const lineCanvas = byId<HTMLCanvasElement>('timeline');
    this.#map = new AddressMap(mapCanvas, capture, this.#view);
    this.#timeline = new Timeline(lineCanvas, capture, this.#view);
    this.#panel = new Panel(byId('panel'), capture, (selection) => this.select(selection));
    this.#table = new CallsTable(capture, (selection) => this.select(selection));
    for (const canvas of [mapCanvas, lineCanvas]) {
      addGestures(canvas, this.#view, LEFT);
      canvas.addEventListener('keydown', (event) => this.#key(event));
    }
    mapCanvas.addEventListener('click', (event) => this.#clickMap(event));
    lineCanvas.addEventListener('click', (event) => this.#clickLine(event));
    mapCanvas.addEventListener('pointermove', ({ offsetX, offsetY }) => {
      mapCanvas.title = titleAt(this.#capture, this.#map, offsetX, offsetY);
    });
    this.#controls();
    legends(capture);
    this.#view.onChange(() => this.draw());
    // At once: what is printed does not wait for the next frame.
    onTheme(() => this.draw());
    new ResizeObserver(() => this.#view.changed()).observe(mapCanvas);
    addEventListener('hashchange', () => this.#fromHash());
    for (const button of document.querySelectorAll<HTMLElement>('[data-record]'))
      button.addEventListener('click', () =>
        this.select({ kind: 'record', at: Number(button.dataset.record) }),
      );
    this.#view.reset(capture.length);
    this.draw();
    if (capture.meta.selected.length > 0)
      this.#hits(capture.meta.selected.flatMap((at) => record(capture, at)));
    this.#fromHash();
  }

  draw(): void {
    this.#map.draw();
    this.#timeline.draw();
    const { x0, x1 } = this.#view;
    const last = this.#capture.at(Math.max(x1 - 1e-6, x0));
    const shown = `, records ${this.#capture.at(x0)} to ${last}`;
    this.#map.surface.say(shown);
    this.#timeline.surface.say(shown);
  }

  /** Selects something and brings it into view. */
  select(selection: Selection, move = true): void {
    const { kind, at } = selection;
    const capture = this.#capture;
    const { mapFrom, mapTo, mapVm } = capture.columns;
    const record = kind === 'record' ? at : mapFrom[at];
    this.#record = record;
    this.#timeline.selected = record;
    this.#map.selected = kind === 'mapping' ? at : -1;
    if (kind === 'mapping') this.#showVm(mapVm[at]);
    if (move && kind === 'mapping') {
      const end = mapTo[at] < 0 ? capture.length : capture.begin(mapTo[at]);
      this.#view.show(capture.begin(record), end, ...this.#map.places(at));
    } else if (move) {
      const begin = capture.begin(record);
      const width = Math.min(
        this.#view.x1 - this.#view.x0,
        capture.length / Math.max(capture.meta.records / 30, 1),
      );
      this.#view.show(begin - width / 4, begin + width / 4);
    }
    void this.#panel.show(selection);
    this.#table.show(record);
    history.replaceState(null, '', `#${kind === 'record' ? 'r' : 'm'}${at}`);
    this.#view.changed();
  }

  #controls(): void {
    const vms = byId<HTMLSelectElement>('vm');
    const counts = new Map<number, number>();
    for (const vm of this.#capture.columns.mapVm) counts.set(vm, (counts.get(vm) ?? 0) + 1);
    this.#capture.meta.vms.forEach(({ name }, i) => {
      vms.append(el('option', { value: `${i}` }, `${name} (${counts.get(i) ?? 0} mappings)`));
    });
    const fullest = [...counts].sort((a, b) => b[1] - a[1])[0]?.[0] ?? 0;
    vms.value = `${fullest}`;
    this.#map.setVm(fullest);
    vms.addEventListener('change', () => {
      this.#map.setVm(Number(vms.value));
      this.#view.changed();
    });
    const axis = byId<HTMLSelectElement>('axis');
    axis.addEventListener('change', () => {
      this.#capture.axis = axis.value as Axis;
      this.#map.measure();
      this.#view.reset(this.#capture.length);
    });
    byId('fit').addEventListener('click', () => this.#view.showAll());
    byId('search').addEventListener('submit', (event) => {
      event.preventDefault();
      this.#hits(search(this.#capture, byId<HTMLInputElement>('query').value));
    });
    addEventListener('keydown', (event) => {
      if (event.key !== '/' || event.target instanceof HTMLInputElement) return;
      event.preventDefault();
      byId('query').focus();
    });
  }

  #hits(hits: readonly Hit[]): void {
    const list = byId('hits');
    list.hidden = hits.length === 0;
    const many = hits.length === MOST_HITS ? `the first ${MOST_HITS}` : `${hits.length}`;
    byId('found').textContent = `${many} found`;
    list.replaceChildren(
      ...hits.map((hit) => {
        const button = el('button', { type: 'button', class: 'link' }, hit.text);
        button.addEventListener('click', () => this.select(hit));
        return el('li', {}, button);
      }),
    );
    if (hits.length > 0) this.select(hits[0]);
  }

  #showVm(vm: number): void {
    const vms = byId<HTMLSelectElement>('vm');
    if (vms.value === `${vm}`) return;
    vms.value = `${vm}`;
    this.#map.setVm(vm);
  }

  #key(event: KeyboardEvent): void {
    const { mapFrom } = this.#capture.columns;
    const key = event.key.toLowerCase();
    const next = { n: 1, p: -1 }[key];
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (next !== undefined) {
      const record = Math.min(Math.max(this.#record + next, this.#capture.first), this.#capture.last);
      this.select({ kind: 'record', at: record });
    } else if (key === 'm') {
      const after =
        this.#map.selected >= 0 ? this.#map.selected + 1 : mapFrom.findIndex((from) => from >= this.#record);
      if (after >= 0 && after < mapFrom.length) this.select({ kind: 'mapping', at: after });
    } else if (key === 'enter') byId('panel').focus();
    else if (!viewKey(this.#view, event)) return;
    event.preventDefault();
  }

  #clickMap({ offsetX, offsetY }: MouseEvent): void {
    const selection = selectionAt(this.#capture, this.#map, offsetX, offsetY);
    if (selection?.kind === 'address') void this.#panel.show(selection);
    else if (selection !== null) this.select(selection, false);
  }

  #clickLine({ offsetX, offsetY }: MouseEvent): void {
    if (offsetX < LEFT || offsetY < TOP) return;
    const lane = Math.floor((offsetY - TOP) / LANE);
    const record = this.#timeline.recordAt(lane, this.#timeline.surface.place(offsetX));
    if (record >= 0) this.select({ kind: 'record', at: record }, false);
  }

  #fromHash(): void {
    const match = /^#([rm])(\d+)$/.exec(location.hash);
    if (match === null) return;
    const kind = match[1] === 'r' ? 'record' : 'mapping';
    const at = Number(match[2]);
    const [least, most] =
      kind === 'record'
        ? [this.#capture.first, this.#capture.last]
        : [0, this.#capture.columns.mapVa.length - 1];
    if (at >= least && at <= most) this.select({ kind, at });
  }
}
