/** Groups that clients create, scheduled by the driver's own scheduler. */
import { describe, expect, it } from 'vitest';
import { parseScenario, verdictOf } from './interleaved.ts';

const scenarios = [
  'create-group-fails',
  'job-behind-a-fence',
  'job-while-rebinding',
  'jobs-in-order',
  'jobs-of-two-vms',
  'submit-while-reclaiming',
  'two-groups-in-one-tick',
];

describe('groups of clients', () => {
  for (const scenario of scenarios) {
    it(`${scenario}: holds on 7.2`, () => {
      expect(verdictOf(scenario, '7.2')).toBe('holds');
    });
  }

  it('show a tick that goes on after a group could not be bound', () => {
    const without = ['-bind-failure-ends-tick'];
    expect(verdictOf('two-groups-in-one-tick', '7.2', without, ['activation'])).toBe('violated: activation');
  });

  const head = 'check activation\nobject bo 8K\nvm A\n map bo at 0x1000\ngroup g A\nthread t\n';
  const refused: [line: string, message: string][] = [
    ['run h read 0x1000', "x:7: unknown group 'h'"],
    ['run g map 0x1000', "x:7: 'map' is no access: read, write, execute, atomic"],
    ['create-group g', "x:7: 'g' is there from the start; 'group g VM later' is not"],
    [
      'activate A',
      "x: 'activate A' puts a group on the GPU by hand, but where there are groups the scheduler does",
    ],
  ];
  for (const [line, message] of refused) {
    it(`refuse '${line}'`, () => {
      expect(() => parseScenario(`${head}${line}\n`, 'x')).toThrow(message);
    });
  }
});
