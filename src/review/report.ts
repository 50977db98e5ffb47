/** A review as text, as Markdown for a mail, and as JUnit XML. */

import { visible } from '../../uapi/visible.ts';
import { xml } from '../conform/report.ts';
import { plural } from '../report/format.ts';
import { type Difference, KINDS, type Review } from './difference.ts';

/** Differences of one cause: the first, and how many operations it stands for. */
interface Group extends Difference {
  count: number;
}

/** Operations that are alike in what differs are one row; by kind, then in the order in which they came. */
export function grouped(differences: readonly Difference[]): Group[] {
  const groups = new Map<string, Group>();
  for (const one of differences) {
    const key = one.alike === undefined ? one.what : `${one.kind} ${one.alike}`;
    const known = groups.get(key);
    if (known === undefined) groups.set(key, { ...one, count: 1 });
    else if (one.alike === undefined) groups.set(`${key} ${groups.size}`, { ...one, count: 1 });
    else known.count++;
  }
  return [...groups.values()].sort((a, b) => KINDS.indexOf(a.kind) - KINDS.indexOf(b.kind));
}

/** Scenarios for the model alone that are named, where there are no more. */
const NAMED = 5;

const more = ({ count }: Group): string => (count > 1 ? `, and ${count - 1} like it` : '');

/** One sentence on what was compared. */
function scope(review: Review): string {
  const parts = [];
  if (review.scenarios > 0) parts.push(plural(review.scenarios, 'scenario'));
  if (review.streams > 0) {
    const operations = plural(review.operations, 'operation');
    parts.push(`${plural(review.streams, 'stream')} (${operations})`);
  }
  return `${parts.join(', ') || 'nothing'} in ${Math.round(review.seconds)} s`;
}

function verdictLine(review: Review): string {
  const n = grouped(review.differences).length;
  const found = n === 0 ? 'no difference' : n === 1 ? '1 difference' : `${n} differences`;
  return `${review.tree} against ${review.base}: ${found}; ${scope(review)}`;
}

function leftOut(review: Review): string[] {
  const { forTheModelAlone: alone } = review;
  if (alone.length === 0) return [];
  const many = alone.length === 1 ? '1 scenario is' : `${alone.length} scenarios are`;
  const names = alone.length <= NAMED ? `: ${alone.join(', ')}` : ' (--json names them)';
  return [`${many} for the model alone${names}`];
}

/** What `review --json` prints: differences with how many there are like each. */
export function reviewJson(review: Review): object {
  const differences = grouped(review.differences).map(({ alike: _alike, ...one }) => one);
  return { ...review, differences };
}

/** For a terminal. */
export function reviewText(review: Review): string {
  const lines = [verdictLine(review)];
  for (const one of grouped(review.differences)) {
    lines.push('', `${one.kind}: ${visible(one.what)}${more(one)}`);
    lines.push(`  base  ${visible(one.base)}`, `  tree  ${visible(one.tree)}`, `  ${one.command}`);
  }
  if (review.open.length > 0) lines.push('', 'not decided:');
  for (const { what, why, command } of review.open)
    lines.push(`  ${what}: ${visible(why)}`, `    ${command}`);
  const left = leftOut(review);
  if (left.length > 0) lines.push('', ...left);
  return `${lines.join('\n')}\n`;
}

const cell = (text: string): string => visible(text).replaceAll('|', '\\|');

/** For a mail or a merge request. */
export function reviewMarkdown(review: Review): string {
  const lines = [`**${verdictLine(review)}**`, ''];
  const groups = grouped(review.differences);
  if (groups.length > 0) {
    lines.push('| | what | base | tree |', '|---|---|---|---|');
    for (const one of groups) {
      lines.push(`| ${one.kind} | ${cell(one.what)}${more(one)} | ${cell(one.base)} | ${cell(one.tree)} |`);
    }
    const commands = new Set(groups.map(({ command }) => `    ${command}`));
    lines.push('', 'Shown by:', '', ...commands, '');
  }
  if (review.open.length > 0) {
    lines.push('Not decided:', '', ...review.open.map(({ what, why }) => `- ${what}: ${visible(why)}`), '');
  }
  for (const line of leftOut(review)) lines.push(line, '');
  return `${lines.join('\n').trimEnd()}\n`;
}

/** A test case for each difference and each open question, and one that passes for all that is the same. */
export function reviewJunit(review: Review): string {
  const groups = grouped(review.differences);
  const name = xml(review.tree);
  const cases = groups.map((one) => {
    const text = `${one.base} → ${one.tree}\n${one.command}`;
    return `    <testcase classname="${name}" name="${xml(`${one.kind}: ${one.what}`)}">\n      <failure message="${xml(`${one.base} → ${one.tree}`)}">${xml(text)}</failure>\n    </testcase>`;
  });
  const open = review.open.map(
    ({ what, why }) =>
      `    <testcase classname="${name}" name="${xml(what)}"><skipped message="${xml(why)}"/></testcase>`,
  );
  const same = `    <testcase classname="${name}" name="${xml(`all else is as on ${review.base}`)}"/>`;
  const n = groups.length + open.length + 1;
  const counts = `tests="${n}" failures="${groups.length}" skipped="${open.length}"`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites ${counts}>`,
    `  <testsuite name="review" ${counts}>`,
    ...cases,
    ...open,
    same,
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}
