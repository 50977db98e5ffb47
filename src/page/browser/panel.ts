/** The details of what is selected: a mapping with its walk and its makers, or a call with the steps of the driver. */
import { hex } from '../../../uapi/hex.ts';
import { mapFlagNames } from '../../../uapi/map-flags.ts';
import { ENDS, LEAF_2M, LEAF_4K, LEAF_BOTH } from '../data.ts';
import { walkIn } from '../walks.ts';
import type { Capture } from './capture.ts';
import { bytesText, el, timeText } from './dom.ts';
import { type Fact, momentCommand, momentFacts } from './moment.ts';
import { stepText } from './step-text.ts';
import { entriesOf, walkTable } from './walk.ts';

export interface Selection {
  kind: 'record' | 'mapping' | 'address';
  /** Number of the record, row of the mapping, or the VM's place in the list. */
  at: number;
  /** Of a mapping or a VM: the address in it, and the record, that were pointed at. */
  va?: number;
  record?: number;
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
    const { kind } = selection;
    const nodes = await (kind === 'record'
      ? this.#record(selection.at)
      : kind === 'mapping'
        ? this.#mapping(selection)
        : this.#nothing(selection));
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

  async #mapping({ at: row, va: pointed, record }: Selection): Promise<Node[]> {
    const { columns, meta } = this.#capture;
    const { mapVa, mapSize, mapVm, mapObject, mapOffset, mapFlags, mapLeaf, mapFrom, mapTo, mapEnd } =
      columns;
    const [va, size, from, to] = [mapVa[row], mapSize[row], mapFrom[row], mapTo[row]];
    const object = mapObject[row];
    const facts: Fact[] = [
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
    // Tables and pages of a mapping are what they were when it was made: what changes them makes other mappings.
    const moment = Math.max(record ?? from, from);
    const at = pointed ?? va;
    const mapping = { va, size, sparse: object < 0 };
    const walk = chunk === null ? null : walkIn(chunk, row, mapping, at, meta.rootLevel);
    nodes.push(el('h3', {}, `The walk of ${hex(at)} after record ${moment}`));
    if (walk !== null) nodes.push(walkTable(entriesOf(walk, at, meta.rootLevel), at));
    else nodes.push(el('p', {}, 'It is not in this page. What shows it:'));
    nodes.push(momentCommand(this.#capture, moment, { vm: mapVm[row], va: hex(at) }));
    const call = chunk?.calls[from - chunk.first];
    if (call !== undefined)
      nodes.push(el('h3', {}, 'The call that made it'), el('pre', { tabindex: '0' }, call));
    nodes.push(...(await this.#moment(moment)));
    return nodes;
  }

  /** An address at which nothing is mapped then. */
  async #nothing({ at: vm, va = 0, record = 0 }: Selection): Promise<Node[]> {
    const { mapVm, mapVa, mapSize } = this.#capture.columns;
    const holds = (row: number): boolean =>
      mapVm[row] === vm && mapVa[row] <= va && va < mapVa[row] + mapSize[row];
    return [
      el('h2', {}, `${hex(va)}: nothing is mapped`),
      el('p', {}, `in ${this.#capture.meta.vms[vm].name}, after record ${record}`),
      ...this.#mappings('Mappings that held it at other times', holds),
      ...(await this.#moment(record)),
      momentCommand(this.#capture, record, { vm, va: hex(va) }),
    ];
  }

  async #moment(record: number): Promise<Node[]> {
    const chunk = await this.#capture.fetch(record);
    const steps = chunk?.steps[record - chunk.first];
    return [el('h3', {}, `After record ${record}`), list(momentFacts(this.#capture, record, steps))];
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
      const rows = steps
        .slice(0, LISTED)
        .map((step) => el('li', { class: step[0] }, stepText(step, meta.vms)));
      if (steps.length > LISTED) rows.push(el('li', {}, `… and ${steps.length - LISTED} more`));
      nodes.push(el('h3', {}, 'What the driver did'), el('ol', { class: 'steps' }, ...rows));
    }
    nodes.push(...this.#mappings('Mappings that it made', (row) => columns.mapFrom[row] === record));
    nodes.push(...this.#mappings('Mappings that it removed', (row) => columns.mapTo[row] === record));
    nodes.push(...(await this.#moment(record)), momentCommand(this.#capture, record));
    return nodes;
  }

  #mappings(title: string, wanted: (row: number) => boolean): Node[] {
    const rows: number[] = [];
    for (let i = 0; i < this.#capture.columns.mapVa.length; i++) if (wanted(i)) rows.push(i);
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

function list(facts: readonly Fact[]): HTMLElement {
  return el(
    'dl',
    { class: 'facts' },
    ...facts.flatMap(([name, value]) => [el('dt', {}, name), el('dd', {}, ...value)]),
  );
}
