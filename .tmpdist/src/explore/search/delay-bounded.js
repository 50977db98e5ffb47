import { MAX_DEPTH } from './search.js';
import { optionOf, threadOf } from './world.js';
/**
 * Delay-bounded search: a fixed scheduler lets a thread run for as long as it can and then takes the next one round
 * robin; at most `delays` times in a schedule the thread whose turn it is must wait. All schedules with 0 delays are
 * run, then those with up to 1, and so on. A way other than the first at a Choice costs a delay as well.
 *
 * M. Emmi, S. Qadeer, Z. Rakamarić: Delay-Bounded Scheduling, POPL 2011.
 */
export class DelayBounded {
    name;
    #delays;
    constructor(delays) {
        this.#delays = delays;
        this.name = `delay bound ${delays}`;
    }
    search(context) {
        const { world, stats } = context;
        const schedule = new Uint8Array(MAX_DEPTH);
        const steps = new Uint8Array(256);
        /** Of each state on the way: which of the steps, in the scheduler's order, was taken; that index is what it cost. */
        const cost = [];
        const ways = [];
        let spent = 0;
        context.replay(schedule, 0);
        context.check(schedule, 0);
        for (;;) {
            if (context.done)
                return 'found';
            // Run on without further delays.
            for (;;) {
                const depth = cost.length;
                const n = world.enabled(steps);
                if (n === 0) {
                    context.checkEnd(schedule, depth);
                    break;
                }
                stats.states++;
                if (context.over())
                    return 'budget';
                inTurn(steps, n, depth > 0 ? threadOf(schedule[depth - 1]) : 0);
                cost.push(0);
                ways.push(n);
                if (!context.advance(steps[0], schedule, depth) || context.done)
                    break;
            }
            if (context.done)
                return 'found';
            // Back to the last state at which one more delay can be afforded.
            let depth = cost.length - 1;
            while (depth >= 0 && (cost[depth] + 1 >= ways[depth] || spent + 1 > this.#delays)) {
                spent -= cost[depth--];
                cost.pop();
                ways.pop();
            }
            if (depth < 0)
                return context.findings.size > 0 ? 'found' : 'covered';
            context.replay(schedule, depth);
            const n = world.enabled(steps);
            inTurn(steps, n, depth > 0 ? threadOf(schedule[depth - 1]) : 0);
            cost[depth]++;
            spent++;
            context.advance(steps[cost[depth]], schedule, depth);
        }
    }
}
/** Sorts steps by whose turn it is: thread `last` first, the others after it round robin. */
function inTurn(steps, n, last) {
    const rank = (step) => ((threadOf(step) - last + 32) & 31) * 8 + optionOf(step);
    steps.subarray(0, n).sort((x, y) => rank(x) - rank(y));
}
//# sourceMappingURL=delay-bounded.js.map