/** Two captures side by side: which calls are in both, which in one alone, and which are the same call asked otherwise. */
import { diffArrays } from 'diff';
import { ioctlName } from '../../uapi/lookup.ts';
import type { CaptureReader } from '../capture/reader.ts';
import { NormalCalls } from './normal-call.ts';

/** One call of one capture. */
export interface DiffCall {
  index: number;
  /** VM_BIND, mmap, … */
  name: string;
  /** As NormalCalls has it. */
  text: string;
}

/** A place where the captures differ: `a` and `b` are the same call asked otherwise, or one of them is null. */
export interface Difference {
  a: DiffCall | null;
  b: DiffCall | null;
}

export interface CaptureDiff {
  records: [a: number, b: number];
  same: number;
  changed: number;
  only: [a: number, b: number];
  /** Calls by name: how many in each. */
  calls: Record<string, [a: number, b: number]>;
  differences: Difference[];
  /** The captures were too different to be aligned in time: calls were paired by their place. */
  byPlace: boolean;
}

/** Time that the alignment may take. ms */
const PATIENCE_MS = 20_000;

/** All calls of a capture, in order. */
export async function callsOf(capture: CaptureReader): Promise<DiffCall[]> {
  const normal = new NormalCalls();
  const calls: DiffCall[] = [];
  const texts = new Map<string, string>();
  await capture.each((record) => {
    const text = normal.text(record);
    const kept = texts.get(text) ?? text;
    texts.set(kept, kept);
    const name = record.type === 'ioctl' ? ioctlName(record.request) : record.type;
    calls.push({ index: record.index, name, text: kept });
  });
  return calls;
}

/** A number that NormalCalls gave: `BO#12`. */
const NUMBERED = /\b([A-Za-z]+)#(\d+)/g;

/**
 * The calls of `b` with the numbers of `a` where both made the same thing: an object more in one capture would otherwise shift
 * the numbers of all that follow. Things of `b` alone are called `BO#+12`.
 */
function renumbered(a: readonly DiffCall[], b: readonly DiffCall[]): DiffCall[] {
  const blind = (text: string): string => text.replace(NUMBERED, '$1#');
  const [first, second] = [a, b].map((calls) => calls.map(({ text }) => blind(text)));
  const names = new Map<string, string>();
  const taken = new Set<string>();
  let [i, j] = [0, 0];
  for (const { added, removed, value } of diffArrays(first, second, { timeout: PATIENCE_MS }) ?? []) {
    const count = value.length;
    if (removed) i += count;
    else if (added) j += count;
    else for (let n = 0; n < count; n++) match(a[i++].text, b[j++].text, names, taken);
  }
  return b.map((call) => ({
    ...call,
    text: call.text.replace(NUMBERED, (name, kind: string, n: string) => names.get(name) ?? `${kind}#+${n}`),
  }));
}

/** The numbers at the same places of two calls mean the same. */
function match(a: string, b: string, names: Map<string, string>, taken: Set<string>): void {
  const own = [...a.matchAll(NUMBERED)];
  [...b.matchAll(NUMBERED)].forEach(([name], i) => {
    const [other] = own[i];
    if (names.has(name) || taken.has(other)) return;
    names.set(name, other);
    taken.add(other);
  });
}

/** Aligns two captures by their calls. */
export function diffCaptures(a: readonly DiffCall[], numberedAlone: readonly DiffCall[]): CaptureDiff {
  const b = renumbered(a, numberedAlone);
  const result: CaptureDiff = {
    records: [a.length, b.length],
    same: 0,
    changed: 0,
    only: [0, 0],
    calls: {},
    differences: [],
    byPlace: false,
  };
  [a, b].forEach((calls, side) => {
    for (const { name } of calls) {
      let counts = result.calls[name];
      if (counts === undefined) result.calls[name] = counts = [0, 0];
      counts[side]++;
    }
  });
  const changes = diffArrays([...a], [...b], {
    comparator: (one, other) => one.text === other.text,
    timeout: PATIENCE_MS,
  });
  if (changes === undefined) return pairByPlace(a, b, result);
  let removed: DiffCall[] = [];
  let added: DiffCall[] = [];
  for (const { value, added: isAdded, removed: isRemoved, count } of changes) {
    if (isRemoved) removed.push(...value);
    else if (isAdded) added.push(...value);
    else {
      pair(removed, added, result);
      [removed, added] = [[], []];
      result.same += count ?? value.length;
    }
  }
  pair(removed, added, result);
  return result;
}

/** Between two places where the captures agree: calls of one name are taken for the same call, in their order. */
function pair(removed: readonly DiffCall[], added: readonly DiffCall[], result: CaptureDiff): void {
  let next = 0;
  for (const call of removed) {
    const found = added.findIndex((other, i) => i >= next && other.name === call.name);
    if (found < 0) {
      put(result, call, null);
      continue;
    }
    for (; next < found; next++) put(result, null, added[next]);
    put(result, call, added[next++]);
  }
  for (; next < added.length; next++) put(result, null, added[next]);
}

function put(result: CaptureDiff, a: DiffCall | null, b: DiffCall | null): void {
  if (a !== null && b !== null) result.changed++;
  else result.only[a === null ? 1 : 0]++;
  result.differences.push({ a, b });
}

function pairByPlace(a: readonly DiffCall[], b: readonly DiffCall[], result: CaptureDiff): CaptureDiff {
  result.byPlace = true;
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    if (a[i]?.text === b[i]?.text) result.same++;
    else put(result, a[i] ?? null, b[i] ?? null);
  }
  return result;
}
