/** What became of rules: as text, as JSON, and as JUnit XML, which CI systems read. */
import { visible } from '../../uapi/visible.ts';
import type { CaptureFacts } from './facts.ts';
import type { Rule } from './rules.ts';

export interface RuleResult {
  line: number;
  rule: string;
  /** What is wrong; null where the rule holds. */
  failure: string | null;
}

export function checkRules(rules: readonly Rule[], facts: CaptureFacts): RuleResult[] {
  return rules.map(({ line, text, check }) => ({ line, rule: text, failure: check(facts) }));
}

/** One line a rule, then a sum. */
export function rulesText(results: readonly RuleResult[]): string {
  const lines = results.map(({ rule, failure }) =>
    failure === null ? `ok    ${rule}` : `FAIL  ${rule}\n        ${failure}`,
  );
  const failed = results.filter(({ failure }) => failure !== null).length;
  return `${[...lines, '', `${results.length - failed} of ${results.length} rules hold`].join('\n')}\n`;
}

export function rulesJson(capture: string, results: readonly RuleResult[]): string {
  const failed = results.filter(({ failure }) => failure !== null).length;
  return `${JSON.stringify({ capture, passed: results.length - failed, failed, rules: results })}\n`;
}

const NAMES: Readonly<Record<string, string>> = { '&': 'amp', '<': 'lt', '>': 'gt', '"': 'quot' };
const escaped = (text: string): string => visible(text).replace(/[&<>"]/g, (c) => `&${NAMES[c]};`);

/** A test suite of the capture's name, a test case a rule. */
export function rulesJunit(capture: string, results: readonly RuleResult[]): string {
  const failed = results.filter(({ failure }) => failure !== null).length;
  const name = escaped(capture);
  const cases = results.map(({ rule, failure }) => {
    const head = `  <testcase classname="${name}" name="${escaped(rule)}"`;
    return failure === null
      ? `${head}/>`
      : `${head}>\n    <failure message="${escaped(failure)}"/>\n  </testcase>`;
  });
  return `<?xml version="1.0" encoding="UTF-8"?>
<testsuite name="${name}" tests="${results.length}" failures="${failed}">
${cases.join('\n')}
</testsuite>
`;
}
