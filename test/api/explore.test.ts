import { describe, expect, it } from 'vitest';
import { library } from './library.ts';

const { explore, replaySchedule, scenarios, UsageError } = library;

describe('explorations', () => {
  it('come to the same verdicts side by side as one after another', async () => {
    const asked = ['6.12', '7.2'] as const;
    const verdicts = async (kernel: (typeof asked)[number]) => {
      const { verdict, violations, invariants } = await explore('activate-then-access', { kernel, jobs: 1 });
      return { verdict, broken: violations.map((one) => one.invariant), invariants };
    };
    const alone = [];
    for (const kernel of asked) alone.push(await verdicts(kernel));
    expect(await Promise.all([...asked, ...asked].map(verdicts))).toEqual([...alone, ...alone]);
    expect(alone.map(({ verdict }) => verdict)).toEqual(['violated', 'holds']);
  });

  it('give schedules that can be run again', async () => {
    const { violations, steps } = await explore('activate-then-access', { kernel: '6.12', jobs: 1 });
    const again = await replaySchedule(violations[0].token);
    expect(again.invariant).toBe(violations[0].invariant);
    expect(again.steps).toEqual(steps);
    await expect(replaySchedule('bm9uc2Vuc2U')).rejects.toThrow(UsageError);
  });

  it('take a scenario from its text', async () => {
    const source = scenarios().find((one) => one.name === 'activate-then-access')?.source ?? '';
    expect(await explore({ name: 'mine', source }, { kernel: '7.2', jobs: 1 })).toMatchObject({
      scenario: 'mine',
      verdict: 'holds',
    });
  });

  it('refuse what is no scenario, no kernel and no invariant', async () => {
    await expect(explore('nothing-of-that-name')).rejects.toThrow(UsageError);
    await expect(explore({ name: 'broken', source: 'nonsense' })).rejects.toThrow(UsageError);
    await expect(explore('two-binders', { kernel: 'magic' as '7.2' })).rejects.toThrow(UsageError);
    await expect(explore('two-binders', { invariants: ['magic'] })).rejects.toThrow(UsageError);
  });

  it('end when they are told to', async () => {
    const controller = new AbortController();
    const exploring = explore('reset-while-rebinding', {
      kernel: '6.12',
      signal: controller.signal,
      jobs: 1,
    });
    setTimeout(() => controller.abort(new Error('enough')), 50);
    await expect(exploring).rejects.toThrow('enough');
    await expect(explore('two-binders', { signal: AbortSignal.abort() })).rejects.toThrow();
  });
});
