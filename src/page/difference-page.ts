/** Pages of differences: two captures, or one capture on two kernels; the totals first, then only what differs. */
import type { CaptureDiff, DiffCall } from '../query/capture-diff.ts';
import { changedCounts, totalsSentence } from '../query/diff-text.ts';
import type { Costs } from '../replay/costs.ts';
import type { DiffRecord, DiffTotals } from '../replay/kernel-diff.ts';
import { costRows, differenceParts } from '../report/diff-text.ts';
import { escapeHtml, pageHtml } from './html.ts';
import { marked } from './marked.ts';
import { summaryHtml } from './summary.ts';

/** Rows of differences that a page lists. */
const LISTED = 5000;

/** What `diff --json` prints. */
export type CaptureDiffJson = Omit<CaptureDiff, 'byPlace'> & {
  captures: [string, string];
  by_place: boolean;
};

export function captureDifferencePage(diff: CaptureDiff, names: readonly [string, string]): string {
  const rows = diff.differences.slice(0, LISTED).map(({ a, b }) => {
    return `<tr>${side(a, b)}${side(b, a)}</tr>`;
  });
  const counts = changedCounts(diff).map(([name, [a, b]]): [string, string] => [name, `${a} → ${b}`]);
  const summary = summaryHtml({
    verdict: `${totalsSentence(diff)}.`,
    tone: diff.differences.length === 0 ? 'fine' : 'odd',
    findings: [],
    more: 0,
    numbers: [
      ['records', `${diff.records[0]} → ${diff.records[1]}`],
      ['the same', `${diff.same}`],
      ['changed', `${diff.changed}`],
      ['only before', `${diff.only[0]}`],
      ['only after', `${diff.only[1]}`],
      ...counts,
    ],
    left: leftOut(diff.differences.length),
  });
  const table = `<table class="stepper sides"><thead><tr><th scope="col" class="number">Record</th><th scope="col">${escapeHtml(names[0])}</th><th scope="col" class="number">Record</th><th scope="col">${escapeHtml(names[1])}</th></tr></thead><tbody>${rows.join('\n')}</tbody></table>`;
  return pageHtml({
    title: 'Two captures',
    subtitle: escapeHtml(`${names[0]} → ${names[1]}`),
    body: `${summary}\n${rows.length === 0 ? '' : section('What differs', table)}`,
  });
}

/** Two cells: number and text, with what the other side has otherwise marked. */
function side(own: DiffCall | null, other: DiffCall | null): string {
  if (own === null) return '<td></td><td></td>';
  const kind = other === null ? 'only' : 'differs';
  return `<td>${own.index}</td><td class="${kind}">${other === null ? escapeHtml(own.text) : marked(own.text, other.text)}</td>`;
}

/** What `replay --diff-kernel K --json` prints. */
export interface KernelDiffJson extends DiffTotals {
  kernels: [string, string];
  differences: DiffRecord[];
}

export function kernelDifferencePage(diff: KernelDiffJson): string {
  const { kernels, differences, records, different, results } = diff;
  const rows = differences.slice(0, LISTED).map((one) => {
    const cells = differenceParts(one).map(([name, a, b]) => {
      return `<div>${escapeHtml(name)} <strong>${escapeHtml(a)} → ${escapeHtml(b)}</strong></div>`;
    });
    return `<tr><td>${one.index}</td><td>${escapeHtml(one.call)}</td><td>${cells.join('')}</td></tr>`;
  });
  const totals = costRows(diff.sides as [Costs, Costs]).map(([name, a, b]): [string, string] => {
    return [name, a === b ? `${a}` : `${a} → ${b}`];
  });
  const summary = summaryHtml({
    verdict:
      different === 0
        ? `${kernels[0]} and ${kernels[1]} treat all ${records} records alike.`
        : `${kernels[1]} treats ${different} of ${records} records otherwise than ${kernels[0]}, ${results} of them with another result.`,
    tone: different === 0 ? 'fine' : results > 0 ? 'bad' : 'odd',
    findings: [],
    more: 0,
    numbers: totals,
    left: leftOut(differences.length),
  });
  const table = `<table class="stepper"><thead><tr><th scope="col" class="number">Record</th><th scope="col">Call</th><th scope="col">${escapeHtml(kernels[0])} → ${escapeHtml(kernels[1])}</th></tr></thead><tbody>${rows.join('\n')}</tbody></table>`;
  return pageHtml({
    title: `${kernels[0]} and ${kernels[1]}`,
    subtitle: 'one capture played on two kernels',
    body: `${summary}\n${rows.length === 0 ? '' : section('Records that are treated differently', table)}`,
  });
}

function leftOut(count: number): string[] {
  return count > LISTED ? [`The first ${LISTED} of ${count} differences are listed.`] : [];
}

function section(title: string, table: string): string {
  return `<section aria-labelledby="differs-h"><h2 id="differs-h">${title}</h2><div class="scroll" tabindex="0" role="region" aria-label="${title}">${table}</div></section>`;
}
