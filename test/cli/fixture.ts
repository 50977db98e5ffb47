import { fileURLToPath } from 'node:url';

const fixtures = new URL('../fixtures/', import.meta.url);

/** Small inputs after public reports, each with a right answer. */
export const CASES = fileURLToPath(new URL('cases/', fixtures));
/** Inputs that once broke a reader. */
export const ATTACK = fileURLToPath(new URL('attack/', fixtures));
