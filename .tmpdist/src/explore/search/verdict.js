import { BreadthFirst } from './breadth-first.js';
import { DelayBounded } from './delay-bounded.js';
import { DepthFirst } from './depth-first.js';
import { PctPicker } from './pct.js';
import { UniformPicker, Walks } from './random-walk.js';
import { Context } from './search.js';
/** How much of the time the exhaustive search may take when it does not come to an end. */
const EXHAUSTIVE_SHARE = 0.7;
/** One verdict in the making: its world and what is left of its budget. */
export class Inquiry {
    #world;
    #options;
    #started = performance.now();
    constructor(world, options) {
        this.#world = world;
        this.#options = options;
    }
    get seconds() {
        return (performance.now() - this.#started) / 1000;
    }
    /** The budget with a share of what is left of its time. */
    left(share) {
        const { budget } = this.#options;
        return { ...budget, seconds: Math.max(0.05, (budget.seconds - this.seconds) * share) };
    }
    #run(strategy, budget, all, prepared) {
        const { progress } = this.#options;
        const context = prepared ??
            new Context(this.#world, budget, {
                all,
                ...(progress ? { progress: (stats) => progress(stats, strategy.name) } : {}),
            });
        return { outcome: strategy.search(context), context };
    }
    /** Depth first, because that comes back to its states most cheaply: is there anything to find? */
    exhaust(budget = this.left(EXHAUSTIVE_SHARE)) {
        const { outcome, context } = this.#run(new DepthFirst({ hashing: true }), budget, this.#options.all === true);
        return { outcome, stats: context.stats, findings: [...context.findings.values()] };
    }
    /** What an exhaustive search says; where it could not finish, what other searches find in the time that is left. */
    conclude(first) {
        if (first.outcome === 'exhausted' || first.outcome === 'covered') {
            return this.#result('holds', [], first.stats, 'exhaustive search');
        }
        if (first.findings.length > 0)
            return this.#shortened(first);
        const seed = this.#options.seed ?? 1;
        const others = [0, 1, 2, 3].map((delays) => [new DelayBounded(delays), 0.4]);
        others.push([new Walks('PCT', new PctPicker(3, first.stats.depth), { seed }), 0.5]);
        others.push([new Walks('random', new UniformPicker(), { seed }), 1]);
        for (const [strategy, share] of others) {
            const budget = { ...this.left(share), states: Number.POSITIVE_INFINITY };
            const { context } = this.#run(strategy, budget, this.#options.all === true);
            if (context.findings.size === 0)
                continue;
            const by = strategy instanceof Walks ? `${strategy.name}, seed ${strategy.seed}` : strategy.name;
            return this.#result('violated', [...context.findings.values()], context.stats, by);
        }
        const by = `no violation within the budget; delay bounds 0 to 3, PCT and random schedules, seeds from ${seed} on`;
        return this.#result('bounded', [], first.stats, by);
    }
    /** The same findings by the fewest steps, breadth first, as far as the budget goes. */
    #shortened(found) {
        const context = new Context(this.#world, this.left(1), { all: true });
        const strategy = new BreadthFirst({ until: () => context.findings.size >= found.findings.length });
        this.#run(strategy, this.left(1), true, context);
        for (const finding of found.findings) {
            const { invariant } = finding.violation;
            if (!context.findings.has(invariant))
                context.findings.set(invariant, finding);
        }
        const stats = { ...context.stats, states: Math.max(context.stats.states, found.stats.states) };
        return this.#result('violated', [...context.findings.values()], stats, strategy.name);
    }
    #result(verdict, findings, stats, by) {
        findings.sort((a, b) => a.schedule.length - b.schedule.length);
        return { verdict, findings, stats, by, seconds: this.seconds };
    }
}
/** The verdict on one world, by one thread. */
export function explore(world, options) {
    const inquiry = new Inquiry(world, options);
    return inquiry.conclude(inquiry.exhaust());
}
//# sourceMappingURL=verdict.js.map