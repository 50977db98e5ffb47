import { describe, expect, it } from 'vitest';
import { playLives } from './lives.ts';
import { keep } from './regression-corpus.ts';

const KERNELS = ['6.12', 'atomic-v4', '7.2', 'next'];
/** Sequences over all kernels. `npm run test:nightly` sets both. */
const count = Number(process.env.PANTHOR_SHIM_SEQUENCES ?? 800);
const seed = Number(process.env.PANTHOR_SHIM_SEED ?? 20250714);

describe(`the lives of VMs (seed ${seed}) leave what the models of them say`, () => {
  it.each(KERNELS)(
    `in ${Math.ceil(count / KERNELS.length)} sequences of steps on %s`,
    (kernel) => {
      const failure = playLives({ kernel, count: Math.ceil(count / KERNELS.length), seed });
      if (failure !== null) expect.fail(`seed ${seed}: ${failure.why}\n${keep(failure)}`);
    },
    3_600_000,
  );
});
