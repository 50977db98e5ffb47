import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { compare, type ScenarioResult } from '../../src/device/compare.ts';
import { ModelSide } from '../../src/device/model-side.ts';
import { Player } from '../../src/device/player.ts';
import { parseScenarios } from '../../src/device/scenario.ts';
import { fileScenarios, shippedScenarios } from '../../src/device/suite.ts';
import { gpuProfile } from '../../src/driver/gpu-profile.ts';
import { KERNEL_NAMES, kernel } from '../../src/driver/kernels.ts';
import { corrupt, LIES, type Lie, wrongAnswer } from './lies.ts';

const scratch = mkdtempSync(join(tmpdir(), 'panthor-conform-device-'));
afterAll(() => rmSync(scratch, { recursive: true }));

const side = (name: string = 'next'): ModelSide =>
  new ModelSide({ kernel: kernel(name), gpu: gpuProfile('g610') });

/** The shipped scenarios on a device that lies, and how many calls it was asked. */
function against(lie: Lie): { found: ScenarioResult[]; calls: number } {
  const device = side();
  const count = corrupt(device.drv, lie);
  const [one, other] = [new Player(device), new Player(side())];
  const found = shippedScenarios().map((scenario) => compare(scenario, one, other));
  return { found: found.filter(({ difference }) => difference !== null), calls: count.calls };
}

let truth: ReturnType<typeof against> | undefined;

describe('scenarios for devices', () => {
  it.each(KERNEL_NAMES)('are the same each time, and reach their ends on %s', (name) => {
    const [one, other] = [new Player(side(name)), new Player(side(name))];
    for (const scenario of shippedScenarios()) {
      expect(compare(scenario, one, other)).toMatchObject({ difference: null });
      expect(one.play(scenario)).toHaveLength(scenario.steps.length);
    }
  });

  it('let the GPU read and write what is mapped, and fault where nothing is', () => {
    const play = (name: string) =>
      new Player(side())
        .play(shippedScenarios().find((one) => one.name === name)!)
        .map(({ result, out }) => [result, out]);
    expect(play('unmap-the-middle').slice(-4)).toEqual([
      ['OK', { '0x1000000': '0x1', '0x1004000': '0x2' }],
      ['OK', { '0x1001000': 'fault' }],
      ['OK', { '0x1003ffc': 'fault' }],
      ['OK', { '0x1000000': '0x1', '0x1004000': '0x2' }],
    ]);
    expect(play('gpu-writes').at(-1)).toEqual(['OK', { words: ['0x1b59', '0x1b5a'] }]);
    expect(play('object-lives-on').at(-1)).toEqual(['OK', { '0x1000000': '0x63' }]);
  });

  it('leave nothing behind', () => {
    const device = side();
    const player = new Player(device);
    for (const scenario of shippedScenarios()) player.play(scenario);
    expect(device.drv.clientBos.size).toBe(0);
    expect(device.drv.device.mmu.vms).toHaveLength(0);
  });

  it.each(LIES.map((lie) => [lie.name, lie] as const))('find out that %s', (_name, lie) => {
    expect(against(lie).found).not.toEqual([]);
  });

  it('are answered truly by a device that does not lie', () => {
    truth ??= against({ name: 'the truth' });
    expect(truth.found).toEqual([]);
  });

  it.each(Array.from({ length: 20 }, (_, seed) => seed + 1))(
    'find one wrong answer, with seed %i',
    (seed) => {
      truth ??= against({ name: 'the truth' });
      const { calls } = truth;
      const n = 1 + ((seed * 2654435761) % calls);
      expect(against(wrongAnswer(n)).found.length).toBeGreaterThan(0);
    },
  );

  it('name what is wrong with a file', async () => {
    const bad =
      (text: string): (() => void) =>
      () =>
        parseScenarios(text, 'f');
    expect(bad('{"VM_CREATE": {}}')).toThrow('f: line 1: a step before the first {"scenario": name}');
    expect(bad('{"scenario": "x"}\n{"VM_MAKE": {}}')).toThrow(
      'f: line 2: VM_MAKE: neither an ioctl nor one of mmap',
    );
    expect(bad('{"scenario": "x"}\n{"read": "$bo", "at": -1}')).toThrow('at: found -1, expected a number');
    expect(bad('{"scenario": "x"}\n{"gpu": "dance"}')).toThrow('gpu: found "dance", expected read or write');
    expect(bad('{"scenario": "x"}\n[1]')).toThrow('f: line 2: expected a JSON object');
    expect(bad('')).toThrow('f: no scenario in it');
    const unknown = parseScenarios('{"scenario": "x"}\n{"GEM_CLOSE": {"handle": "$bo"}}', 'f');
    expect(() => new Player(side()).play(unknown[0])).toThrow(
      'f:1: step 1: $bo was given out by no step before',
    );
    const field = parseScenarios('{"scenario": "x"}\n{"GEM_CLOSE": {"hands": 1}}', 'f');
    expect(() => new Player(side()).play(field[0])).toThrow(/step 1: .*hands/);
    await expect(fileScenarios(join(scratch, 'none'), '')).rejects.toThrow('ENOENT');
  });

  it('come from vector streams, as far as user space can express them', async () => {
    const path = join(scratch, 'vectors.jsonl');
    const lines = [
      { stream: 'can', variant: '7.2' },
      { in: { op: 'init' }, out: { r: 0 } },
      { in: { op: 'vm_create' }, out: { r: 1, uid: 1 } },
      { in: { op: 'bo_create', size: 8192, layout: 'contig4k' }, out: { r: 1 } },
      { in: { op: 'bind', vm: 1, bo: 1, va: '0x100000', size: 8192 }, out: { r: 0 } },
      { in: { op: 'active', vm: 1 }, out: { r: 0 } },
      { in: { op: 'bind', vm: 1, va: '0x101000', size: 4096, flags: 0x10000000, async: 1 }, out: { r: 0 } },
      { stream: 'cannot', variant: '7.2' },
      { in: { op: 'init' }, out: { r: 0 } },
      { in: { op: 'stuck', as: 1 }, out: { r: 0 } },
    ];
    writeFileSync(path, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
    const { scenarios, left } = await fileScenarios(path, '');
    expect([scenarios.map(({ name }) => name), left]).toEqual([['can'], 1]);
    const seen = new Player(side('7.2')).play(scenarios[0]).at(-1);
    expect(seen).toMatchObject({
      what: 'gpu read',
      out: { '0x100000': '0x10000', '0x101000': 'fault', '0xff000': 'fault', '0x102000': 'fault' },
    });
  });
});
