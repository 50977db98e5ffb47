export { Choice, MAX_OPTIONS } from '../../coroutine/choice.js';
/** A broken invariant: what every search is after. */
export class Violation extends Error {
    invariant;
    constructor(invariant, message) {
        super(message);
        this.name = 'Violation';
        this.invariant = invariant;
    }
}
export const MAX_THREADS = 32;
export const stepOf = (thread, option = 0) => thread | (option << 5);
export const threadOf = (step) => step & 31;
export const optionOf = (step) => step >>> 5;
//# sourceMappingURL=world.js.map