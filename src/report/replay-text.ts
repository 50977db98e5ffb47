import { PAGE_SIZE } from '../../uapi/sizes.ts';
import { visible } from '../../uapi/visible.ts';
import type { CaptureHeader } from '../capture/record.ts';
import { refusalText } from '../payload/refusal.ts';
import type { Replayer } from '../replay/replayer.ts';
import type { Divergence, FindingList } from '../replay/tally.ts';
import type { LifeTrace } from '../replay/vm-events.ts';
import type { VmHistories, VmHistory } from '../replay/vm-history.ts';
import { bytesText, plural, table } from './format.ts';
import { commandCounts, kernelText } from './replay-json.ts';
import { address, disagreementLines, LEGEND, vaMap } from './va-map.ts';

/** Findings of a kind that are printed. */
const SHOWN = 20;

/** The report of a replay for people. */
export function replayText(
  header: CaptureHeader,
  replayer: Replayer,
  histories: VmHistories,
  life: LifeTrace,
): string {
  const sections = [
    overview(header, replayer),
    [...histories.histories.values()].map((history) => vmText(history, life)).join('\n\n'),
    work(replayer, life),
    findings(replayer),
  ];
  return `${sections.filter((section) => section !== '').join('\n\n')}\n`;
}

function overview({ client, arch, driver_version, replies }: CaptureHeader, replayer: Replayer): string {
  const { tally } = replayer;
  const { ioctls, bindOps: ops } = tally;
  const names = Object.entries(ioctls.by_name).sort((a, b) => b[1] - a[1]);
  const driver = driver_version === undefined ? '' : `, panthor ${driver_version}`;
  const who = visible(`${client} (${arch}${driver}`);
  const calls = `${plural(ioctls.total, 'ioctl')} (${ioctls.failed} failed) and ${plural(tally.mmaps, 'mmap')}`;
  return [
    `${who}, replies are a ${replies}'s) on kernel ${kernelText(replayer)}`,
    ...statementLines(replayer),
    ...table([
      ['  records', `${tally.records}: ${calls}`],
      ['  calls', wrap(names.map(([name, count]) => `${count} ${name}`)).join('\n           ')],
      [
        '  binds',
        `${plural(ops.map, 'map')} (${ops.sparse} sparse), ${plural(ops.unmap, 'unmap')}, ` +
          `${ops.sync_only} sync only\n           ${ops.sync} synchronous, ${ops.async} asynchronous`,
      ],
    ]),
  ].join('\n');
}

function vmText(history: VmHistory, life: LifeTrace): string {
  const { shown, shownAt, createdAt, destroyedAt } = history;
  const end = destroyedAt < 0 ? 'alive at the end' : `destroyed in record ${destroyedAt}`;
  const lines = [
    `VM ${shown.id} of fd ${shown.fd}: created in record ${createdAt}, ${end}${shown.unusable ? ', unusable' : ''}`,
    `  user range ${address(0)}–${address(shown.userVaRange - 1)}`,
    `  address space slots: ${slots(history, life)}`,
  ];
  if (shown.vmas.length === 0) return [...lines, '  nothing was ever mapped'].join('\n');
  const bytes = shown.vmas.reduce((sum, vma) => sum + vma.size, 0);
  const leaves = `${shown.pages2m} × 2 MiB and ${shown.pages4k} × 4 KiB`;
  lines.push(
    `  page tables: ${plural(shown.tables, 'page')} (${bytesText(shown.tables * PAGE_SIZE)}) for ${leaves}, ` +
      `${history.mostTables} at most`,
    `  ${plural(shown.vmas.length, 'mapping')} of ${bytesText(bytes)} after record ${shownAt}` +
      `${destroyedAt < 0 ? '' : ', near its fullest'}:`,
    ...vaMap(shown).map((line) => `    ${line}`),
    ...disagreementLines(shown).map((line) => `    ${line}`),
    `    ${LEGEND}`,
  );
  return lines.join('\n');
}

