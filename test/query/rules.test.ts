import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseRules, RuleError } from '../../src/query/rules.ts';
import { capturePath } from '../capture/helpers.ts';
import { CASES } from '../cli/fixture.ts';
import { panthorShim } from '../cli/program.ts';
import { temporary } from '../page/temporary.ts';

const sparse = capturePath('vulkan-sparse');

async function failures(capture: string, ...rules: string[]): Promise<Record<string, string | null>> {
  const words = rules.flatMap((rule) => ['--rule', rule]);
  const { stdout, status } = await panthorShim(['assert', capture, ...words, '--json']);
  const result = JSON.parse(`${stdout}`) as {
    failed: number;
    rules: { rule: string; failure: string | null }[];
  };
  expect(status).toBe(result.failed > 0 ? 1 : 0);
  return Object.fromEntries(result.rules.map(({ rule, failure }) => [rule, failure]));
}

describe('rules about a capture', () => {
  it('hold, each of them, where the capture is so', async () => {
    const found = await failures(
      sparse,
      'no warnings',
      'no failed calls',
      'no failed VM_BIND',
      'no divergences',
      'no open objects',
      'no open VMs',
      'at most 14 cache flushes',
      'at least 7 GROUP_SUBMIT',
      'at most 98 mappings',
      'at most 29M mapped bytes',
      'mapped 1@0x7ffffe810000 after 100',
      'not mapped 1@0x7ffffe810000',
    );
    expect(Object.values(found).filter((failure) => failure !== null)).toEqual([]);
    expect(Object.keys(found)).toHaveLength(12);
  });

  it('fail, each of them, where it is not, and say where', async () => {
    const found = await failures(
      sparse,
      'at most 13 cache flushes',
      'at least 8 GROUP_SUBMIT',
      'at most 97 mappings',
      'at most 28M mapped bytes',
      'no GROUP_SUBMIT',
      'mapped 1@0x7ffffe810000',
      'not mapped 1@0x7ffffe810000 after 100',
      'mapped 1@0x1000',
    );
    expect(Object.values(found)).toEqual([
      '14 cache flushes',
      '7 GROUP_SUBMIT',
      '98 mappings',
      expect.stringMatching(/^\d{8} mapped bytes$/),
      '7 GROUP_SUBMIT',
      'record 111 removed what was mapped there',
      'it is mapped, by record 97',
      'nothing was ever mapped there',
    ]);
  });

  it('name failed calls', async () => {
    const found = await failures(
      `${CASES}large-object-enomem.jsonl`,
      'no failed calls',
      'no failed VM_BIND',
      'no failed BO_CREATE',
    );
    expect(Object.values(found)).toEqual(['record 2: VM_BIND = ENOMEM', 'record 2: ENOMEM', null]);
  });

  it('come from a file, and go into JUnit XML', async () => {
    const junit = temporary('rules.xml');
    const rules = Buffer.from('# for CI\nno warnings\n\nat most 1 VM_BIND # too few\n');
    const { status, stdout } = await panthorShim(['assert', sparse, '-', '--junit', junit], rules);
    expect(status).toBe(1);
    expect(`${stdout}`).toContain('1 of 2 rules hold');
    const xml = readFileSync(junit, 'utf8');
    expect(xml).toContain('tests="2" failures="1"');
    expect(xml).toContain('<failure message="51 VM_BIND"/>');
  });

  it.each(['no wimps', 'at most many flushes', 'at most 3 elephants', 'mapped here', 'no failed warnings'])(
    '%s is refused, with the line',
    (text) => {
      expect(() => parseRules(`no warnings\n${text}`)).toThrow(RuleError);
      try {
        parseRules(`no warnings\n${text}`);
      } catch (error) {
        expect((error as RuleError).line).toBe(2);
      }
    },
  );
});
