/** The page of a review: what a kernel tree does otherwise than another, or than the model. */
import { escapeHtml, pageHtml } from './html.ts';
import { type Summary, summaryHtml } from './summary.ts';
import { fieldWords } from './vector-fields.ts';

/** What of `review --json` a page shows. */
export interface ReviewJson {
  base: string;
  tree: string;
  scenarios: number;
  forTheModelAlone: readonly string[];
  streams: number;
  operations: number;
  differences: readonly {
    kind: string;
    what: string;
    base: string;
    tree: string;
    command: string;
    /** How many are like it, itself included. */
    count: number;
  }[];
  open: readonly { what: string; why: string; command: string }[];
  seconds: number;
}

/** What a kind of difference is, in words; what weighs most comes first. */
const KINDS: Readonly<Record<string, string>> = {
  verdict: 'another verdict on a scenario',
  finding: 'another invariant breaks',
  results: 'an operation returns something else',
  warnings: 'other warnings of the kernel',
  state: 'other mappings or page tables',
  commands: 'other commands to the MMU',
};

export function reviewPage(review: ReviewJson): string {
  const { base, tree, differences, open } = review;
  const parts = [summaryHtml(summaryOf(review))];
  if (differences.length > 0) parts.push(differencesHtml(review));
  if (open.length > 0) parts.push(openHtml(open));
  return pageHtml({
    title: `Review of ${tree}`,
    subtitle: escapeHtml(`against ${base}: the same scenarios, vectors and captures on both`),
    body: parts.join('\n'),
  });
}

function summaryOf(review: ReviewJson): Summary {
  const { base, tree, differences, open, scenarios, streams, operations, seconds, forTheModelAlone } = review;
  const n = differences.length;
  const most = new Map<string, number>();
  for (const kind of [...Object.keys(KINDS), ...differences.map((one) => one.kind)]) {
    const count = differences.filter((one) => one.kind === kind).length;
    if (count > 0) most.set(kind, count);
  }
  const left = forTheModelAlone.map((name) => `${name} is for the model alone, and was not run on the tree.`);
  const same = scenarios + streams === 0 ? 'Nothing was compared.' : `${tree} does what ${base} does.`;
  return {
    verdict: n === 0 ? same : `${tree} differs from ${base} in ${n === 1 ? 'one thing' : `${n} things`}.`,
    tone: n > 0 ? 'bad' : open.length > 0 || scenarios + streams === 0 ? 'odd' : 'fine',
    findings: [...most].map(([kind, count]) => ({
      tone: 'bad',
      text: `${count} × ${KINDS[kind] ?? kind}`,
    })),
    more: 0,
    numbers: [
      ['differences', `${n}`],
      ['not decided', `${open.length}`],
      ['scenarios', scenarios.toLocaleString('en')],
      ['streams', streams.toLocaleString('en')],
      ['operations', operations.toLocaleString('en')],
      ['took', `${Math.round(seconds)} s`],
    ],
    left,
  };
}

function differencesHtml({ base, tree, differences }: ReviewJson): string {
  const order = Object.keys(KINDS);
  const sorted = [...differences].sort((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind));
  const rows = sorted.map((one, i) => {
    const alike = one.count > 1 ? `<div class="detail">and ${one.count - 1} like it</div>` : '';
    const row = `<tr><th scope="row">${escapeHtml(whatText(one.what))}${alike}</th><td>${escapeHtml(KINDS[one.kind] ?? one.kind)}</td><td class="only">${escapeHtml(one.base)}</td><td class="differs">${escapeHtml(one.tree)}</td></tr>`;
    // One command shows what several rows say: it stands below the last of them.
    if (sorted[i + 1]?.command === one.command) return row;
    return `${row}\n<tr class="how"><td colspan="4">shown by <pre tabindex="0">${escapeHtml(one.command)}</pre></td></tr>`;
  });
  const heads = ['What', 'Kind', base, tree].map((name) => `<th scope="col">${escapeHtml(name)}</th>`);
  return `<section aria-labelledby="differences-h"><h2 id="differences-h">Differences</h2>
<div class="scroll" tabindex="0" role="region" aria-label="Differences"><table class="stepper review"><thead><tr>${heads.join('')}</tr></thead>
<tbody>${rows.join('\n')}</tbody></table></div>
<p class="keys">Tab reaches the rows, the arrow keys go through them.</p></section>`;
}

/** With the field of a vector in words. */
function whatText(what: string): string {
  return what.replace(/, field (\w+)$/, (all, field: string) => {
    const words = fieldWords(field);
    return words === '' ? all : `, field ${field}: ${words}`;
  });
}

function openHtml(open: ReviewJson['open']): string {
  const rows = open.map(
    ({ what, why, command }) =>
      `<tr><th scope="row">${escapeHtml(what)}</th><td>${escapeHtml(why)}</td><td><pre tabindex="0">${escapeHtml(command)}</pre></td></tr>`,
  );
  return `<section aria-labelledby="open-h"><h2 id="open-h">Not decided</h2>
<div class="scroll" tabindex="0" role="region" aria-label="Not decided"><table><thead><tr><th scope="col">What</th><th scope="col">Why</th><th scope="col">Shown by</th></tr></thead>
<tbody>${rows.join('\n')}</tbody></table></div></section>`;
}
