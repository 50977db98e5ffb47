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

/** What two kernels do differently with a record: what is counted, and how often on each. */
export function differenceParts({ sides }: DiffRecord): [name: string, a: string, b: string][] {
  const [a, b] = sides;
  const parts: [string, string, string][] = [];
  if (a.ret !== b.ret) parts.push(['result', result(a), result(b)]);
  for (const [name, x, y] of costRows([a.costs, b.costs])) {
    if (x !== y && name !== 'warnings') parts.push([name, `${x}`, `${y}`]);
  }
  return parts;
}

/** One line: `123 VM_BIND: LOCK 3 → 1, FLUSH_PT 3 → 0, polls under lock 6 → 2`. */
export function diffLine(record: DiffRecord): string {
  const { index, call } = record;
  const [a, b] = record.sides;
  const parts = differenceParts(record).map(([name, x, y]) => `${name} ${x} → ${y}`);
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

/** Everything that is counted, on both sides. */
export function costRows([a, b]: readonly [Costs, Costs]): [name: string, a: number, b: number][] {
  return [
    ...commandNames([a, b]).map((name): [string, number, number] => [
      name,
      a.commands[name] ?? 0,
      b.commands[name] ?? 0,
    ]),
    ...COUNTS.map(([name, count]): [string, number, number] => [name, count(a), count(b)]),
    ['warnings', a.warnings.length, b.warnings.length],
  ];
}

/** The table that ends the report. `names` are the two kernels. */
export function diffTotalsText(totals: DiffTotals, names: readonly [string, string]): string {
  const row = ([name, x, y]: [string, number, number]): string[] => {
    const change = y - x;
    return [name, `${x}`, `${y}`, change === 0 ? '' : change > 0 ? `+${change}` : `${change}`];
  };
  const rows = [['', names[0], names[1], ''], ...costRows(totals.sides).map(row)];
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
