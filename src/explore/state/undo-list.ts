/** What a schedule has changed, oldest first. */

export type Restore = (target: object, value: unknown) => void;

const targets: object[] = [];
const restores: Restore[] = [];
const values: unknown[] = [];
/** What lies above is left over from before, and written over: to shorten a list takes longer. */
let length = 0;

/** `restore(target, value)` will undo a change. */
export function noteUndo(target: object, restore: Restore, value: unknown): void {
  targets[length] = target;
  restores[length] = restore;
  values[length++] = value;
}

/** How many changes there are. */
export const undoLength = (): number => length;

/** Undoes all but the first `rest` changes, the last one first. */
export function undoTo(rest: number): void {
  while (length > rest) {
    length--;
    restores[length](targets[length], values[length]);
  }
}

/** What was changed so far stays. */
export function forgetUndo(): void {
  targets.length = restores.length = values.length = length = 0;
}
