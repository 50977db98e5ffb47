/** The results of a conformance run as text, JSON and JUnit XML. */

import { visible } from '../../uapi/visible.ts';
import { plural } from '../report/format.ts';
import type { StreamResult } from './job.ts';
import type { Json } from './recorder.ts';
import type { Totals } from './run.ts';

/** Characters of a value shown in text; the JSON has it whole. */
const WIDTH = 96;

function short(value: Json | undefined): string {
  const text = value === undefined ? '(absent)' : JSON.stringify(value);
  return text.length > WIDTH ? `${text.slice(0, WIDTH - 1)}…` : text;
}

/** Where two lists first differ, for a pair of lines that says more than the whole lists would. */
function firstDifferent(expected: Json | undefined, actual: Json | undefined): string[] {
  if (!Array.isArray(expected) || !Array.isArray(actual)) {
    return [`    expected  ${short(expected)}`, `    actual    ${short(actual)}`];
  }
  let i = 0;
  while (
    i < expected.length &&
    i < actual.length &&
    JSON.stringify(expected[i]) === JSON.stringify(actual[i])
  )
    i++;
  const lines = [`    the first ${i} of ${expected.length} entries agree, then`];
  lines.push(`    expected  ${short(expected[i])}`, `    actual    ${short(actual[i])}`);
  return lines;
}

/** One failing stream: the operations that led there, then field by field what was expected and what came. */
export function failureText(result: StreamResult): string {
  const failure = result.failure;
  if (failure === null) return '';
  if (failure.crash !== undefined)
    return `✗ ${visible(result.stream)} on ${result.kernel}: the model threw\n${failure.crash}`;
  const lines = [`✗ ${visible(result.stream)} on ${result.kernel}: operation ${failure.index} differs`];
  const first = failure.index - failure.history.length + 1;
  failure.history.forEach((op, i) => {
    const last = i === failure.history.length - 1;
    lines.push(`  ${last ? '→' : ' '} ${String(first + i).padStart(4)} ${short(op)}`);
  });
  for (const { field, expected, actual } of failure.fields) {
    lines.push(`  ${field}`, ...firstDifferent(expected, actual));
  }
  return lines.join('\n');
}

/** The line that ends a run. */
export function summaryText(totals: Totals): string {
  const kernels = [...totals.kernels].sort().join(', ');
  return `${plural(totals.streams, 'stream')}, ${plural(totals.ops, 'operation')} on ${kernels}: ${totals.passed} passed, ${totals.failed} failed`;
}

/** The object that scripts and --merge rely on. */
export function totalsJson(totals: Totals): Json {
  return {
    kernel: [...totals.kernels].sort().join(','),
    streams: totals.streams,
    ops: totals.ops,
    passed: totals.passed,
    failed: totals.failed,
    failures: totals.failures.map((result) => {
      const fields = result.failure?.fields ?? [];
      return {
        stream: result.stream,
        file: result.file,
        kernel: result.kernel,
        index: result.failure?.index ?? -1,
        field: fields[0]?.field ?? '',
        expected: fields[0]?.expected ?? null,
        actual: fields[0]?.actual ?? null,
        fields: fields.map((f) => f.field),
        ops: result.ops,
        history: result.failure?.history ?? [],
      };
    }),
  };
}

/** Text as XML's content or attribute. */
export function xml(text: string): string {
  // XML 1.0 has no place for control characters, not even as references.
  const printable = [...text].filter((c) => c >= ' ' || c === '\n' || c === '\t').join('');
  return printable
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

/** JUnit XML with a test case for every stream. */
export function junitXml(results: readonly StreamResult[]): string {
  const failed = results.filter((r) => r.failure !== null).length;
  const cases = results.map((r) => {
    const head = `    <testcase classname="${xml(r.kernel)}" name="${xml(r.stream)}"`;
    if (r.failure === null) return `${head}/>`;
    const what = `operation ${r.failure.index}: ${r.failure.fields.map((f) => f.field).join(', ')}`;
    return `${head}>\n      <failure message="${xml(what)}">${xml(failureText(r))}</failure>\n    </testcase>`;
  });
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites tests="${results.length}" failures="${failed}">`,
    `  <testsuite name="conform" tests="${results.length}" failures="${failed}">`,
    ...cases,
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}
