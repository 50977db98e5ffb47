import { describe, expect, it } from 'vitest';
import type { ReplayStep } from '../../src/index.ts';
import { CAPTURES, capturePath } from '../capture/helpers.ts';
import { panthorShim } from '../cli/program.ts';
import { library } from './library.ts';

const { KERNEL_NAMES, behaviours, kernel, openCapture, Replay } = library;

async function replayed(name: string, options: ConstructorParameters<typeof Replay>[1] = {}) {
  const capture = await openCapture(capturePath(name));
  const replay = new Replay(capture.header, options);
  return { capture, replay };
}

describe('a replay', () => {
  it.each(CAPTURES)('comes to what the command prints: %s', async (name) => {
    const { capture, replay } = await replayed(name);
    await replay.run(capture);
    const { stdout } = await panthorShim(['replay', capturePath(name), '--json']);
    // The command adds the lives of the VMs, which the library gives as they are.
    const { vms: _vms, gpuvm_steps: _steps, page_table: _table, ...summary } = JSON.parse(stdout.toString());
    expect(JSON.parse(JSON.stringify(replay.summary()))).toEqual(summary);
  });

  it('comes to the same step by step, with events or without', async () => {
    const whole = await replayed('vulkan-sparse');
    await whole.replay.run(whole.capture, { until: 120 });
    const single = await replayed('vulkan-sparse', { events: ['ops', 'regs'] });
    const steps: ReplayStep[] = [];
    for await (const step of single.replay.steps(single.capture, { until: 120 })) steps.push(step);
    expect(steps).toHaveLength(121);
    expect(single.replay.vms()).toEqual(whole.replay.vms());
    expect(single.replay.summary()).toEqual(whole.replay.summary());
    const kinds = new Set(steps.flatMap(({ events }) => events.map(({ kind }) => kind)));
    expect([...kinds]).toEqual(expect.arrayContaining(['step_map', 'map_pages', 'as', 'register_write']));
    expect(steps.every(({ ret }) => ret === null || Number.isInteger(ret))).toBe(true);
  });

  it('is of the kernel that is asked for, with its switches', async () => {
    const asked = kernel('7.2', { without: ['lock-around-op'] });
    const { capture, replay } = await replayed('vulkaninfo', { kernel: asked });
    await capture.close();
    expect(replay.kernel).toEqual(asked);
    expect(asked.switched).toEqual(['-lock-around-op']);
    expect(asked.behaviours).not.toContain('lock-around-op');
    expect(kernel('7.2').behaviours).toContain('lock-around-op');
    expect(() => kernel('5.10' as '6.12')).toThrow(RangeError);
    expect(() => kernel('7.2', { with: ['magic'] })).toThrow(/unknown behaviour/);
    expect(new Set(behaviours().flatMap((one) => one.kernels))).toEqual(new Set(KERNEL_NAMES));
  });
});

describe('a walk', () => {
  it('is the one that the command prints', async () => {
    const { capture, replay } = await replayed('vulkan-sparse');
    await replay.run(capture, { until: 109 });
    const walk = replay.walk({ id: 1, fd: 7 }, 0x7ffffe810000n);
    const args = ['vm', capturePath('vulkan-sparse'), '--at', '109', '--walk', '1@0x7ffffe810000'];
    expect(`${walk}`).toBe((await panthorShim(args)).stdout.toString());
    expect(walk).toMatchObject({ pageSize: 4096, level: 3, target: { bo: 10, agrees: true } });
    expect(walk.descriptors.map(({ level }) => level)).toEqual([0, 1, 2, 3]);
  });

  it('of what is not there says so', async () => {
    const { capture, replay } = await replayed('vulkan-sparse');
    await replay.run(capture, { until: 109 });
    expect(replay.walk(1, 0x123000)).toMatchObject({ pa: null, pageSize: null, target: null });
    expect(() => replay.walk(9, 0)).toThrow(/there is no VM 9; there is VM 1 of fd 7/);
    expect(() => replay.walk(1, 2 ** 48)).toThrow(RangeError);
  });
});
