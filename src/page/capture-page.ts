/** The page of a capture: summary, map, timeline, and a table of all calls. */
import type { CaptureHeader } from '../capture/record.ts';
import { captureColumns, captureMeta } from './capture-columns.ts';
import type { CaptureRecording } from './capture-recording.ts';
import { captureSummary } from './capture-summary.ts';
import { packColumns } from './columns.ts';
import { CHUNK } from './details.ts';
import { block, escapeHtml, pageHtml } from './html.ts';
import { summaryHtml } from './summary.ts';

/**
 * Everything was played; `name` is the capture's file, `command` how `vm` is asked about it, `notes` what the reader should
 * know is missing.
 */
export function capturePage(
  name: string,
  header: CaptureHeader,
  recording: CaptureRecording,
  command: string,
  notes: readonly string[] = [],
): string {
  const blocks = recording.details.finish();
  const left = [...notes];
  const { every } = recording.details;
  if (every > 1) {
    const part = `${CHUNK} of every ${CHUNK * every} records`;
    left.push(`To keep the file small, the text and the steps of calls are here for ${part} only.`);
  }
  const data = block('data', packColumns(captureMeta(recording, command), captureColumns(recording)));
  const { driver_version: version, arch } = header;
  return pageHtml({
    title: header.client === '' ? name : header.client,
    subtitle: escapeHtml(`${name} · ${arch} · panthor ${version ?? '?'} · replies of a ${header.replies}`),
    body: `${summaryHtml(captureSummary(header.client, recording, left))}\n${BODY}`,
    blocks: [data, ...blocks],
  });
}

const KEYS =
  'Arrows move, + and − zoom, Shift with them: addresses. 0 shows all. N and P: next and previous call, M: next mapping, ' +
  'Enter: its details, / searches.';

const BODY = `<section class="ask" aria-label="Search">
<form id="search" role="search"><label for="query">Search</label>
<input id="query" type="search" autocomplete="off" spellcheck="false" placeholder="0x7fff0000, BO 12, label, #210, VM_BIND">
<button type="submit">Find</button><span id="found" role="status"></span></form>
<ol id="hits" hidden></ol>
<div class="controls"><label>Across <select id="axis"><option value="record">records</option><option value="time">time</option></select></label>
<label>VM <select id="vm"></select></label>
<button type="button" id="fit">Show all</button></div>
</section>
<div class="views">
<div class="drawings">
<section aria-labelledby="map-h"><h2 id="map-h">Map <small>addresses over time; holes are dashed lines</small></h2>
<canvas id="map" tabindex="0" role="application" aria-roledescription="map of addresses over time" aria-label="Map of addresses over time" aria-describedby="keys"></canvas>
<ul class="legend" id="map-legend"></ul></section>
<section aria-labelledby="line-h"><h2 id="line-h">Timeline <small>threads, VM_BIND, address space slots, groups, interrupts</small></h2>
<canvas id="timeline" tabindex="0" role="application" aria-roledescription="timeline" aria-label="Timeline of threads, queues, slots and groups" aria-describedby="keys"></canvas>
<ul class="legend" id="line-legend"></ul></section>
<p id="keys" class="keys">${KEYS}</p>
</div>
<aside id="panel" tabindex="-1" aria-label="Details" aria-live="polite"><h2>Details</h2><p>Click a mapping or a call, or press N.</p></aside>
</div>
<section aria-labelledby="calls-h"><h2 id="calls-h">Calls</h2>
<nav class="pager" aria-label="Pages of calls"><button type="button" id="before">Earlier</button><span id="which"></span><button type="button" id="after">Later</button></nav>
<div class="scroll" tabindex="0" role="region" aria-label="Table of calls"><table id="calls"><thead><tr><th scope="col">Record</th><th scope="col">Time</th><th scope="col">Thread</th><th scope="col">Call</th><th scope="col">What came of it</th></tr></thead><tbody></tbody></table></div>
</section>`;
