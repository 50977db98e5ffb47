/** All calls as a table, a page of it at a time: what the drawings show, for those who read. */
import { STATE_DIFFERS, STATE_EVENT, STATE_FAILED, STATE_WARNED } from '../data.ts';
import type { Capture } from './capture.ts';
import { byId, el, timeText } from './dom.ts';
import type { Selection } from './panel.ts';

const ROWS = 25;

export class CallsTable {
  readonly #capture: Capture;
  readonly #select: (selection: Selection) => void;
  #from = 0;

  constructor(capture: Capture, select: (selection: Selection) => void) {
    this.#capture = capture;
    this.#select = select;
    byId('before').addEventListener('click', () => this.#turn(-ROWS));
    byId('after').addEventListener('click', () => this.#turn(ROWS));
    this.#draw();
  }

  /** Turns to the page that has a record. */
  show(record: number): void {
    const from = Math.floor((record - this.#capture.first) / ROWS) * ROWS;
    if (from !== this.#from) this.#from = from;
    this.#draw(record);
  }

  #turn(by: number): void {
    const last = Math.max(this.#capture.meta.records - 1, 0);
    this.#from = Math.min(Math.max(this.#from + by, 0), last - (last % ROWS));
    this.#draw();
  }

  #draw(selected = -1): void {
    const { columns, meta, first } = this.#capture;
    const until = Math.min(this.#from + ROWS, meta.records);
    const rows: HTMLElement[] = [];
    for (let row = this.#from; row < until; row++) {
      const record = row + first;
      const button = el('button', { type: 'button', class: 'link' }, `${record}`);
      button.addEventListener('click', () => this.#select({ kind: 'record', at: record }));
      const tid = meta.tids[columns.recTid[row]];
      rows.push(
        el(
          'tr',
          { 'aria-current': record === selected ? 'true' : null },
          el('td', {}, button),
          el('td', {}, timeText(columns.recTime[row])),
          el('td', {}, tid === 0 ? '–' : `${tid}`),
          el('td', {}, meta.names[columns.recName[row]]),
          el('td', {}, stateText(columns.recState[row], columns.recOps[row])),
        ),
      );
    }
    byId('calls')
      .querySelector('tbody')
      ?.replaceChildren(...rows);
    byId('which').textContent = `${this.#from + first}–${until - 1 + first} of ${meta.records}`;
  }
}

function stateText(state: number, operations: number): string {
  const parts = [operations > 0 ? `${operations} ${operations === 1 ? 'operation' : 'operations'}` : ''];
  if ((state & STATE_FAILED) !== 0) parts.push('failed');
  if ((state & STATE_DIFFERS) !== 0) parts.push('ends otherwise on the model');
  if ((state & STATE_WARNED) !== 0) parts.push('the kernel would warn');
  if ((state & STATE_EVENT) !== 0) parts.push('reset, timeout or fault');
  return parts.filter((part) => part !== '').join(', ') || 'ok';
}
