/** The details of what is selected: a mapping with its walk and its makers, or a call with the steps of the driver. */
import { hex } from '../../../uapi/hex.ts';
import { mapFlagNames } from '../../../uapi/map-flags.ts';
import { ENDS, LEAF_2M, LEAF_4K, LEAF_BOTH, type PageStep } from '../data.ts';
import type { Capture } from './capture.ts';
import { bytesText, el, timeText } from './dom.ts';
import { walkOf, walkTable } from './walk.ts';

export interface Selection {
  kind: 'record' | 'mapping';
  /** Number of the record, or row of the mapping. */
  at: number;
}

/** Longest list of a panel. */
const LISTED = 40;

export class Panel {
  readonly #root: HTMLElement;
  readonly #capture: Capture;
  readonly #select: (selection: Selection) => void;
  #shown = 0;

  constructor(root: HTMLElement, capture: Capture, select: (selection: Selection) => void) {
    this.#root = root;
    this.#capture = capture;
    this.#select = select;
  }

  async show(selection: Selection): Promise<void> {
    const turn = ++this.#shown;
    const nodes =
      selection.kind === 'record' ? await this.#record(selection.at) : await this.#mapping(selection.at);
    if (turn === this.#shown) this.#root.replaceChildren(...nodes);
  }

  #recordButton(record: number, text = `record ${record}`): HTMLElement {
    const button = el('button', { type: 'button', class: 'link' }, text);
    button.addEventListener('click', () => this.#select({ kind: 'record', at: record }));
    return button;
  }

  #mappingButton(row: number): HTMLElement {
    const { mapVa, mapSize, mapObject } = this.#capture.columns;
    const object = this.#capture.objectName(mapObject[row]);
    const button = el(
      'button',
      { type: 'button', class: 'link' },
      `${hex(mapVa[row])} ${bytesText(mapSize[row])} ${object}`,
    );
    button.addEventListener('click', () => this.#select({ kind: 'mapping', at: row }));
    return button;
  }

  async #mapping(row: number): Promise<Node[]> {
    const { columns, meta } = this.#capture;
    const { mapVa, mapSize, mapVm, mapObject, mapOffset, mapFlags, mapLeaf, mapFrom, mapTo, mapEnd } =
      columns;
    const [va, size, from, to] = [mapVa[row], mapSize[row], mapFrom[row], mapTo[row]];
    const object = mapObject[row];
    const facts: [string, (Node | string)[]][] = [
      ['Addresses', [`${hex(va)} – ${hex(va + size - 1)}`]],
      ['Size', [`${bytesText(size)} (${hex(size)})`]],
      [
        'Object',
        [
          object < 0
            ? 'sparse: the driver’s dummy object'
            : `${this.#capture.objectName(object)} +${hex(mapOffset[row])}`,
        ],
      ],
      ['VM', [meta.vms[mapVm[row]].name]],
      ['Flags', [mapFlagNames(mapFlags[row]).join(' ') || 'none']],
      ['Leaves', [LEAVES[mapLeaf[row]]]],
      ['Mapped by', [this.#recordButton(from), ` ${this.#when(from)}`]],
      [
        'Removed by',
        to < 0
          ? ['– it is there at the end']
          : [this.#recordButton(to), ` ${this.#when(to)}, ${ENDS[mapEnd[row]]}`],
      ],
    ];
    if (object >= 0) {
      const { closed, freed, size: bytes } = meta.objects[object];
      facts.push([
        'Object’s life',
        [`${bytesText(bytes)}`, ...this.#lifeOf('closed by', closed), ...this.#lifeOf('freed by', freed)],
      ]);
    }
    const chunk = await this.#capture.fetch(from);
    const nodes: Node[] = [el('h2', {}, `Mapping at ${hex(va)}`), list(facts)];
    const call = chunk?.calls[from - chunk.first];
    if (call !== undefined)
      nodes.push(el('h3', {}, 'The call that made it'), el('pre', { tabindex: '0' }, call));
    const walk = chunk === null ? null : walkOf(chunk, row, va, meta.rootLevel);
    if (walk !== null)
      nodes.push(el('h3', {}, `The walk of ${hex(va)} after record ${from}`), walkTable(walk));
    return nodes;
  }

  #lifeOf(what: string, record: number): (Node | string)[] {
    return record < 0 ? [] : [`, ${what} `, this.#recordButton(record)];
  }

  async #record(record: number): Promise<Node[]> {
    const { columns, meta } = this.#capture;
    const row = record - this.#capture.first;
    const name = meta.names[columns.recName[row]];
    const chunk = await this.#capture.fetch(record);
    const nodes: Node[] = [el('h2', {}, `Record ${record}: ${name}`), el('p', {}, this.#when(record))];
    const call = chunk?.calls[record - chunk.first];
    if (call === undefined)
      nodes.push(el('p', {}, 'Its text is not in this page, to keep it small: panthor-shim dump shows it.'));
    else nodes.push(el('pre', { tabindex: '0' }, call));
    const note = chunk?.notes[record];
    if (note !== undefined) nodes.push(el('p', { class: 'note' }, note));
    const steps = chunk?.steps[record - chunk.first] ?? [];
    if (steps.length > 0) {
      const rows = steps.slice(0, LISTED).map((step) => el('li', { class: step[0] }, stepText(step)));
      if (steps.length > LISTED) rows.push(el('li', {}, `… and ${steps.length - LISTED} more`));
      nodes.push(el('h3', {}, 'What the driver did'), el('ol', { class: 'steps' }, ...rows));
    }
    nodes.push(...this.#mappings('Mappings that it made', columns.mapFrom, record));
    nodes.push(...this.#mappings('Mappings that it removed', columns.mapTo, record));
    return nodes;
  }

  #mappings(title: string, column: ArrayLike<number>, record: number): Node[] {
    const rows: number[] = [];
    for (let i = 0; i < column.length; i++) if (column[i] === record) rows.push(i);
    if (rows.length === 0) return [];
    const items = rows.slice(0, LISTED).map((row) => el('li', {}, this.#mappingButton(row)));
    if (rows.length > LISTED) items.push(el('li', {}, `… and ${rows.length - LISTED} more`));
    return [el('h3', {}, title), el('ul', {}, ...items)];
  }

  #when(record: number): string {
    const { recTime, recTid } = this.#capture.columns;
    const row = record - this.#capture.first;
    const tid = this.#capture.meta.tids[recTid[row]];
    return `at ${timeText(recTime[row])}${tid === 0 ? '' : `, thread ${tid}`}`;
  }
}

const LEAVES: Readonly<Record<number, string>> = {
  [LEAF_4K]: '4 KiB pages',
  [LEAF_2M]: '2 MiB blocks',
  [LEAF_BOTH]: '4 KiB pages and 2 MiB blocks',
  0: 'none in the page tables then',
};

function list(facts: readonly [string, (Node | string)[]][]): HTMLElement {
  return el(
    'dl',
    { class: 'facts' },
    ...facts.flatMap(([name, value]) => [el('dt', {}, name), el('dd', {}, ...value)]),
  );
}

function stepText(step: PageStep): string {
  switch (step[0]) {
    case 'op':
      return `${step[5] === 1 ? 'asynchronous ' : ''}${step[2]} ${step[3]} +${step[4]}`;
    case 'command':
      return `AS ${step[1]}: ${step[2]}${step[2] === 'LOCK' ? ` ${step[3]} +${step[4]} (${bytesText(Number(step[4]))})` : ''}`;
    case 'flush':
      return 'flush of the GPU caches';
    case 'slot':
      return `AS ${step[2]}: ${step[1]} VM ${step[3]}`;
    case 'map-pages':
    case 'unmap-pages':
      return `${step[0].replace('-', '_')} ${step[1]} ${bytesText(Number(step[2]))}`;
    default:
      return `${step[0]}: ${step[1]}`;
  }
}
