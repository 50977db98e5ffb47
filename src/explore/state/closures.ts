/** Functions as values: what instrumented code says of them where it makes them (build/instrument-closures.mjs). */

/** A function that knows what it captured. */
export interface Closure {
  /** Where it was made: equal for all that the same expression made. */
  $place: string;
  $captured: () => unknown[];
  /** Why it may not become part of a state: what it captured changes out of sight. */
  $changes: string | undefined;
}

/** Notes where `fn` was made and what it captured. */
export function $c<T extends object>(fn: T, place: string, captured: () => unknown[], changes?: string): T {
  const closure = fn as T & Closure;
  closure.$place = place;
  closure.$captured = captured;
  if (changes !== undefined) closure.$changes = changes;
  return fn;
}
