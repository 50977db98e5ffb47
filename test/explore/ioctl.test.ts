import { describe, expect, it } from 'vitest';
import { parseScenario } from '../../src/explore/scenario/parser.ts';
import { ScenarioError } from '../../src/explore/scenario/scenario.ts';
import { verdictOf } from './interleaved.ts';
import { type Bug, explored, messages } from './mutant.ts';

describe('calls that enter through drm_ioctl()', () => {
  it('keep registers alone once the device is unplugged', () => {
    for (const kernelName of ['6.12', 'atomic-v4', '7.2', 'next'])
      expect(verdictOf('ioctl-while-unplugging', kernelName)).toBe('holds');
  });

  it('lose a VM that is bound to while it is destroyed, on every kernel', () => {
    for (const kernelName of ['6.12', 'atomic-v4', '7.2', 'next']) {
      expect(verdictOf('ioctls-while-destroying', kernelName)).toBe('violated: table-pages');
      expect(verdictOf('queued-bind-while-destroying', kernelName)).toBe('violated: table-pages');
    }
  });

  const bugs: [name: string, bug: Bug, scenario: string, found: string][] = [
    [
      'a drm_dev_enter() that is never left',
      {
        file: 'src/driver/ioctl/ioctl-vm-bind.ts',
        changes: [['  drv.device.exit();\n  return ret;', '  return ret;']],
      },
      'ioctl-while-unplugging',
      'deadlock',
    ],
  ];
  for (const [name, bug, scenario, found] of bugs) {
    it(`show ${name} (${scenario}: ${found})`, async () => {
      expect(verdictOf(scenario, '7.2', [], [found])).toBe('holds');
      expect(await explored(bug, scenario, '7.2', [found])).toEqual([found]);
    });
  }

  it('show a lookup of the VM that takes no reference: the VM is freed under the operation', async () => {
    const bug: Bug = {
      file: 'src/driver/ioctl/ioctl-vm-bind.ts',
      changes: [
        [
          '  let ret: number;\n  if (vm === undefined) ret = -EINVAL;',
          '  let ret: number;\n  if (vm !== undefined) yield* vm.put();\n  if (vm === undefined) ret = -EINVAL;',
        ],
        ['  if (vm !== undefined) yield* vm.put();\n  drv.device.exit();', '  drv.device.exit();'],
      ],
    };
    const [found] = await messages(bug, 'ioctls-while-destroying', '7.2', ['table-pages']);
    expect(found).toBe('VM A is freed while an operation on it is under way');
  });

  it('are map, sparse, unmap and destroy', () => {
    const head = 'check atomic\nobject bo 8K\nvm A\n map bo at 0x1000\nthread t\n';
    expect(() => parseScenario(`${head}ioctl read A 0x1000`, 'x')).toThrow(
      new ScenarioError("x:6: 'ioctl' goes with map, sparse, unmap, destroy"),
    );
  });
});
