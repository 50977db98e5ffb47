/** The first thing that a page says: what is wrong, if anything, and some numbers. */
import { escapeHtml } from './html.ts';

/** Something that a reader should look at. `record`: where; the page leads there. */
export interface Finding {
  tone: 'bad' | 'odd';
  text: string;
  record?: number;
}

export interface Summary {
  /** One sentence. */
  verdict: string;
  tone: 'fine' | 'odd' | 'bad';
  findings: readonly Finding[];
  /** Findings that there are besides those listed. */
  more: number;
  numbers: readonly (readonly [label: string, value: string])[];
  /** What the page leaves out, where it does. */
  left: readonly string[];
}

const SIGN = { fine: '✓', odd: '!', bad: '✗' } as const;

export function summaryHtml({ verdict, tone, findings, more, numbers, left }: Summary): string {
  const list = findings.map(({ tone: how, text, record }) => {
    const said = escapeHtml(text);
    const link =
      record === undefined
        ? said
        : `<button type="button" class="link" data-record="${record}">record ${record}</button> ${said}`;
    return `<li class="${how}">${link}</li>`;
  });
  if (more > 0) list.push(`<li>… and ${more} more</li>`);
  const cells = numbers.map(
    ([label, value]) => `<div><dt>${escapeHtml(label)}</dt><dd>${escapeHtml(value)}</dd></div>`,
  );
  return `<section class="summary" aria-labelledby="summary-h">
<h2 id="summary-h">Summary</h2>
<p class="verdict ${tone}"><span aria-hidden="true">${SIGN[tone]}</span> ${escapeHtml(verdict)}</p>
${list.length > 0 ? `<ul class="findings">${list.join('\n')}</ul>` : ''}
<dl class="numbers">${cells.join('\n')}</dl>
${left.map((text) => `<p class="left">${escapeHtml(text)}</p>`).join('\n')}
</section>`;
}
