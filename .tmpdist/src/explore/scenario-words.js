/** Words and numbers of scenario files. */
import { ScenarioError } from './scenario.js';
/** "0x1000", "8K", "2M", "1G" as bytes. */
export function bytes(text) {
    const match = /^(0x[0-9a-f]+|\d+)([KMG]?)$/i.exec(text ?? '');
    if (!match)
        throw new ScenarioError(`'${text ?? ''}' is no number of bytes`);
    const unit = { '': 1, K: 2 ** 10, M: 2 ** 20, G: 2 ** 30 }[match[2].toUpperCase()];
    return Number(match[1]) * unit;
}
/** The words of a line, taken one after the other. Throws ScenarioError for what is missing. */
export class Words {
    #words;
    #at = 0;
    constructor(line) {
        this.#words = line.split(/\s+/);
    }
    next(what) {
        if (this.#at >= this.#words.length)
            throw new ScenarioError(`${what} is missing`);
        return this.#words[this.#at++];
    }
    get more() {
        return this.#at < this.#words.length;
    }
    /** Takes `word` if it comes next. */
    take(word) {
        if (this.#words[this.#at] !== word)
            return false;
        this.#at++;
        return true;
    }
    rest() {
        const words = this.#words.slice(this.#at);
        this.#at = this.#words.length;
        return words;
    }
}
//# sourceMappingURL=scenario-words.js.map