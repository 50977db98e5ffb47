/**
 * What the step that is being taken reads and writes of the state that threads share. Off unless a search asks for it
 * (src/explore/reduction). A place is a field of an object, an element, or a collection as a whole, and has a number
 * (place-numbers.ts).
 *
 * Collections have two places besides their elements: ALL for what changes or reads the whole of it, and MEMBERS, which
 * lets writes of different elements be independent of one another, and not of a read of all of them.
 */
import { AccessSet, COMMUTES, READS, WRITES } from './access-set.ts';
import { $key, isUnhashed } from './names.ts';
import { placeOf } from './place-numbers.ts';

// biome-ignore lint/suspicious/noExplicitAny: whatever the driver keeps
type Any = any;

/**
 * Whether this process may ask for reads, as nearly all searches do. That is said before interleaved code is loaded, which
 * is faster by a tenth where none will: those of a tree's driver.
 */
export const $noted = process.env.PANTHOR_SHIM_NOTE_READS !== '0';

/** Who is told of each access in the order in which they are made, in the place of an AccessSet (src/explore/memo). */
export interface AccessListener {
  /** `changed`: it was written, and holds something else by now; `commutes`: by `n++` or `n--` whose value is not used. */
  field(target: Any, key: number, changed: boolean, commutes?: boolean): void;
  element(target: Any, index: number, changed: boolean): void;
  /** All of a collection is read, or changed. */
  whole(target: Any): void;
}

/** Whether anything is noted, and where. Instrumented code looks at `on` before each read. */
export const $log = { on: false, into: new AccessSet(), listener: null as AccessListener | null };

/** Tells `listener` of all that `action` reads and writes. */
export function listening(listener: AccessListener, action: () => void): void {
  if (!$noted) throw new Error('reads are noted only where PANTHOR_SHIM_NOTE_READS is not 0');
  $log.on = true;
  $log.listener = listener;
  try {
    action();
  } finally {
    $log.on = false;
    $log.listener = null;
  }
}

/** Notes into `set` what `action` reads and writes. */
export function logging<T>(set: AccessSet, action: () => T): T {
  if (!$noted) throw new Error('reads are noted only where PANTHOR_SHIM_NOTE_READS is not 0');
  const { on, into } = $log;
  $log.on = true;
  $log.into = set;
  try {
    return action();
  } finally {
    $log.on = on;
    $log.into = into;
  }
}

const spare: AccessSet[] = [];

/**
 * What looks at the state after each step and reacts where something has changed begins; to be ended by endReaction().
 * Where it changes nothing, the step did not read what was looked at: one that changes it reacts itself.
 */
export function beginReaction(): AccessSet | null {
  if (!$log.on || $log.listener !== null) return null;
  const outer = $log.into;
  $log.into = spare.pop() ?? new AccessSet();
  return outer;
}

/** `outer`: what beginReaction() returned. */
export function endReaction(outer: AccessSet | null): void {
  if (outer === null) return;
  const set = $log.into;
  $log.into = outer;
  if (set.changes) outer.addAll(set);
  set.clear();
  spare.push(set);
}

const ALL = $key('all of a collection');
const MEMBERS = $key('some member of a collection');
const elementKey = (index: number): number => (index << 1) | 0;

/** The name of what holds the bytes of a view: several views of one buffer are one thing. */
const nameOf = (target: Any): number | undefined =>
  target.$shared === undefined ? target.$id : target.$shared[0].$id;

const isCollection = (target: Any): boolean =>
  Array.isArray(target) || target instanceof Map || target instanceof Set || ArrayBuffer.isView(target);

/** A field is read. */
export function $read(target: Any, key: number): void {
  if (target === null || target === undefined) return;
  const id = target.$id as number | undefined;
  if (id === undefined || typeof id !== 'number') return;
  if ($log.listener !== null) $log.listener.field(target, key, false);
  else if (key === LENGTH && isCollection(target))
    $log.into.add(placeOf(nameOf(target) as number, ALL), READS);
  else $log.into.add(placeOf(id, key), READS);
}
const LENGTH = $key('length');

/** A field was written, or would have been, had it not held that value already. */
export function wrote(target: Any, key: number, mode: number): void {
  if (isUnhashed(target, key)) return;
  if ($log.listener !== null) $log.listener.field(target, key, mode !== READS, mode === COMMUTES);
  else $log.into.add(placeOf(target.$id, key), mode);
}

/** An element is read, of an array, a view of bytes, or a record with computed names. */
export function elementRead(target: Any, index: Any): void {
  const id = target.$id as number | undefined;
  if (id === undefined) return;
  if ($log.listener !== null) {
    if (typeof index === 'number') $log.listener.element(target, index, false);
    else $log.listener.field(target, $key(String(index)), false);
  } else if (typeof index !== 'number') $log.into.add(placeOf(id, $key(String(index))), READS);
  else if (target.$shared !== undefined) wholeRead(target);
  else {
    $log.into.add(placeOf(id, elementKey(index)), READS);
    $log.into.add(placeOf(id, ALL), READS);
  }
}

/** An element was written, or would have been, had it not held that value already. */
export function elementWrote(target: Any, index: number, mode: number): void {
  const id = target.$id as number;
  if ($log.listener !== null) {
    $log.listener.element(target, index, mode !== READS);
    return;
  }
  $log.into.add(placeOf(id, elementKey(index)), mode);
  if (mode !== READS) $log.into.add(placeOf(id, MEMBERS), COMMUTES);
  $log.into.add(placeOf(id, ALL), READS);
}

/** All of a collection is read. */
export function wholeRead(target: Any): void {
  const id = nameOf(target);
  if (id === undefined) return;
  if ($log.listener !== null) {
    $log.listener.whole(target);
    return;
  }
  $log.into.add(placeOf(id, MEMBERS), READS);
  $log.into.add(placeOf(id, ALL), READS);
}

/** A collection was changed as a whole: its length, its order, its keys. */
export function wholeWrote(target: Any): void {
  if ($log.listener !== null) {
    for (const view of target.$shared ?? [target]) $log.listener.whole(view);
    return;
  }
  $log.into.add(placeOf(nameOf(target) as number, ALL), WRITES);
  $log.into.add(placeOf(nameOf(target) as number, MEMBERS), WRITES);
}

/** A member is put at the end of an array, or is about to be taken from there. */
export function lengthWrote(target: Any): void {
  if ($log.listener === null) wholeWrote(target);
  else {
    $log.listener.field(target, LENGTH, false);
    if (target.length > 0) $log.listener.element(target, target.length - 1, false);
  }
}

/** Every field of an object is about to be written: it is freed. */
export function allWrote(target: object): void {
  for (const name of Object.keys(target)) {
    if ($log.listener === null) wrote(target, $key(name), WRITES);
    else $log.listener.field(target, $key(name), false);
  }
}
