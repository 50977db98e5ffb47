import { describe, expect, it } from 'vitest';
import { parseScenario } from '../../src/explore/scenario/parser.ts';
import { ScenarioError } from '../../src/explore/scenario/scenario.ts';
import { sampled } from '../tooling/long.ts';
import {
  DriverWorld,
  explore,
  INVARIANTS,
  kernel,
  loadScenario,
  type parseScenario as parse,
  scenarioNames,
} from './interleaved.ts';

const head = 'check atomic\nobject bo 8K\nvm A\n map bo at 0x1000\nvm B\n map bo at 0x1000\n';

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

  const refused: [text: string, why: string | RegExp][] = [
    ['', 'x: there are no threads'],
    ['nonsense', /^x:1: unknown statement 'nonsense' \(one of about, check/],
    ['object a', 'x:1: a size is missing'],
    ['object a 8Q', "x:1: '8Q' is no number of bytes"],
    ['stuck NOTHING', "x:1: unknown command 'NOTHING'"],
    [`${head}thread t\n map C bo at 0`, "x:8: unknown VM 'C'"],
    [`${head}thread t\n map A b at 0`, "x:8: unknown object 'b'"],
    [`${head}thread t\n map A bo`, "x:8: 'at ADDRESS' is missing"],
    [`${head}thread t\n unmap A at 0`, "x:8: 'size BYTES' is missing"],
    [`${head}thread t\n map A bo at 0 size 4K shiny`, "x:8: unknown flag 'shiny'"],
    [`${head}thread t\n read A 0 1`, "x:8: '1' is one too many"],
    [`${head}thread t\n reset A`, "x:8: 'reset' takes nothing"],
    ['check nonsense', /^x:1: unknown invariant 'nonsense' \(one of atomic/],
    [
      `${head}thread t\n read A 0`.replace('check atomic\n', ''),
      "x: there is no 'check' line: nothing would be checked",
    ],
    [`${head}thread t\n read A 0\nthread t\n read A 0`, "x:9: thread 't' is there already"],
    [`${head}vm A`, "x:7: VM 'A' is there already"],
    [`${head}object bo 8K`, "x:7: object 'bo' is there already"],
    [`${head}thread t\n unmap A at 0 size 8`, 'x:8: a size of 8 bytes: it has to be a multiple of 4 KiB'],
    [
      `${head}thread t\n unmap A at 0x800 size 8K`,
      'x:8: an address of 2048 bytes: it has to be a multiple of 4 KiB',
    ],
    [`${head}thread t\n read A 0x1000000000000`, 'x:8: 0x1000000000000 is no address of 48 bits'],
    [
      `${head}thread t\n unmap A at 0xfffffffff000 size 8K`,
      'x:8: 0x1000000001000 is beyond the 48 bits of a VM',
    ],
    ['object a 8', 'x:1: an object of 8 bytes: sizes are multiples of 4 KiB'],
    ['object a 99999999999G', "x:1: '99999999999G' is too large"],
    ['object a 1024G', 'x:1: an object of 1099511627776 bytes: 1 GiB is the most'],
    ['object __proto__ 8K', "x:1: '__proto__' is no name: a letter, then letters, digits, - and _"],
    ['vm __proto__', "x:1: '__proto__' is no name: a letter, then letters, digits, - and _"],
    ['kernel __proto__', /^x:1: unknown kernel '__proto__'/],
    ['kernel 5.0', /^x:1: unknown kernel '5.0'/],
    ['arch 9', 'x:1: architecture 9: 10 to 14 are known'],
    ['arch 14\narch 14', "x:2: a second 'arch'"],
    ['expect rain', "x:1: 'expect' goes with access-waits, stale-tlb, stale-l2, enter-fails"],
    [`${head}thread t\n time-slice`, "x: there is no group that 'time-slice' could take off the GPU"],
    [`${head}thread t\n timestamp A`, "x:8: 'timestamp' takes nothing"],
    ['slots 0', 'x:1: 0 slots: 1 to 15 can be had'],
    ['slots 99999999', 'x:1: 99999999 slots: 1 to 15 can be had'],
    ['slots 1\nslots 2', "x:2: a second 'slots'"],
    ['slots 1 2', "x:1: '2' is one too many"],
    ['stuck LOCK twice', "x:1: 'twice' is one too many"],
    ['fail everything', "x:1: 'fail' goes with 'tables' and 'map'"],
    [`${head}thread t`, "x: thread 't' does nothing"],
    [`${head}thread t\n async read A 0`, "x:8: 'async' goes with map, sparse, unmap"],
    [`${head}thread t\n map A bo at 0 ; unmap at 0 size 4K`, "x:8: only an 'ioctl' has several operations"],
    [`${head}thread t\n async map A bo at 0 wait f`, "x:8: 'wait' and 'signal' go with 'ioctl async'"],
    [`${head}thread t\n map A bo+8K at 0`, "x:8: 'bo' has no byte 8192"],
    [`${head}thread t\n create bo`, "x:8: 'bo' is there from the start; 'object bo SIZE later' is not"],
    [`${head}interchangeable t v\nthread t\n read A 0`, "x:7: unknown thread 'v'"],
    [
      `${head}interchangeable t u\nthread t\n read A 0\nthread u\n read B 0\nthread v\n unmap A at 0x1000 size 4K`,
      "x:7: 't' and 'u' are not interchangeable: 'v' treats A and B differently ('unmap A at 0x1000 size 4K')",
    ],
    [
      `${head}interchangeable t u\nthread t\n read A 0\n read B 0\nthread u\n read A 0\n read A 0`,
      "x:7: 't' and 'u' are not interchangeable: two VMs stand for A",
    ],
    [
      `${head}interchangeable t u\nthread t\n read A 0\nthread u\n read A 0\nthread v\n reset`,
      "x:7: 't' and 'u' are not interchangeable: 'reset' goes over groups and VMs in an order",
    ],
    [
      `${head.replaceAll('at 0x1000', 'at 0x1000\n activate')}interchangeable t u\nthread t\n read A 0\nthread u\n read B 0`,
      "x:9: 't' and 'u' are not interchangeable: A and B have slots from the start, one the lower",
    ],
    [
      `${head}${Array.from({ length: 33 }, (_, i) => `thread t${i}\n read A 0\n`).join('')}`,
      'x: 33 threads, 1 slots and 0 queues of binds: 26 are the most together',
    ],
    [
      `${head}${Array.from({ length: 15 }, (_, i) => `vm V${i}\n`).join('')}thread t\n read A 0`,
      'x: 17 VMs: 16 are the most',
    ],
    [
      `${head}interchangeable t u\nthread t\n read A 0\nthread u\n write A 0`,
      "x:7: 't' and 'u' are not interchangeable: they do not make the same calls",
    ],
    [
      `${head}interchangeable t u\nthread t\n read A 0\n read A 0\nthread u\n read A 0\n read B 0`,
      "x:7: 't' and 'u' are not interchangeable: they do not make the same calls",
    ],
  ];
  for (const [text, why] of refused) {
    it(`that cannot be read is refused: ${why}`, () => {
      expect(() => parseScenario(text, 'x')).toThrow(typeof why === 'string' ? new ScenarioError(why) : why);
    });
  }

  it('that begins with more on the GPU than it has slots is refused', () => {
    const vm = (name: string) => `vm ${name}\n map o at 0x10000000\n activate\n`;
    const text = `check atomic\nslots 1\nobject o 4K\n${vm('A')}${vm('B')}thread t\n read A 0x10000000`;
    expect(() => new DriverWorld(parseScenario(text, 'x'), kernel('7.2'), INVARIANTS)).toThrow(
      expect.objectContaining({
        name: 'ScenarioError',
        message: 'x: it begins by waiting for ever: the scheduler binds a group of B',
      }),
    );
  });

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
    const { verdict, stats, findings } = explore(world, { budget, further: Number.POSITIVE_INFINITY });
    return { verdict, states: stats.states, broken: findings.map((one) => one.violation.message).sort() };
  };

  it('give the same verdict with fewer states', () => {
    const scenario = loadScenario('two-submitters');
    expect(scenario.interchangeable).toHaveLength(1);
    for (const kernelName of sampled(['6.12', 'atomic-v4', '7.2'], 3)) {
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
