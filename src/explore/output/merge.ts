/** One verdict from those of the parts of a space. */
import { readFileSync } from 'node:fs';
import { InputError, UsageError } from '../../errors.ts';
import { type CoverageReport, mergeReports } from '../coverage.ts';
import type { ResultJson, Violated } from './report.ts';

/** One verdict from the JSON of all parts. @throws InputError for a file that cannot be read; as mergeResults() */
export function mergeFiles(files: readonly string[]): ResultJson {
  const parts = files.map((file): ResultJson => {
    try {
      return JSON.parse(readFileSync(file, 'utf8')) as ResultJson;
    } catch (error) {
      throw new InputError(`${file}: ${(error as Error).message}`);
    }
  });
  return mergeResults(parts);
}

/**
 * One verdict from those of all parts: it holds where every part holds. @throws UsageError where parts are missing or do
 * not belong together
 */
export function mergeResults(parts: readonly ResultJson[]): ResultJson {
  const [first] = parts;
  if (!parts.every(isPart)) throw new UsageError('this is no verdict of panthor-shim explore --shard --json');
  const count = first?.shard?.count ?? 0;
  const same = (part: ResultJson) =>
    part.digest === first.digest &&
    part.invariants.join() === first.invariants.join() &&
    part.coverage.calls.length === first.coverage.calls.length &&
    part.shard?.count === count;
  if (count === 0 || !parts.every(same))
    throw new UsageError('these verdicts are not parts of one exploration');
  const indices = new Set(parts.map((part) => part.shard?.index));
  for (let i = 1; i <= count; i++) {
    if (!indices.has(i)) throw new UsageError(`part ${i} of ${count} is missing`);
  }
  const verdicts = ['violated', 'bounded', 'vacuous', 'holds'];
  const verdict = verdicts.find((one) => parts.some((part) => part.verdict === one)) ?? 'bounded';
  const deciding = parts
    .filter((part) => part.verdict === verdict)
    .reduce((a, b) => (a.steps.length <= b.steps.length ? a : b));
  const { shard: _, ...rest } = deciding;
  const sum = (of: (part: ResultJson) => number) => parts.reduce((total, part) => total + of(part), 0);
  return {
    ...rest,
    violations: violationsOf(parts, deciding),
    accepted: [...new Set(parts.flatMap((part) => part.accepted))],
    coverage: mergeReports(parts.map((part) => part.coverage)),
    // Parts meet in the same states: the sum is more than there are.
    states: sum((part) => part.states),
    schedules: sum((part) => part.schedules),
    seconds: sum((part) => part.seconds),
    depth: Math.max(...parts.map((part) => part.depth)),
    by: `${count} parts`,
  };
}

/** Each message once, those of the part that decides first. */
function violationsOf(parts: readonly ResultJson[], deciding: ResultJson): Violated[] {
  const violations = new Map<string, Violated>();
  for (const one of [deciding, ...parts].flatMap((part) => part.violations)) {
    const key = `${one.invariant}\n${one.message}`;
    if (!violations.has(key)) violations.set(key, one);
  }
  return [...violations.values()];
}

/** Whether something that was read as JSON has what merging looks at. */
function isPart(part: unknown): part is ResultJson {
  const one = part as Partial<ResultJson> | null;
  return (
    typeof one === 'object' &&
    one !== null &&
    typeof one.digest === 'string' &&
    typeof one.verdict === 'string' &&
    Array.isArray(one.invariants) &&
    [one.steps, one.violations, one.accepted].every(Array.isArray) &&
    isCoverage(one.coverage) &&
    [one.states, one.schedules, one.seconds, one.depth].every((n) => typeof n === 'number')
  );
}

function isCoverage(coverage: unknown): coverage is CoverageReport {
  const calls = (coverage as Partial<CoverageReport> | null | undefined)?.calls;
  return Array.isArray(calls) && calls.every((call) => call !== null && Array.isArray(call.results));
}
