/**
 * What instrumented code calls (build/instrument.mjs) where it writes elements and changes collections in place. Each does
 * what the plain code would, and keeps the fingerprint and the list of what to undo up to date (tracker.ts).
 */
import { COMMUTES, READS, WRITES } from '../reduction/access-set.ts';
import { $log, elementWrote, wholeRead, wholeWrote, wrote } from './access-log.ts';
import { $key } from './names.ts';
import { $note, type Any, contents, elementKey, how, LENGTH, term, undo, undoes } from './objects.ts';
import type { Restore } from './undo-list.ts';

/** target[index] = value. */
export function $e(target: Any, index: Any, value: unknown): unknown {
  const id = target.$id as number | undefined;
  if (id === undefined) {
    target[index] = value;
    return value;
  }
  const before = target[index];
  if (before === value) {
    if ($log.on) elementNoted(target, index, READS);
    return value;
  }
  if (Array.isArray(target)) {
    if (index >= target.length) {
      change(target, id, () => {
        target[index] = value;
      });
      return value;
    }
    target[index] = value;
    if ($log.on) elementNoted(target, index, how.mode);
    element(target, id, index, before, value);
  } else if (ArrayBuffer.isView(target as object)) {
    if (target.$shared !== undefined) changeShared(target, () => (target[index] = value));
    else {
      target[index] = value;
      if ($log.on) elementNoted(target, index, how.mode);
      element(target, id, index, before, target[index]);
    }
  } else {
    target[index] = value;
    const key = $key(String(index));
    $note(target, key, (t: Any, v) => (t[index] = v), before, value);
  }
  return value;
}

/** What is noted of an element that was written, or held that value already. */
function elementNoted(target: Any, index: Any, mode: number): void {
  if (typeof index !== 'number') wrote(target, $key(String(index)), mode);
  else if (target.$shared === undefined) elementWrote(target, index, mode);
  else if (mode === READS) wholeRead(target);
  else wholeWrote(target);
}

/** Field `key` of `target` was set to what it holds: a write that changes nothing unless another comes before it. */
export function $silent(target: Any, key: number): void {
  if (target.$id !== undefined) wrote(target, key, READS);
}

/** Adds to a number, and `action` makes nothing of the sum: additions can change places. */
export function $plus(action: () => void): void {
  how.mode = COMMUTES;
  action();
  how.mode = WRITES;
}

/** A write into a buffer that has several views: all of them change. Such buffers are small. */
function changeShared<T>(target: Any, action: () => T): T {
  const views = (target.$shared ?? [target]) as Any[];
  if ($log.on) wholeWrote(target);
  for (const view of views) {
    contents(view, view.$id, -1);
    undo(view, restoreBytes, new Uint8Array(view.buffer, view.byteOffset, view.byteLength).slice());
  }
  const result = action();
  for (const view of views) contents(view, view.$id, 1);
  return result;
}

const restoreBytes: Restore = (target: Any, bytes: Any) => {
  new Uint8Array(target.buffer, target.byteOffset, target.byteLength).set(bytes);
};

/** target.field ??= value() and its kin. */
export function $l(target: Any, field: string, operator: string, value: () => unknown): unknown {
  const before = target[field];
  const stays =
    operator === '??=' ? before !== undefined && before !== null : operator === '||=' ? before : !before;
  if (stays) {
    if ($log.on && target.$id !== undefined) wrote(target, $key(field), READS);
    return before;
  }
  const after = value();
  target[field] = after;
  if (target.$id === undefined) return after;
  $note(target, $key(field), (t: Any, v) => (t[field] = v), before, after);
  return after;
}

/** A zero element of a typed array has no term, so that an untouched megabyte costs nothing. */
function element(target: Any, id: number, index: number, before: unknown, after: unknown): void {
  undo(target, restoreElement(index), before);
  const numeric = ArrayBuffer.isView(target);
  if (!numeric || before !== 0) term(id, elementKey(index), before, -1);
  if (!numeric || after !== 0) term(id, elementKey(index), after, 1);
}

const restorers: Restore[] = [];
function restoreElement(index: number): Restore {
  return (restorers[index] ??= (target: Any, value) => {
    target[index] = value;
  });
}

export function $eu(target: Any, index: Any, next: (value: Any) => unknown): unknown {
  return $e(target, index, next(target[index]));
}

export function $ei(target: Any, index: Any, delta: number, prefix: boolean, unused = false): number {
  const before = target[index] as Any;
  const after = typeof before === 'bigint' ? before + BigInt(delta) : before + delta;
  if (unused && $log.on) $plus(() => $e(target, index, after));
  else $e(target, index, after);
  return prefix ? after : before;
}

/** target.length = value. */
export function $length(target: Any, value: number): number {
  const id = target.$id as number | undefined;
  if (id === undefined || !Array.isArray(target)) target.length = value;
  else change(target, id, () => (target.length = value));
  return value;
}

