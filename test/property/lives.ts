/** Lives of VMs by the hundred: generated, reduced where one goes wrong, and played again from what was kept. */
import fc from 'fast-check';
import { Life } from './life.ts';
import { type Step, step } from './steps.ts';

/** A step as fast-check's model-based testing wants it. */
class LifeCommand implements fc.Command<Life, Life> {
  readonly #step: Step;

  constructor(one: Step) {
    this.#step = one;
  }

  check(life: Readonly<Life>): boolean {
    return life.can(this.#step);
  }

  run(life: Life): void {
    life.do(this.#step);
  }

  toString(): string {
    return JSON.stringify(this.#step);
  }
}

/** A sequence of steps that goes wrong. */
export interface Failure {
  kernel: string;
  why: string;
  steps: readonly Step[];
}

export interface Lives {
  kernel: string;
  /** How many, and the seed that they all come from. */
  count: number;
  seed: number;
  /** Steps of one life at most. */
  most?: number;
  /** False: take the first failure as it is. */
  shrink?: boolean;
}

/** Plays lives until one goes wrong, and shrinks that; null where none does. */
export function playLives({ kernel, count, seed, most = 160, shrink = true }: Lives): Failure | null {
  let last: Failure | null = null;
  // Unbiased: most lives would be short otherwise, and nothing much happens in those.
  const commands = fc.noBias(
    fc.commands([step.map((one) => new LifeCommand(one))], { maxCommands: most, size: 'max' }),
  );
  const property = fc.property(commands, (cmds) => {
    const life = new Life(kernel);
    try {
      fc.modelRun(() => ({ model: life, real: life }), cmds);
      life.end();
    } catch (e) {
      last = { kernel, why: (e as Error).message, steps: life.done };
      throw e;
    }
  });
  const { failed } = fc.check(property, { numRuns: count, seed, endOnFailure: !shrink });
  return failed ? last : null;
}

/** Plays given steps; those that cannot happen are passed over. What goes wrong, or null. */
export function playSteps(kernel: string, steps: readonly Step[]): string | null {
  const life = new Life(kernel);
  try {
    for (const one of steps) if (life.can(one)) life.do(one);
    life.end();
  } catch (e) {
    return (e as Error).message;
  }
  return null;
}
