import { describe, expect, it } from 'vitest';
import { parseScenario } from '../../src/explore/scenario/parser.ts';
import { ScenarioError } from '../../src/explore/scenario/scenario.ts';
import {
  DriverWorld,
  explore,
  INVARIANTS,
  kernel,
  loadScenario,
  type parseScenario as parse,
  scenarioNames,
} from './interleaved.ts';

const head = 'object bo 8K\nvm A\n map bo at 0x1000\nvm B\n map bo at 0x1000\n';

describe('a scenario', () => {
  it('is read with all that it says', () => {
    const scenario = parseScenario(
      `about Two lines of
about text.            # and a comment
check atomic deadlock
slots 2
stuck LOCK after 1
object bo 2M
vm A
  map bo+8K at 0x10000000 size 1M readonly noexec
  activate
thread t
  async unmap A at 0x10000000 size 4K
  execute A 0x10001000
  reset
`,
      'name',
    );
    expect(scenario).toMatchObject({
      name: 'name',
      about: 'Two lines of text.',
      check: ['atomic', 'deadlock'],
      slots: 2,
      stuck: [{ command: 'LOCK', skip: 1 }],
      objects: [{ name: 'bo', size: 2 ** 21 }],
    });
    expect(scenario.vms[0].calls[0]).toMatchObject({
      verb: 'map',
      vm: 'A',
      object: 'bo',
      offset: 8192,
      va: 0x10000000,
      size: 2 ** 20,
      flags: ['readonly', 'noexec'],
    });
    expect(scenario.threads[0].calls.map((call) => [call.verb, call.async])).toEqual([
      ['unmap', true],
      ['execute', false],
      ['reset', false],
    ]);
  });

  for (const [text, why] of [
    ['', 'x: there are no threads'],
    ['nonsense', "x:1: unknown statement 'nonsense'"],
    ['object a', 'x:1: a size is missing'],
    ['object a 8Q', "x:1: '8Q' is no number of bytes"],
    ['stuck NOTHING', "x:1: unknown command 'NOTHING'"],
    [`${head}thread t\n map C bo at 0`, "x:7: unknown VM 'C'"],
    [`${head}thread t\n map A b at 0`, "x:7: unknown object 'b'"],
    [`${head}thread t\n map A bo`, "x:7: 'at ADDRESS' is missing"],
    [`${head}thread t\n unmap A at 0`, "x:7: 'size BYTES' is missing"],
    [`${head}thread t\n map A bo at 0 size 4K shiny`, "x:7: unknown flag 'shiny'"],
    [`${head}thread t\n read A 0 1`, "x:7: '1' is one too many"],
    [`${head}thread t\n reset A`, "x:7: 'reset' takes nothing"],
    [
      `${head}interchangeable t u\nthread t\n read A 0\nthread u\n write A 0`,
      "x: 't' and 'u' are not interchangeable",
    ],
    [
      `${head}interchangeable t u\nthread t\n read A 0\n read A 0\nthread u\n read A 0\n read B 0`,
      "x: 't' and 'u' are not interchangeable",
    ],
  ]) {
    it(`that cannot be read is refused: ${why}`, () => {
      expect(() => parseScenario(text, 'x')).toThrow(new ScenarioError(why));
    });
  }

  it('may swap threads whose VMs are the same but for the name', () => {
    expect(() =>
      parseScenario(`${head}interchangeable t u\nthread t\n read A 0\nthread u\n read B 0`, 'x'),
    ).not.toThrow();
  });
});

describe('interchangeable threads', () => {
  const budget = { states: 1_000_000, seconds: 60, memory: 4 * 2 ** 30 };
  const look = (scenario: ReturnType<typeof parse>, kernelName: string, symmetry: boolean) => {
    const world = new DriverWorld(scenario, kernel(kernelName), INVARIANTS, { symmetry });
    const { verdict, stats, findings } = explore(world, { budget, all: true });
    return { verdict, states: stats.states, broken: findings.map((one) => one.violation.invariant).sort() };
  };

  it('give the same verdict with fewer states, on every kernel', () => {
    const scenario = loadScenario('two-submitters');
    expect(scenario.interchangeable).toHaveLength(1);
    for (const kernelName of ['6.12', 'atomic-v4', '7.2']) {
      const with_ = look(scenario, kernelName, true);
      const without = look(scenario, kernelName, false);
      expect(with_.verdict).toBe(without.verdict);
      expect(with_.broken).toEqual(without.broken);
      expect(with_.states).toBeLessThan(without.states);
    }
  });

  it('are found in every built-in scenario that declares them', () => {
    for (const name of scenarioNames()) expect(() => loadScenario(name)).not.toThrow();
  });
});
