/** Writes of elements: of arrays, of views of bytes, and of what a call changes of a view. */

import { $log, elementWrote, wholeRead, wholeWrote, wrote } from './access-log.ts';
import { READS, WRITES } from './access-set.ts';
import { $key } from './names.ts';
import { type Any, elementKey, term, undo } from './objects.ts';
import type { Restore } from './undo-list.ts';

/** What is noted of an element that was written, or held that value already. */
export function elementNoted(target: Any, index: Any, mode: number): void {
  if (typeof index !== 'number') wrote(target, $key(String(index)), mode);
  else if (target.$shared === undefined) elementWrote(target, index, mode);
  else if (mode === READS) wholeRead(target);
  else wholeWrote(target);
}

/** A zero element of a typed array has no term, so that an untouched megabyte costs nothing. */
export function element(target: Any, id: number, index: number, before: unknown, after: unknown): void {
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

/** Changes a typed array in place; only the part that the call can reach is looked at. */
export function changeTyped(target: Any, id: number, name: string, args: Any[]): unknown {
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
export function changeBytes(target: DataView, id: number, name: string, args: Any[]): unknown {
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
