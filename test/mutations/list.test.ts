import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, it } from 'vitest';
import { MUTATIONS } from './list.mjs';

// The mutations themselves take minutes (npm run test:slow); that the code moved away from one is seen at once.
it('each mutation has one place in the sources', () => {
  expect(MUTATIONS.length).toBeGreaterThanOrEqual(20);
  const places = MUTATIONS.map(({ name, file, from }) => {
    const code = readFileSync(resolve(import.meta.dirname, '../..', file), 'utf8');
    return { name, places: code.split(from).length - 1 };
  });
  expect(places.filter(({ places }) => places !== 1)).toEqual([]);
});
