/** What a schedule has changed in objects of the initial state, oldest first: the others are gone after a reset. */

export type Restore = (target: object, value: unknown) => void;

const targets: object[] = [];
const restores: Restore[] = [];
const values: unknown[] = [];

/** `restore(target, value)` will undo a change. */
export function noteUndo(target: object, restore: Restore, value: unknown): void {
  targets.push(target);
  restores.push(restore);
  values.push(value);
}

/** Undoes everything, the last change first. */
export function undoAll(): void {
  for (let i = targets.length - 1; i >= 0; i--) restores[i](targets[i], values[i]);
  forgetUndo();
}

/** What was changed so far stays. */
export function forgetUndo(): void {
  targets.length = restores.length = values.length = 0;
}
