import type { Budget } from './search.ts';

/** What a search may use where nothing is said: beyond it, it is bounded. */
export const DEFAULT_BUDGET: Budget = { states: 4_000_000, seconds: 60, memory: 2 * 2 ** 30 };
