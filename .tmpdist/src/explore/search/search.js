import { Violation } from './world.js';
export const MAX_DEPTH = 65536;
/** The program did not do the same thing twice: a bug of the model's or the explorer's, never a verdict. */
export class NondeterminismError extends Error {
    name = 'NondeterminismError';
    constructor(schedule) {
        super(`the same ${schedule.length} steps led to another state: [${Array.from(schedule).join()}]`);
    }
}
/** One search: its world, its limits, and where findings go. */
export class Context {
    world;
    budget;
    stats = { states: 0, schedules: 0, steps: 0, depth: 0, frontier: 0, bytesPerState: 0 };
    /** First finding (with a breadth-first search: the shortest) for each invariant. */
    findings = new Map();
    /** Go on after a finding, to see what else breaks. */
    all;
    progress;
    #deadline;
    #ticks = 0;
    #over = false;
    constructor(world, budget, options = {}) {
        this.world = world;
        this.budget = budget;
        this.all = options.all === true;
        this.progress = options.progress;
        this.#deadline = performance.now() + budget.seconds * 1000;
    }
    /** Whether the search should end here because it found what it was after. */
    get done() {
        return !this.all && this.findings.size > 0;
    }
    /** Whether the budget is spent; looks at the clock now and then. */
    over() {
        if (this.#over)
            return true;
        if (this.stats.states >= this.budget.states)
            return (this.#over = true);
        if ((this.#ticks++ & 127) !== 127)
            return false;
        if (performance.now() > this.#deadline)
            this.#over = true;
        if ((this.#ticks & 8191) === 0 && process.memoryUsage.rss() > this.budget.memory)
            this.#over = true;
        this.progress?.(this.stats);
        return this.#over;
    }
    found(violation, schedule, length = schedule.length) {
        if (this.findings.has(violation.invariant))
            return;
        this.findings.set(violation.invariant, { violation, schedule: Array.from(schedule).slice(0, length) });
    }
    /** Back to the initial state and along `schedule`, which is known to work. */
    replay(schedule, length) {
        this.stats.schedules++;
        this.stats.steps += length;
        this.world.reset();
        for (let i = 0; i < length; i++)
            this.world.step(schedule[i]);
    }
    /**
     * Takes `step` as number `depth` of `schedule`, checks, and returns whether the state can be gone on from. What
     * breaks is recorded with the schedule that leads there.
     */
    advance(step, schedule, depth) {
        if (depth >= schedule.length)
            throw new RangeError(`a schedule of more than ${schedule.length} steps`);
        schedule[depth] = step;
        this.stats.steps++;
        if (depth + 1 > this.stats.depth)
            this.stats.depth = depth + 1;
        try {
            this.world.step(step);
        }
        catch (error) {
            if (!(error instanceof Violation))
                throw error;
            this.found(error, schedule, depth + 1);
            return false;
        }
        this.check(schedule, depth + 1);
        return true;
    }
    check(schedule, length) {
        this.world.check((violation) => this.found(violation, schedule, length));
    }
    /** At a state without steps: has everything ended, or does something wait for ever? */
    checkEnd(schedule, length) {
        try {
            this.world.checkEnd();
        }
        catch (error) {
            if (!(error instanceof Violation))
                throw error;
            this.found(error, schedule, length);
        }
    }
}
//# sourceMappingURL=search.js.map