/** What a page carries beside its words, and how it is laid out: the one contract of the server's side and the page's code. */

export type Column = Float64Array | Uint32Array | Int32Array | Uint16Array | Uint8Array;
export type Columns = Readonly<Record<string, Column>>;

/**
 * Columns of a capture, by name. Records are numbered from `first`; a row's place in the `rec` columns is its record.
 *
 *     recTime   ns since the first record       recTid, recName  into `tids` and `names`
 *     recState  STATE_* bits                    recOps           VM_BIND operations that ran in it
 *     recVm     VM whose operations these are, plus one; 0 for none
 *     recLock, recCommand  slots that were locked, or got another command: a bit each
 *     mapVm, mapVa, mapSize, mapObject (-1: sparse), mapOffset, mapFlags, mapLeaf (LEAF_*),
 *     mapFrom, mapTo (-1: lives to the end), mapEnd (into ENDS)         one row a mapping, by mapFrom
 *     slotAs, slotVm, slotFrom, slotTo, slotEnd (1: evicted)            one row a stay in a slot
 *     submitRec, submitGroup                                            one row a GROUP_SUBMIT
 *     arrowFrom, arrowTo                                                fence: who signals, who waits
 */
export type CaptureColumns = Columns;

export const STATE_FAILED = 1;
export const STATE_DIFFERS = 2;
export const STATE_WARNED = 4;
/** A reset was scheduled, a wait timed out, the scheduler was told of a fault. */
export const STATE_EVENT = 8;
export const STATE_FLUSHED = 16;

export const LEAF_NONE = 0;
export const LEAF_4K = 1;
export const LEAF_2M = 2;
export const LEAF_BOTH = 3;

export const ENDS = ['', 'unmapped', 'mapped over', 'gone with its VM', 'gone with its file'] as const;

export interface PageVm {
  name: string;
  /** The client's descriptor and id. */
  fd: number;
  id: number;
  uid: number;
  created: number;
  destroyed: number;
}

export interface PageObject {
  name: string;
  label: string | null;
  size: number;
  created: number;
  /** Record that closed the last handle, and that freed it; -1 for none. */
  closed: number;
  freed: number;
}

export interface PageGroup {
  name: string;
  created: number;
  /** -1: to the end. */
  destroyed: number;
}

/** The parts of a capture's page that are no columns. */
export interface CaptureMeta {
  kind: 'capture';
  /** `panthor-shim vm` with the capture and what was said of the model: to be gone on with `--at`. */
  command: string;
  /** Number of the first record, and how many follow. */
  first: number;
  records: number;
  /** Records that a chunk of details covers. */
  chunk: number;
  /** Level of the page tables' root: 0 for 48 bits of address. */
  rootLevel: number;
  tids: number[];
  names: string[];
  vms: PageVm[];
  objects: PageObject[];
  groups: PageGroup[];
  /** Records that are listed as found when the page opens. */
  selected: number[];
  /** Slots that were ever used. */
  slots: number[];
}

/**
 * A step of the driver, as rows: its kind, then what the kind has. Addresses and sizes (bytes) are written as calls write them, so
 * that packing finds them twice.
 */
export type PageStep =
  | [kind: 'op', vm: number, type: string, va: string, size: string, async: 0 | 1]
  | [kind: 'command', as: number, name: string, start?: string, size?: string]
  | [kind: 'flush']
  | [kind: 'map-pages' | 'unmap-pages', va: string, bytes: string]
  | [kind: 'slot', what: string, as: number, vm: number]
  | [kind: 'warning' | 'timeout' | 'event', text: string];

/**
 * The walk of a mapping's first page right after the record that made it: how many of the tables that it goes through (from
 * the root on) are those of the walk before it in the chunk, the addresses of the others (bytes), and the two words of the
 * last descriptor. Indices follow from the address, descriptors of tables from the next one.
 */
export type PageWalk = [shared: number, tables: number[], lo: number, hi: number];

/** The walk of the first page of a mapping's region `region` (2 MiB each), tables shared with the walk before it. */
export type PageSpan = [region: number, ...PageWalk];

/** What is looked at on demand, for some hundred records: read when one of them is selected or large on the screen. */
export interface DetailChunk {
  first: number;
  calls: string[];
  steps: PageStep[][];
  /** Why the model refused the call, and what it did otherwise; by record. */
  notes: Record<number, string>;
  /** Row of the mapping columns that the first walk is of; the others follow. Null: its VM is gone already. */
  mapping: number;
  walks: (PageWalk | null)[];
  /**
   * Of mappings in more than one region, by their place in `walks`: how many regions the walks tell of (walks.ts), then the
   * walks that do not follow from the one before. A mapping that is not here lies in one region, and its first walk tells all.
   */
  spans: Record<number, [regions: number, ...PageSpan[]]>;
}
