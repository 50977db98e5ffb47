/**
 * Freed objects: every field that the driver still reads or writes is told. They stay what they were, so that what runs
 * on with them can be seen to its end.
 */
import { $log, allWrote } from './access-log.ts';
import { contents, now, POISON, poisoned, undo } from './objects.ts';

// biome-ignore lint/suspicious/noExplicitAny: whatever was freed
type Any = any;

/** Whether code of the driver runs: what looks at a state from outside may look at freed objects too. */
let armed = false;

/** Driver code begins to run, or has stopped. */
export function watchFreed(on: boolean): void {
  armed = on;
}

/** From now on, until the schedule is taken back, `use` is told of each use of a field but those of `keep`. */
export function poison(target: object, keep: readonly string[], use: (field: string) => void): void {
  const id = (target as Any).$id as number | undefined;
  if (id === undefined) return;
  if ($log.on) allWrote(target);
  const saved = new Map<string, unknown>();
  // A listener keeps what the fields hold: it can still be read.
  const { terms } = now;
  now.terms = null;
  contents(target, id, -1);
  for (const name of Object.keys(target)) {
    if (keep.includes(name)) continue;
    saved.set(name, (target as Any)[name]);
    Object.defineProperty(target, name, {
      configurable: true,
      enumerable: false,
      get() {
        if (armed) use(name);
        return saved.get(name);
      },
      set(value) {
        if (armed) use(name);
        saved.set(name, value);
      },
    });
  }
  poisoned.add(target);
  contents(target, id, 1);
  now.terms = terms;
  terms?.term(id, POISON, true, 1);
  undo(target, restore, new Map(saved));
}

function restore(target: object, saved: unknown): void {
  poisoned.delete(target);
  for (const [name, value] of saved as Map<string, unknown>) {
    Object.defineProperty(target, name, { configurable: true, enumerable: true, writable: true, value });
  }
}
