import { BEHAVIOUR_KEYS, BEHAVIOURS, KERNEL_NAMES, kernel } from '../driver/kernels.js';
import { DriverWorld } from './driver-world.js';
import { explore } from './verdict.js';
/** What one alternative may take: the table is a help, not the answer. */
const SECONDS_EACH = 3;
/**
 * The same scenario on the other kernels, and on this one with each behaviour switched: a table of what it makes of the
 * invariant that broke. Switches that change nothing are only counted.
 */
export function compare(scenario, model, invariant, budget) {
    const lines = [`The same scenario elsewhere (${invariant}):`];
    const verdict = (other) => {
        const world = new DriverWorld(scenario, other, [invariant]);
        return explore(world, { budget: { ...budget, seconds: Math.min(budget.seconds, SECONDS_EACH) } }).verdict;
    };
    for (const name of KERNEL_NAMES) {
        if (name !== model.name || model.switched.length > 0)
            lines.push(`  ${name.padEnd(40)} ${verdict(kernel(name))}`);
    }
    let same = 0;
    const before = lines.length;
    for (const key of BEHAVIOUR_KEYS) {
        const sign = model.behaviours[key] ? '-' : '+';
        const { name } = BEHAVIOURS[key];
        const others = model.switched.filter((one) => one.slice(1) !== name);
        const list = (which) => others.filter((one) => one[0] === which).map((one) => one.slice(1));
        const on = sign === '+' ? [...list('+'), name] : list('+');
        const off = sign === '-' ? [...list('-'), name] : list('-');
        const what = verdict(kernel(model.name, on, off));
        if (what === 'violated')
            same++;
        else
            lines.push(`  ${model.name} ${sign}${name}`.padEnd(43) + what);
    }
    if (lines.length === before)
        lines.push(`  ${model.name} with any one behaviour switched: still violated`);
    else
        lines.push(`  ${model.name} with any other one of ${same}: still violated`);
    return lines;
}
//# sourceMappingURL=compare.js.map