import { describe, expect, it } from 'vitest';
import { playSteps } from './lives.ts';
import { kept } from './regression-corpus.ts';

describe('sequences that once went wrong', () => {
  it('are kept', () => {
    expect(kept().length).toBeGreaterThan(0);
  });

  it.each(kept())('%s goes right', (_name, { kernel, steps }) => {
    expect(playSteps(kernel, steps)).toBeNull();
  });

  it('need each of their steps to be one that can happen', async () => {
    const { Life } = await import('./life.ts');
    for (const [name, { kernel, steps }] of kept()) {
      const life = new Life(kernel);
      for (const step of steps) {
        expect(life.can(step), `${name}: ${JSON.stringify(step)}`).toBe(true);
        life.do(step);
      }
    }
  });
});
