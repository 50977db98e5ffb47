/** What two kernels do differently with a capture, as text and JSON. */
import { errnoName } from '../../uapi/errno.js';
import { table } from './format.js';
/** Numeric counts of Costs by what they are called in text. */
const COUNTS = [
    ['cache flushes', (c) => c.cacheFlushes],
    ['register writes', (c) => c.writes],
    ['page-table calls', (c) => c.tableCalls],
    ['page-table calls under lock', (c) => c.tableCallsLocked],
    ['polls', (c) => c.polls],
    ['polls under lock', (c) => c.pollsLocked],
];
function result({ ret }) {
    if (ret === null)
        return 'would block';
    return ret < 0 ? errnoName(ret) : `${ret}`;
}
function commandNames(sides) {
    return [...new Set(sides.flatMap((c) => Object.keys(c.commands)))].sort();
}
/** One line: `123 VM_BIND: LOCK 3 → 1, FLUSH_PT 3 → 0, polls under lock 6 → 2`. */
export function diffLine({ index, call, sides }) {
    const [a, b] = sides;
    const parts = [];
    if (a.ret !== b.ret)
        parts.push(`result ${result(a)} → ${result(b)}`);
    for (const name of commandNames([a.costs, b.costs])) {
        const [x, y] = [a.costs.commands[name] ?? 0, b.costs.commands[name] ?? 0];
        if (x !== y)
            parts.push(`${name} ${x} → ${y}`);
    }
    for (const [name, count] of COUNTS) {
        const [x, y] = [count(a.costs), count(b.costs)];
        if (x !== y)
            parts.push(`${name} ${x} → ${y}`);
    }
    for (const [sign, own, other] of [
        ['-', a, b],
        ['+', b, a],
    ]) {
        for (const warning of new Set(own.costs.warnings)) {
            if (!other.costs.warnings.includes(warning))
                parts.push(`${sign}warning ${warning}`);
        }
    }
    return `${String(index).padStart(6)} ${call}: ${parts.join(', ')}`;
}
/** The table that ends the report. `names` are the two kernels. */
export function diffTotalsText(totals, names) {
    const [a, b] = totals.sides;
    const row = (name, x, y) => {
        const change = y - x;
        return [name, `${x}`, `${y}`, change === 0 ? '' : change > 0 ? `+${change}` : `${change}`];
    };
    const rows = [
        ['', names[0], names[1], ''],
        ...commandNames([a, b]).map((name) => row(name, a.commands[name] ?? 0, b.commands[name] ?? 0)),
        ...COUNTS.map(([name, count]) => row(name, count(a), count(b))),
        row('warnings', a.warnings.length, b.warnings.length),
    ];
    const differ = `${totals.different} of ${totals.records} records differ, ${totals.results} of them in their result`;
    return [differ, ...table(rows, [1, 2, 3])].join('\n');
}
export function diffJson(totals, records, names) {
    return JSON.stringify({ kernels: names, ...totals, differences: records });
}
//# sourceMappingURL=diff-text.js.map