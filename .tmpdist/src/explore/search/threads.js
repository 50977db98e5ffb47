import { Choice, MAX_THREADS, optionOf, stepOf, threadOf, Violation, } from './world.js';
class RunningThread {
    name;
    daemon;
    body;
    point = null;
    /** Steps taken. */
    steps = 0;
    result = undefined;
    constructor(spec) {
        this.name = spec.name;
        this.daemon = spec.daemon === true;
        this.body = spec.body;
    }
    resume() {
        const next = this.body.next();
        if (next.done) {
            this.point = null;
            this.result = next.value;
        }
        else {
            this.point = next.value;
        }
    }
}
/**
 * What all worlds share: threads that are generators, stepped one at a time. A subclass makes the state and the
 * generators, hashes and checks.
 */
export class ThreadWorld {
    threads = [];
    /** The thread whose step is being taken, or -1. */
    current = -1;
    reset() {
        this.current = -1;
        const specs = this.start();
        if (specs.length > MAX_THREADS)
            throw new RangeError(`${specs.length} threads, at most ${MAX_THREADS}`);
        this.threads = specs.map((spec) => new RunningThread(spec));
        for (let i = 0; i < this.threads.length; i++) {
            this.current = i;
            this.onSwitch(i);
            this.threads[i].resume();
        }
        this.current = -1;
    }
    enabled(into) {
        let n = 0;
        for (let i = 0; i < this.threads.length; i++) {
            const point = this.threads[i].point;
            if (point === null)
                continue;
            if (typeof point === 'string')
                into[n++] = i;
            else if (point instanceof Choice)
                for (let o = 0; o < point.options; o++)
                    into[n++] = stepOf(i, o);
            else if (point.ready())
                into[n++] = i;
        }
        return n;
    }
    step(step) {
        const thread = this.threads[(this.current = threadOf(step))];
        this.onSwitch(this.current);
        if (thread.point instanceof Choice)
            thread.point.choose(optionOf(step));
        thread.steps++;
        thread.resume();
        this.current = -1;
    }
    /** Thread `index` is about to go on. */
    onSwitch(_index) { }
    describe(step) {
        const point = this.threads[threadOf(step)].point;
        if (point === null)
            return 'has ended';
        if (typeof point === 'string')
            return point;
        if (point instanceof Choice)
            return `${point.label}: ${optionOf(step)}`;
        return point.label;
    }
    checkEnd() {
        const waiting = this.threads.filter((thread) => thread.point !== null && !thread.daemon);
        if (waiting.length === 0)
            return;
        const list = waiting.map((thread) => {
            const point = thread.point;
            return `${thread.name} waits for ${typeof point === 'string' ? point : point.label}`;
        });
        throw new Violation('deadlock', list.join(', '));
    }
}
//# sourceMappingURL=threads.js.map