import { describe, expect, it } from 'vitest';
import { parseScenario as parse } from '../../src/explore/scenario/parser.ts';
import { ScenarioError } from '../../src/explore/scenario/scenario.ts';
import { DriverWorld, explore, kernel, parseScenario, verdictOf } from './interleaved.ts';
import { explored } from './mutant.ts';

const budget = { states: 500_000, seconds: 60, memory: 2 ** 30 };

const waiting = (adders: number): string => `check deadlock
object sync 4K
vm A
 map sync at 0x20000000
 activate
${Array.from({ length: adders }, (_, i) => `thread adder${i}\n stream A\n MOV48 dst=d2 imm=0x20000000\n MOV32 dst=r4 imm=1\n SYNC_ADD32 address=d2 data=r4\n`).join('')}
thread waiter
 stream A
 MOV48 dst=d2 imm=0x20000000
 MOV32 dst=r4 imm=1
 SYNC_WAIT32 address=d2 data=r4 condition=gt
`;

describe('a command stream in a scenario', () => {
  it('sees a mapping replaced in one go where the operation is locked, and a hole where it is not', () => {
    for (const kernelName of ['atomic-v4', '7.2', 'next'])
      expect(verdictOf('stream-while-rebinding', kernelName)).toBe('holds');
    expect(verdictOf('stream-while-rebinding', '6.12')).toBe('violated: atomic');
    expect(verdictOf('stream-while-rebinding', '7.2', ['-lock-around-op'])).toBe('violated: atomic');
  });

  it('waits at locked regions: it would see the hole on a machine whose locks stop no access', async () => {
    const bug = {
      file: 'src/hw/access.ts',
      changes: [
        [
          'ready: () => machine.epoch !== epoch || source.turn !== turn || !machine.isLocked(as, va),',
          'ready: () => true,',
        ],
      ] as [string, string][],
    };
    expect(await explored(bug, 'stream-while-rebinding', '7.2', ['atomic'])).toEqual(['atomic']);
  });

  it('adds in one access and waits for what another stream stores', () => {
    const verdict = (adders: number) => {
      const scenario = parseScenario(waiting(adders), 'waiting');
      return explore(new DriverWorld(scenario, kernel('7.2'), ['deadlock']), { budget }).verdict;
    };
    // The waiter wants more than 1. If an addition could be lost, it would wait for ever in some order.
    expect(verdict(2)).toBe('holds');
    expect(verdict(1)).toBe('violated');
  });

  for (const [line, why] of [
    [
      'STORE_MULTIPLE src=r4 address=d0 mask=1\nstream A',
      "x:7: instruction outside a stream: 'STORE_MULTIPLE src=r4 address=d0 mask=1'",
    ],
    ['stream A\nSTORE src=r4', 'x:8: no instruction STORE'],
    ['stream A\nMOV32 dst=r4 value=1', 'x:8: MOV32 has no field value'],
    ['stream A\nMOV32 dst=r4 imm=much', 'x:8: imm of MOV32: NaN does not fit into 32 bits'],
    ['stream A\nCALL address=d0 length=r2', "x:8: no CALL in a scenario's stream"],
  ]) {
    it(`that cannot be read is refused: ${why}`, () => {
      const head = 'check atomic\nobject bo 8K\nvm A\n map bo at 0x1000\n activate\nthread t\n';
      expect(() => parse(head + line, 'x')).toThrow(new ScenarioError(why));
    });
  }
});
