import type { Json } from '../../uapi/codec.ts';
import { firstDifference, type Observation } from './observe.ts';
import type { Player } from './player.ts';
import type { Scenario } from './scenario.ts';

/** The first step at which device and model part. */
export interface Difference {
  /** From 1. */
  readonly step: number;
  readonly what: string;
  readonly field: string;
  readonly device: Json;
  readonly model: Json;
}

export interface ScenarioResult {
  readonly name: string;
  readonly about: string;
  readonly source: string;
  /** Steps that both have done. */
  readonly steps: number;
  readonly difference: Difference | null;
}

/** Plays a scenario on both, and says where they part first: what follows a difference means nothing. */
export function compare(scenario: Scenario, device: Player, model: Player): ScenarioResult {
  const { name, about, source, steps } = scenario;
  const result = { name, about, source, steps: steps.length };
  const [one, other] = [device.play(scenario), model.play(scenario)];
  for (const [i, seen] of one.entries()) {
    const found = firstDifference(seen, other[i] as Observation);
    if (found !== null) return { ...result, difference: { step: i + 1, what: seen.what, ...found } };
  }
  return { ...result, difference: null };
}