function slots(history: VmHistory, life: LifeTrace): string {
  const as = life.as_.get(history.uid);
  if (as === undefined) return 'never active';
  const which = [...as.slots].map((slot) => `AS ${slot}`).join(', ');
  return `${which}; enabled ${as.enabled}, disabled ${as.disabled}, evicted ${as.evicted} times`;
}

function work(replayer: Replayer, life: LifeTrace): string {
  const { machine, stats } = replayer.model.seen;
  const { activations, evictions, faults } = stats;
  const { steps, pageTable } = life;
  const commands = Object.entries(commandCounts(replayer)).map(([name, count]) => `${count} ${name}`);
  return [
    'What the driver did',
    ...table([
      ['  gpuvm steps', `${steps.map} map, ${steps.remap} remap, ${steps.unmap} unmap`],
      [
        '  page tables',
        `${pageTable.mapCalls} map_pages (${bytesText(pageTable.mappedBytes)}), ` +
          `${pageTable.unmapCalls} unmap_pages (${bytesText(pageTable.unmappedBytes)})`,
      ],
      ['  AS', `${activations} activations, ${evictions} evictions, ${faults} faults`],
      ['  commands', commands.join(', ')],
      ['  caches', `${plural(machine.cacheFlushes, 'flush', 'flushes')} through GPU_CMD`],
    ]),
  ].join('\n');
}

function findings(replayer: Replayer): string {
  const { tally } = replayer;
  const warnings = [...tally.warnings.values()];
  const blocks: string[] = [
    ...list(tally.wouldBlock, 'wait that would block here', 'waits that would block here', (f) => f.what),
    ...list(tally.timing, 'result of timing', 'results of timing', (f) => f.what),
    ...list(tally.refused, 'call refused', 'calls refused', (r) => `${r.call}: ${refusalText(r)}`),
    ...list(
      tally.followed,
      "failure of the capture's machine",
      "failures of the capture's machine",
      (f) => f.what,
    ),
    ...list(tally.explained, 'explained', 'explained', (e) => e.why),
    plural(warnings.length, 'warning'),
    ...warnings.map((w) => `  record ${w.index}: ${w.what}${w.count > 1 ? ` (${w.count} times)` : ''}`),
    ...list(tally.divergences, 'divergence', 'divergences', divergenceText, true),
  ];
  return blocks.join('\n');
}

/** A divergence with the switches that would explain it. */
function divergenceText({ what, would_explain: switches = [] }: Divergence): string {
  if (switches.length === 0) return what;
  const options = switches.map((one) => `--${one.startsWith('+') ? 'with' : 'without'} ${one.slice(1)}`);
  return `${what} (as recorded ${options.join(', or ')})`;
}

function list<T extends { index: number }>(
  findings: FindingList<T>,
  one: string,
  many: string,
  text: (finding: T) => string,
  always = false,
): string[] {
  if (findings.count === 0 && !always) return [];
  const lines = [plural(findings.count, one, many)];
  for (const finding of findings.kept.slice(0, SHOWN))
    lines.push(`  record ${finding.index}: ${text(finding)}`);
  if (findings.count > SHOWN) lines.push(`  … and ${findings.count - SHOWN} more`);
  return lines;
}

/** What is said of how the kernel was chosen, in lines of at most 78 characters. */
function statementLines({ choice }: Replayer): string[] {
  const lines: string[] = [];
  for (const word of visible(choice?.statement ?? '').split(' ')) {
    const last = lines.length - 1;
    if (last >= 0 && lines[last].length + word.length < 78) lines[last] += ` ${word}`;
    else if (word !== '') lines.push(`  ${word}`);
  }
  return lines;
}

/** Items joined by commas, in lines that fit a terminal of 80 columns. */
function wrap(items: readonly string[]): string[] {
  const lines: string[] = [];
  for (const item of items) {
    const last = lines.length - 1;
    if (last >= 0 && lines[last].length + item.length < 67) lines[last] += `, ${item}`;
    else lines.push(item);
  }
  return lines;
}
