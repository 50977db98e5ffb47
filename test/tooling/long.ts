/** Whether the long forms were asked for: `npm run test:slow`. */
export const LONG = process.env.PANTHOR_SHIM_SLOW !== undefined;

/** Whether the longest forms were asked for, which take half an hour: `npm run test:nightly`, beside {@link LONG}. */
export const WHOLE = process.env.PANTHOR_SHIM_WHOLE !== undefined;

/** All of them in `npm run test:slow`; in the test command, which is to end in minutes, the first and each `every`-th after it. */
export const sampled = <T>(all: readonly T[], every: number): T[] =>
  all.filter((_, index) => LONG || index % every === 0);
