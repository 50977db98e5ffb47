/** What instrumented code calls where it reads state (build/instrument-reads.mjs); each returns what the plain code would. */
import { $log, $noted, $read, elementRead, wholeRead } from './access-log.ts';
import { $key } from './names.ts';

// biome-ignore lint/suspicious/noExplicitAny: whatever the driver keeps
type Any = any;

export { $log, $noted, $read } from './access-log.ts';

/** target[index]. */
export const $element = $noted
  ? (target: Any, index: Any): Any => {
      if ($log.on) elementRead(target, index);
      return target[index];
    }
  : (target: Any, index: Any): Any => target[index];

/** A collection that is about to be gone through. */
export const $whole = $noted
  ? <T>(target: T): T => {
      if ($log.on && target !== null && target !== undefined) wholeRead(target);
      return target;
    }
  : <T>(target: T): T => target;

/** target?.field, `read` being what reads that field. */
export function $maybe(read: (target: Any) => unknown, target: Any): unknown {
  return target === null || target === undefined ? undefined : read(target);
}

/** target?.[index]. */
export function $maybeElement(target: Any, index: Any): unknown {
  return target === null || target === undefined ? undefined : $element(target, index);
}

/** An object that is about to be taken apart. */
export function $fields<T>(target: T, ...names: string[]): T {
  if ($log.on) for (const name of names) $read(target, $key(name));
  return target;
}

/** A list whose members are about to be taken apart one after the other. */
export function $each<T>(target: Iterable<T>, ...names: string[]): Iterable<T> {
  if (!$log.on) return target;
  wholeRead(target);
  // An iterator can be gone through once only.
  const members = [...target];
  for (const one of members) $fields(one, ...names);
  return members;
}

/** How long an array is that a loop with a yield in it goes through. */
export function $count(target: unknown[]): number {
  if ($log.on) wholeRead(target);
  return target.length;
}
