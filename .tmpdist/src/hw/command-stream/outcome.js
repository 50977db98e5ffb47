/** The next instruction follows. */
export const NEXT = 0;
/** The instruction itself has said where to go on. */
export const WENT = 1;
/** It cannot be done yet; `queue.blocked` says why. */
export const STAY = 2;
//# sourceMappingURL=outcome.js.map