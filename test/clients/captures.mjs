// What a recorded capture says: its calls by name, its error replies, and whether it replays.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { explained } from './expected-errors.mjs';
import { expect } from './harness.mjs';
import { run, tail } from './process.mjs';

/** The command line of the project's own program. */
export const shim = (place, ...args) => [process.execPath, join(place.project, 'bin/panthor-shim'), ...args];

/** Records of a capture as objects of the JSON Lines form. */
export async function readCapture(place, path) {
  const text = `${path}.jsonl`;
  const r = await run(shim(place, 'convert', path, text), { seconds: 120 });
  expect(r.status === 0, `the recorded capture cannot be read (status ${r.status})`, tail(r.stderr));
  const [header, ...records] = readFileSync(text, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  return { header, records };
}

/** Calls by name, and those failed calls that expected-errors.mjs does not explain. */
export function judgeErrors(place, client, kernel, records) {
  let calls = 0;
  let errors = 0;
  const bad = new Map();
  for (const [index, record] of records.entries()) {
    if (record.type !== 'ioctl') continue;
    calls++;
    if (record.ret === 0) continue;
    errors++;
    const call = place.uapi.requestName(Number(record.request));
    const errno = record.ret === -1 ? place.uapi.errno(record.errno) : `result ${record.ret}`;
    if (explained(client, kernel, call, errno)) continue;
    const key = `${call} → ${errno}`;
    bad.set(key, [...(bad.get(key) ?? []), index]);
  }
  const lines = [...bad].map(([key, at]) => `${key}: ${at.length} times, first at record ${at[0]}`);
  return { calls, errors, unexplained: lines };
}

/** What another kernel may do differently: it is of another version, and does not know what came later. */
const EXPLANATIONS = [
  /^VERSION: version_minor is /,
  /: EINVAL: \w+ came with 1\.\d+$/,
  /was refused in record \d+$/,
];

/**
 * Replays a capture on a kernel. On the kernel that it was recorded on nothing may differ (`same`); on another one
 * what it does not know of is `explained`. Returns the report.
 */
export async function replay(place, path, kernel, same) {
  const r = await run(shim(place, 'replay', path, '--kernel', kernel, '--check', '--json'), { seconds: 300 });
  let report;
  try {
    report = JSON.parse(r.stdout);
  } catch {
    expect(false, `replay on ${kernel} printed no report (status ${r.status})`, tail(r.stderr));
  }
  const list = report.divergences.slice(0, 5).map((d) => `record ${d.index}: ${d.what}`);
  expect(
    report.divergences.length === 0,
    `${report.divergences.length} divergences on ${kernel}`,
    list.join('\n'),
  );
  expect(r.status === 0, `replay on ${kernel} ended with status ${r.status}`, tail(r.stderr));
  const odd = report.explained.filter((e) => !EXPLANATIONS.some((known) => known.test(e.why)));
  const oddLines = odd.slice(0, 5).map((e) => `record ${e.index}: ${e.why}`);
  expect(odd.length === 0, `${odd.length} odd explanations on ${kernel}`, oddLines.join('\n'));
  if (same) {
    const more = report.explained.slice(0, 5).map((e) => `record ${e.index}: ${e.why}`);
    expect(
      report.explained.length === 0,
      `${report.explained.length} calls explained away on ${kernel}`,
      more.join('\n'),
    );
    expect(
      report.warnings.length === 0,
      `${report.warnings.length} warnings on ${kernel}`,
      report.warnings.slice(0, 5).join('\n'),
    );
  }
  return report;
}
