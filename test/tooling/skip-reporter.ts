import type { Reporter, TestCase, TestModule, Vitest } from 'vitest/node';
import { inCi, isExcused } from './excuse.mjs';

/** Counts the tests that were skipped and prints them, with their reasons, at the end; in CI fails for them. */
export class SkipReporter implements Reporter {
  #vitest: Vitest | null = null;

  onInit(vitest: Vitest): void {
    this.#vitest = vitest;
  }

  onTestRunEnd(modules: readonly TestModule[]): void {
    // Who asks for tests by name skips the others.
    if (this.#vitest?.config.testNamePattern !== undefined) return;
    const skipped = modules.flatMap((module) => [...module.children.allTests('skipped')]);
    if (skipped.length === 0) return;
    const { text, excused } = describeSkips(skipped.map(nameAndReason));
    process.stdout.write(`${text}\n`);
    if (!excused && inCi()) process.exitCode = 1;
  }
}

export interface Skip {
  name: string;
  /** Why the test was skipped, or ''. */
  reason: string;
}

function nameAndReason(test: TestCase): Skip {
  const result = test.result();
  const reason = result.state === 'skipped' ? (result.note ?? '') : '';
  return { name: `${test.module.relativeModuleId}: ${test.fullName}`, reason };
}

/** One paragraph: a line for each reason with its tests below, and whether CI may go on. */
export function describeSkips(skips: readonly Skip[]): { text: string; excused: boolean } {
  const byReason = new Map<string, string[]>();
  for (const { name, reason } of skips) byReason.set(reason, [...(byReason.get(reason) ?? []), name]);
  const lines = [`${skips.length} ${skips.length === 1 ? 'test was' : 'tests were'} skipped`];
  let excused = true;
  for (const [reason, names] of byReason) {
    const fine = isExcused(reason);
    excused &&= fine;
    lines.push(`  ${reason === '' ? 'no reason given' : reason}${fine ? '' : ' (in CI a failure)'}`);
    lines.push(...names.map((name) => `    ${name}`));
  }
  return { text: `\n${lines.join('\n')}`, excused };
}
