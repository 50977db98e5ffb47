/** The difference of two captures as text and as JSON. */
import { plural, table } from '../report/format.ts';
import type { CaptureDiff, DiffCall } from './capture-diff.ts';

/** The differences as `diff -u` shows lines, then the totals. `names`: the two files. */
export function captureDiffText(diff: CaptureDiff, names: readonly [string, string]): string {
  const lines: string[] = [];
  if (diff.differences.length > 0) lines.push(`--- ${names[0]}`, `+++ ${names[1]}`);
  const line = (sign: string, { index, text }: DiffCall): string =>
    `${sign}${`${index}`.padStart(6)} ${text}`;
  for (const { a, b } of diff.differences) {
    if (a !== null) lines.push(line('-', a));
    if (b !== null) lines.push(line('+', b));
  }
  if (lines.length > 0) lines.push('');
  lines.push(totalsSentence(diff));
  const rows = changedCounts(diff).map(([name, [a, b]]) => {
    return [name, `${a}`, `${b}`, b > a ? `+${b - a}` : `${b - a}`];
  });
  if (rows.length > 0) lines.push(...table([['', 'before', 'after', ''], ...rows], [1, 2, 3]));
  return `${lines.join('\n')}\n`;
}

/** "12 calls differ: 3 changed, 4 in the first alone, 5 in the second alone; 460 are the same". */
export function totalsSentence({ same, changed, only, byPlace, differences }: CaptureDiff): string {
  const how = byPlace ? ' (paired by place: too different to be aligned)' : '';
  if (differences.length === 0) return `the captures ask for the same: ${plural(same, 'call')}`;
  return (
    `${plural(differences.length, 'difference')}: ${changed} changed, ${only[0]} in the first alone, ` +
    `${only[1]} in the second alone; ${same} calls are the same${how}`
  );
}

/** Names of calls whose number differs. */
export function changedCounts({ calls }: CaptureDiff): [name: string, counts: [number, number]][] {
  return Object.entries(calls)
    .filter(([, [a, b]]) => a !== b)
    .sort(([a], [b]) => (a < b ? -1 : 1));
}

export function captureDiffJson(diff: CaptureDiff, names: readonly [string, string]): string {
  const { records, same, changed, only, calls, byPlace, differences } = diff;
  const all = { captures: names, records, same, changed, only, calls, by_place: byPlace, differences };
  return `${JSON.stringify(all)}\n`;
}
