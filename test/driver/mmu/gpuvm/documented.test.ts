import { describe, expect, it } from 'vitest';
import { DOCUMENTED, playDocumented, SPARSE_VARIANTS, VARIANTS } from './documented.ts';
import { BLOCK, PAGE } from './naive.ts';

/** A page, half a block (so that a split meets blocks), and a block. */
const UNITS = [PAGE, BLOCK / 2, BLOCK];

function play(kernel: string, number: number, name: string): string | null {
  const one = DOCUMENTED.find((c) => c.number === number);
  const variant = [...VARIANTS, ...SPARSE_VARIANTS].find((v) => v.name === name);
  if (one === undefined || variant === undefined) throw new Error('no such case');
  for (const unit of UNITS) {
    const wrong = playDocumented(kernel, one, variant, unit);
    if (wrong !== null) return wrong;
  }
  return null;
}

describe('the documented cases of split and merge', () => {
  it('are fifteen, numbered from 1', () => {
    expect(DOCUMENTED.map((c) => c.number)).toEqual(Array.from({ length: 15 }, (_, i) => i + 1));
  });
});

for (const { number, what } of DOCUMENTED) {
  describe(`${number}) a request for ${what},`, () => {
    for (const { name } of VARIANTS) {
      it.each(['6.12', 'atomic-v4', '7.2', 'next'])(`${name}, on %s`, (kernel) => {
        const wrong = play(kernel, number, name);
        if (wrong !== null) expect.fail(wrong);
      });
    }
    for (const { name } of SPARSE_VARIANTS) {
      it.each(['7.2', 'next'])(`${name}, on %s`, (kernel) => {
        const wrong = play(kernel, number, name);
        if (wrong !== null) expect.fail(wrong);
      });
    }
  });
}
