/** A capture's summary: what the replay found, in the order of its weight. */

import { bytesText, durationText, plural } from '../report/format.ts';
import { replaySummary } from '../report/replay-json.ts';
import type { CaptureRecording } from './capture-recording.ts';
import type { Finding, Summary } from './summary.ts';

/** Findings that a page lists. */
const LISTED = 40;

export function captureSummary(client: string, recording: CaptureRecording, left: string[]): Summary {
  const { history, replayer, failed } = recording;
  replayer.finish();
  const found = replaySummary(client, replayer);
  const findings: Finding[] = [
    ...found.divergences.map(({ index, what }) => ({ tone: 'bad' as const, record: index, text: what })),
    ...found.warnings.map(({ index, what, count }) => ({
      tone: 'bad' as const,
      record: index,
      text: `the kernel would warn: ${what}${count > 1 ? ` (${count} times)` : ''}`,
    })),
    ...failed.marks.map(({ record, text }) => ({ tone: 'odd' as const, record, text })),
    ...found.would_block.map(({ index, what }) => ({ tone: 'odd' as const, record: index, text: what })),
    ...found.explained.map(({ index, why }) => ({ tone: 'odd' as const, record: index, text: why })),
  ];
  const { divergences, would_block, explained } = found.counts;
  const total = divergences + found.warnings.length + failed.count + would_block + explained;
  const parts = [
    [divergences, 'call that ends otherwise on the model', 'calls that end otherwise on the model'],
    [found.warnings.length, 'kernel warning', 'kernel warnings'],
    [failed.count, 'call that failed', 'calls that failed'],
    [would_block + explained, 'call to look at', 'calls to look at'],
  ] as const;
  const said = parts.filter(([n]) => n > 0).map(([n, one, many]) => plural(n, one, many));
  const bad = divergences + found.warnings.length > 0;
  const span = history.last.timeNs - history.first.timeNs;
  return {
    verdict:
      said.length > 0
        ? `${said.join(', ')}.`
        : 'Nothing is wrong: every call ends as it was recorded, no call failed, the kernel would not warn.',
    tone: bad ? 'bad' : said.length > 0 ? 'odd' : 'fine',
    findings: findings.slice(0, LISTED),
    more: total - Math.min(findings.length, LISTED),
    numbers: [
      ['kernel modelled', found.kernel],
      ['records', found.records.toLocaleString('en')],
      ['time', durationText(span)],
      ['VMs', `${history.vms.length}`],
      ['objects', `${history.objects.length} (${bytesText(sum(history.objects))})`],
      ['mappings made', history.mappings.length.toLocaleString('en')],
      ['maps / unmaps', `${found.bind_ops.map} / ${found.bind_ops.unmap}`],
      ['asynchronous', `${found.bind_ops.async}`],
      ['LOCK commands', `${found.mmu.commands.LOCK}`],
      ['cache flushes', `${found.mmu.cache_flushes}`],
      ['slot evictions', `${found.as.evictions}`],
      ['page faults', `${found.as.faults}`],
    ],
    left,
  };
}

function sum(objects: readonly { size: number }[]): number {
  return objects.reduce((all, { size }) => all + size, 0);
}
