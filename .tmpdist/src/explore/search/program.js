import { Hasher } from '../state/hash.js';
import { ThreadWorld } from './threads.js';
/** A small program given by a few functions: models in tests and documents. The driver's world does not need this. */
export class Program extends ThreadWorld {
    #spec;
    #symmetry;
    #hasher = new Hasher();
    state;
    constructor(spec, options = {}) {
        super();
        this.#spec = spec;
        this.#symmetry = options.symmetry !== false;
    }
    start() {
        this.state = this.#spec.state();
        return this.#spec.threads(this.state);
    }
    check(report) {
        this.#spec.check?.(this.state, report);
    }
    fingerprint(lanes) {
        const spec = this.#spec;
        const locals = this.threads.map((thread, i) => {
            const local = spec.local === undefined ? thread.steps : spec.local(this.state, i);
            const { lane0, lane1 } = this.#hasher
                .reset()
                .value(local)
                .int(thread.point === null ? 0 : 1);
            return [lane0, lane1];
        });
        if (this.#symmetry)
            for (const group of spec.interchangeable ?? [])
                sortGroup(locals, group);
        const hasher = this.#hasher
            .reset()
            .value(spec.shared === undefined ? this.state : spec.shared(this.state));
        for (const [lane0, lane1] of locals)
            hasher.int(lane0).int(lane1);
        lanes[0] = hasher.lane0;
        lanes[1] = hasher.lane1;
    }
}
/** Puts the members of a group in an order that does not depend on who is who. */
function sortGroup(locals, group) {
    const members = group.map((i) => locals[i]).sort((x, y) => x[0] - y[0] || x[1] - y[1]);
    group.forEach((i, n) => {
        locals[i] = members[n];
    });
}
//# sourceMappingURL=program.js.map