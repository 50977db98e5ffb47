/** The page of an explorer's verdict: what broke, and the shortest schedule that breaks it, a lane a thread. */
import { escapeHtml, pageHtml } from './html.ts';
import { type Finding, type Summary, summaryHtml } from './summary.ts';

/** What of `explore --json` a page shows. */
export interface ScheduleJson {
  scenario: string;
  kernel: string;
  switched?: readonly string[];
  verdict: string;
  invariant: string | null;
  message: string | null;
  states: number;
  schedules: number;
  token: string | null;
  steps: readonly { thread: string; action: string; details: readonly string[]; state?: readonly string[] }[];
  violations?: readonly { invariant: string; message: string }[];
  invariants?: readonly string[];
  elsewhere?: readonly { kernel: string; outcome: string; steps: number }[];
}

/** Colours that the style sheet has. */
const COLOURS = 8;

export function schedulePage(verdict: ScheduleJson): string {
  const { scenario, kernel, switched = [], steps, token } = verdict;
  const on = [kernel, ...switched].join(' ');
  const parts = [summaryHtml(summaryOf(verdict, on))];
  if (steps.length > 0) parts.push(scheduleHtml(verdict));
  if (verdict.elsewhere !== undefined && verdict.elsewhere.length > 0)
    parts.push(elsewhereHtml(verdict.elsewhere));
  if (token !== null) {
    parts.push(`<section aria-labelledby="again-h"><h2 id="again-h">Run it again</h2>
<pre tabindex="0">panthor-shim explore --replay ${escapeHtml(token)}</pre></section>`);
  }
  return pageHtml({
    title: `${scenario} on ${on}`,
    subtitle: escapeHtml(
      `every interleaving of a scenario, tried on a model of the driver · ${verdict.verdict}`,
    ),
    body: parts.join('\n'),
  });
}

function summaryOf(verdict: ScheduleJson, on: string): Summary {
  const { invariant, message, states, schedules, steps, violations = [], invariants = [] } = verdict;
  const findings: Finding[] = violations
    .slice(1)
    .map((one) => ({ tone: 'bad', text: `${one.invariant}: ${one.message}` }));
  const said: Record<string, string> = {
    violated: `${invariant}: ${message}`,
    holds: `Holds on ${on}: every interleaving was tried.`,
    bounded: `Nothing broke on ${on} in what was tried; not everything was.`,
    vacuous: `Nothing broke on ${on}, but some calls did nothing that could: the verdict says little.`,
  };
  const { verdict: kind } = verdict;
  return {
    verdict: said[kind] ?? kind,
    tone: kind === 'violated' ? 'bad' : kind === 'holds' ? 'fine' : 'odd',
    findings,
    more: 0,
    numbers: [
      ['verdict', kind],
      ['kernel', on],
      ['steps', `${steps.length}`],
      ['threads', `${new Set(steps.map(({ thread }) => thread)).size}`],
      ['states', states.toLocaleString('en')],
      ['schedules', schedules.toLocaleString('en')],
      ...(invariants.length > 0 ? ([['checked', invariants.join(', ')]] as const) : []),
    ],
    left: [],
  };
}

function scheduleHtml({ steps, verdict, invariant }: ScheduleJson): string {
  const threads = [...new Set(steps.map(({ thread }) => thread))];
  const heads = threads.map(
    (thread, i) => `<th scope="col" class="lane thread-${i % COLOURS}">${escapeHtml(thread)}</th>`,
  );
  let before: readonly string[] = [];
  const rows = steps.map(({ thread, action, details, state = [] }, i) => {
    const cells = threads.map((one, column) => {
      const lane = `thread-${column % COLOURS}`;
      if (one !== thread) return `<td class="idle ${lane}"></td>`;
      const inside = details.map((text) => `<div class="detail">${escapeHtml(text)}</div>`);
      return `<td class="act ${lane}"><div class="action">${escapeHtml(action)}</div>${inside.join('')}</td>`;
    });
    const known = before;
    before = state;
    const lines = state.map(
      (text) =>
        `<li class="${i === 0 ? 'first' : known.includes(text) ? 'same' : 'new'}">${escapeHtml(text)}</li>`,
    );
    const last = verdict === 'violated' && i === steps.length - 1 ? ' class="broken"' : '';
    return `<tr${last}><th scope="row">${i + 1}</th>${cells.join('')}<td><ul class="state">${lines.join('')}</ul></td></tr>`;
  });
  const end = verdict === 'violated' ? `; after the last step ${escapeHtml(`${invariant}`)} is broken` : '';
  return `<section aria-labelledby="steps-h"><h2 id="steps-h">Schedule <small>a lane a thread; beside each step what it changed, and of the selected one everything${end}</small></h2>
<div class="scroll" tabindex="0" role="region" aria-label="Schedule"><table class="schedule stepper"><thead><tr><th scope="col">Step</th>${heads.join('')}<th scope="col">Driver and machine after it</th></tr></thead>
<tbody>${rows.join('\n')}</tbody></table></div>
<p class="keys">Tab reaches the steps, the arrow keys go through them.</p></section>`;
}

function elsewhereHtml(list: NonNullable<ScheduleJson['elsewhere']>): string {
  const rows = list.map(({ kernel, outcome, steps }) => {
    const fine = outcome.startsWith('nothing breaks');
    const cell = `<td class="${fine ? 'good' : 'bad'}">${fine ? '✓' : '✗'} ${escapeHtml(outcome)}</td>`;
    return `<tr><th scope="row">${escapeHtml(kernel)}</th>${cell}<td>${steps}</td></tr>`;
  });
  return `<section aria-labelledby="elsewhere-h"><h2 id="elsewhere-h">The same schedule on other kernels</h2>
<table><thead><tr><th scope="col">Kernel</th><th scope="col">What comes of it</th><th scope="col">Steps</th></tr></thead>
<tbody>${rows.join('\n')}</tbody></table></section>`;
}
