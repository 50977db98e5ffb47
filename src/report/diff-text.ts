/** What two kernels do differently with a capture, as text and JSON. */
import { errnoName } from '../../uapi/errno.ts';
import type { Costs } from '../replay/costs.ts';
import type { DiffRecord, DiffTotals, Side } from '../replay/kernel-diff.ts';
import { table } from './format.ts';

/** Numeric counts of Costs by what they are called in text. */
const COUNTS = [
  ['cache flushes', (c: Costs) => c.cacheFlushes],
  ['register writes', (c: Costs) => c.writes],
  ['page-table calls', (c: Costs) => c.tableCalls],
  ['page-table calls under lock', (c: Costs) => c.tableCallsLocked],
  ['polls', (c: Costs) => c.polls],
  ['polls under lock', (c: Costs) => c.pollsLocked],
] as const;

function result({ ret }: Side): string {
  if (ret === null) return 'would block';
  return ret < 0 ? errnoName(ret) : `${ret}`;
}

function commandNames(sides: readonly Costs[]): string[] {
  return [...new Set(sides.flatMap((c) => Object.keys(c.commands)))].sort();
}

/** One line: `123 VM_BIND: LOCK 3 → 1, FLUSH_PT 3 → 0, polls under lock 6 → 2`. */
export function diffLine({ index, call, sides }: DiffRecord): string {
  const [a, b] = sides;
  const parts: string[] = [];
  if (a.ret !== b.ret) parts.push(`result ${result(a)} → ${result(b)}`);
  for (const name of commandNames([a.costs, b.costs])) {
    const [x, y] = [a.costs.commands[name] ?? 0, b.costs.commands[name] ?? 0];
    if (x !== y) parts.push(`${name} ${x} → ${y}`);
  }
  for (const [name, count] of COUNTS) {
    const [x, y] = [count(a.costs), count(b.costs)];
    if (x !== y) parts.push(`${name} ${x} → ${y}`);
  }
  for (const [sign, own, other] of [
    ['-', a, b],
    ['+', b, a],
  ] as const) {
    for (const warning of new Set(own.costs.warnings)) {
      if (!other.costs.warnings.includes(warning)) parts.push(`${sign}warning ${warning}`);
    }
  }
  return `${String(index).padStart(6)} ${call}: ${parts.join(', ')}`;
}

/** The table that ends the report. `names` are the two kernels. */
export function diffTotalsText(totals: DiffTotals, names: readonly [string, string]): string {
  const [a, b] = totals.sides;
  const row = (name: string, x: number, y: number): string[] => {
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

export function diffJson(
  totals: DiffTotals,
  records: readonly DiffRecord[],
  names: readonly [string, string],
): string {
  return JSON.stringify({ kernels: names, ...totals, differences: records });
}
