/** What a schedule has changed, oldest first. */

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

/** How many changes there are. */
export const undoLength = (): number => targets.length;

/** Undoes all but the first `length` changes, the last one first. */
export function undoTo(length: number): void {
  for (let i = targets.length - 1; i >= length; i--) restores[i](targets[i], values[i]);
  targets.length = restores.length = values.length = length;
}

/** What was changed so far stays. */
export function forgetUndo(): void {
  targets.length = restores.length = values.length = 0;
}