/** Changes a small collection as a whole. */
function change<T>(target: Any, id: number, action: () => T): T {
  if ($log.on) wholeWrote(target);
  contents(target, id, -1);
  if (undoes()) undo(target, restoreAll, copyOf(target));
  const result = action();
  contents(target, id, 1);
  return result;
}

const copyOf = (target: Any): unknown[] => [...target];

function restoreAll(target: Any, copy: Any): void {
  if (Array.isArray(target)) {
    target.length = 0;
    target.push(...copy);
  } else if (target instanceof Map) {
    target.clear();
    for (const [key, value] of copy) target.set(key, value);
  } else if (target instanceof Set) {
    target.clear();
    for (const value of copy) target.add(value);
  } else {
    target.set(copy);
  }
}

function push(target: unknown[], id: number, value: unknown): number {
  const length = target.length;
  if ($log.on) wholeWrote(target);
  undo(target, restoreLength, length);
  term(id, LENGTH, length, -1);
  term(id, LENGTH, length + 1, 1);
  term(id, elementKey(length), value, 1);
  return target.push(value);
}

function pop(target: unknown[], id: number): unknown {
  const last = target.length - 1;
  const value = target.pop();
  if ($log.on) wholeWrote(target);
  undo(target, restorePopped, value);
  term(id, LENGTH, last + 1, -1);
  term(id, LENGTH, last, 1);
  term(id, elementKey(last), value, -1);
  return value;
}

const restoreLength: Restore = (target: Any, length) => {
  target.length = length;
};
const restorePopped: Restore = (target: Any, value) => {
  target.push(value);
};

/** Changes a typed array in place; only the part that the call can reach is looked at. */
function changeTyped(target: Any, id: number, name: string, args: Any[]): unknown {
  let start = 0;
  let end = target.length as number;
  if (name === 'fill') {
    start = args[1] ?? 0;
    end = Math.min(end, args[2] ?? end);
    const value = args[0];
    for (let i = start; i < end; i++) {
      const before = target[i];
      if ($log.on) elementWrote(target, i, before === value ? READS : WRITES);
      if (before === value) continue;
      target[i] = value;
      element(target, id, i, before, target[i]);
    }
    return target;
  }
  if (name === 'copyWithin') {
    start = args[0];
    end = Math.min(end, start + (args[2] ?? end) - args[1]);
  } else if (name === 'set') {
    start = args[1] ?? 0;
    end = start + args[0].length;
  }
  // What is copied is read, wherever it comes from.
  if ($log.on) wholeRead(name === 'set' ? args[0] : target);
  const before = target.slice(start, end);
  const result = target[name](...args);
  for (let i = start; i < end; i++) {
    if ($log.on) elementWrote(target, i, before[i - start] === target[i] ? READS : WRITES);
    if (before[i - start] !== target[i]) element(target, id, i, before[i - start], target[i]);
  }
  return result;
}

/** A setter of a DataView that has its buffer to itself: only the bytes that it writes are looked at. */
function changeBytes(target: DataView, id: number, name: string, args: Any[]): unknown {
  const at = args[0] as number;
  const bytes = new Uint8Array(target.buffer, target.byteOffset, target.byteLength);
  const before = bytes.slice(at, at + Number(/\d+$/.exec(name)?.[0]) / 8);
  undo(target, restorePart, { at, before });
  const result = (target as Any)[name](...args);
  for (let i = 0; i < before.length; i++) {
    const now = bytes[at + i];
    if ($log.on) elementWrote(target, at + i, now === before[i] ? READS : WRITES);
    if (now === before[i]) continue;
    // A zero byte has no term.
    if (before[i] !== 0) term(id, elementKey(at + i), before[i], -1);
    if (now !== 0) term(id, elementKey(at + i), now, 1);
  }
  return result;
}

const restorePart: Restore = (target: Any, { at, before }: Any) => {
  new Uint8Array(target.buffer, target.byteOffset, target.byteLength).set(before, at);
};

/** target.name(...args) where the name is one that changes collections; other objects' methods of that name just run. */
export function $m(target: Any, name: string, ...args: unknown[]): unknown {
  const id = target.$id as number | undefined;
  if (id === undefined) return target[name](...args);
  if (target instanceof DataView && (target as Any).$shared === undefined) {
    return changeBytes(target, id, name, args);
  }
  if (target instanceof DataView || (ArrayBuffer.isView(target) && (target as Any).$shared !== undefined)) {
    return changeShared(target, () => (target as Any)[name](...args));
  }
  if (ArrayBuffer.isView(target)) return changeTyped(target, id, name, args);
  if (Array.isArray(target)) {
    if (name === 'push' && args.length === 1) return push(target, id, args[0]);
    if (name === 'pop' && target.length > 0) return pop(target, id);
    return change(target, id, () => (target as Any)[name](...args));
  }
  if (target instanceof Map || target instanceof Set) {
    return change(target, id, () => (target as Any)[name](...args));
  }
  return target[name](...args);
}

/** target?.name(...args). */
export function $mo(target: Any, name: string, ...args: unknown[]): unknown {
  return target === undefined || target === null ? undefined : $m(target, name, ...args);
}
