export const MAX_OPTIONS = 8;
/**
 * A place where the machine, not the scheduler, decides: one of `options` ways to go on. The explorer tries each; the
 * code reads `chosen` once it is resumed.
 */
export class Choice {
    label;
    options;
    chosen = 0;
    constructor(label, options) {
        if (options < 1 || options > MAX_OPTIONS)
            throw new RangeError(`${options} options`);
        this.label = label;
        this.options = options;
    }
    /** Nothing has to happen before one can choose. */
    ready() {
        return true;
    }
    choose(option) {
        this.chosen = option;
    }
}
//# sourceMappingURL=choice.js.map