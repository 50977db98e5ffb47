/** The page of a conformance run: totals, then each stream whose outcome is another than the kernel's own. */
import { escapeHtml, pageHtml } from './html.ts';
import { marked } from './marked.ts';
import { summaryHtml } from './summary.ts';
import { fieldWords } from './vector-fields.ts';

/** What `conform --json` prints. */
export interface ConformJson {
  kernel: string;
  streams: number;
  ops: number;
  passed: number;
  failed: number;
  failures: readonly {
    stream: string;
    kernel: string;
    index: number;
    field: string;
    expected: unknown;
    actual: unknown;
  }[];
}

export function conformPage(run: ConformJson): string {
  const { kernel, streams, ops, passed, failed, failures } = run;
  const text = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));
  const rows = failures.map((one) => {
    const [expected, actual] = [text(one.expected), text(one.actual)];
    const about = fieldWords(one.field);
    const field = `${escapeHtml(one.field)}${about === '' ? '' : `<div class="detail">${about}</div>`}`;
    return `<tr><th scope="row">${escapeHtml(one.stream)}</th><td>${escapeHtml(one.kernel)}</td><td>${one.index}</td><td>${field}</td><td class="good">${marked(expected, actual)}</td><td class="bad">${marked(actual, expected)}</td></tr>`;
  });
  const summary = summaryHtml({
    verdict:
      failed === 0
        ? `All ${streams.toLocaleString('en')} streams end as the kernel's own code ended them.`
        : `${failed} of ${streams.toLocaleString('en')} streams end otherwise than the kernel's own code ended them.`,
    tone: failed === 0 ? 'fine' : 'bad',
    findings: [],
    more: 0,
    numbers: [
      ['kernels', kernel.replaceAll(',', ', ')],
      ['streams', streams.toLocaleString('en')],
      ['operations', ops.toLocaleString('en')],
      ['passed', passed.toLocaleString('en')],
      ['failed', failed.toLocaleString('en')],
    ],
    left: [],
  });
  const table = `<section aria-labelledby="failures-h"><h2 id="failures-h">First operation that differs, stream by stream</h2>
<div class="scroll" tabindex="0" role="region" aria-label="Failures"><table class="stepper conform"><thead><tr><th scope="col">Stream</th><th scope="col">Kernel</th><th scope="col">Operation</th><th scope="col">Field</th><th scope="col">The kernel</th><th scope="col">The model</th></tr></thead><tbody>${rows.join('\n')}</tbody></table></div></section>`;
  return pageHtml({
    title: 'Conformance run',
    subtitle: escapeHtml(`vectors of ${kernel.replaceAll(',', ', ')}`),
    body: `${summary}\n${rows.length === 0 ? '' : table}`,
  });
}
