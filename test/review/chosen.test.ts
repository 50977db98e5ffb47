import { describe, expect, it } from 'vitest';
import { chosen } from '../../src/review/chosen.ts';

const NOTHING = { scenarios: [], vectors: [], captures: [], all: false };

describe('a review', () => {
  it('is about everything where nothing is named', () => {
    expect(chosen(NOTHING, ['a', 'b'], ['c'])).toEqual({ scenarios: ['a', 'b'], captures: ['c'] });
  });

  it('is about what is named alone', () => {
    expect(chosen({ ...NOTHING, vectors: ['v'] }, ['a'], ['c'])).toEqual({ scenarios: [], captures: [] });
    expect(chosen({ ...NOTHING, scenarios: ['x'] }, ['a'], ['c'])).toEqual({
      scenarios: ['x'],
      captures: [],
    });
  });

  it('is about everything besides, each once, where all is asked for', () => {
    const named = { scenarios: ['a', 'x'], vectors: ['v'], captures: ['d'], all: true };
    expect(chosen(named, ['a', 'b'], ['c'])).toEqual({ scenarios: ['a', 'b', 'x'], captures: ['c', 'd'] });
  });
});
