/**
 * What instrumented code calls (build/instrument.mjs) where it writes elements and changes collections in place. Each does
 * what the plain code would, and keeps the fingerprint and the list of what to undo up to date (tracker.ts).
 */

import { $log, lengthWrote, wholeWrote, wrote } from './access-log.ts';
import { COMMUTES, READS, WRITES } from './access-set.ts';
import { changeBytes, changeTyped, element, elementNoted } from './elements.ts';
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
  if ($log.listener !== null && target.$id !== undefined) $log.listener.field(target, $key(field), false);
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
  if ($log.on) lengthWrote(target);
  undo(target, restoreLength, length);
  term(id, LENGTH, length, -1);
  term(id, LENGTH, length + 1, 1);
  term(id, elementKey(length), value, 1);
  return target.push(value);
}

/** The same with any number of values. */
function pushAll(target: unknown[], id: number, values: readonly unknown[]): number {
  const length = target.length;
  if ($log.on) lengthWrote(target);
  undo(target, restoreLength, length);
  term(id, LENGTH, length, -1);
  term(id, LENGTH, length + values.length, 1);
  for (let i = 0; i < values.length; i++) {
    term(id, elementKey(length + i), values[i], 1);
    target.push(values[i]);
  }
  return target.length;
}

/** target.push(value): what is done most to lists. */
export function $push(target: Any, value: unknown): unknown {
  const id = target.$id as number | undefined;
  if (id === undefined) return target.push(value);
  return Array.isArray(target) ? push(target, id, value) : $m(target, 'push', value);
}

function pop(target: unknown[], id: number): unknown {
  const last = target.length - 1;
  if ($log.on) lengthWrote(target);
  const value = target.pop();
  undo(target, restorePopped, value);
  term(id, LENGTH, last + 1, -1);
  term(id, LENGTH, last, 1);
  term(id, elementKey(last), value, -1);
  return value;
}

// To set a length takes V8 longer than to take away the few that there are too many.
const restoreLength: Restore = (target: Any, length) => {
  while (target.length > (length as number)) target.pop();
};
const restorePopped: Restore = (target: Any, value) => {
  target.push(value);
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
    if (name === 'push') return pushAll(target, id, args);
    // What is taken out is the last one: most lists have one element.
    if (
      name === 'splice' &&
      args.length === 2 &&
      args[1] === 1 &&
      args[0] === target.length - 1 &&
      args[0] >= 0
    )
      return [pop(target, id)];
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
