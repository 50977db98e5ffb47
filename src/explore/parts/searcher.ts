/** Searches parts in this process, one after another. */
import { switchedKernel } from '../../driver/kernels.ts';
import { UsageError } from '../../errors.ts';
import { DriverWorld } from '../driver-world.ts';
import { parseScenario } from '../scenario/parser.ts';
import { digest } from '../scenario/token.ts';
import type { Part, PartResult, Space } from './part.ts';
import { searchPart } from './search-part.ts';

/** Searches the parts of one space. States are told apart alike only in worlds that were the first of their thread. */
export class PartSearcher {
  #space = '';
  #world: DriverWorld | null = null;

  /** @throws UsageError where this model is not that of the process that asks */
  search(space: Space, part: Part): PartResult {
    if (this.#world === null) {
      this.#world = worldOf(space);
      this.#space = space.digest;
    }
    if (this.#space !== space.digest) throw new RangeError('a searcher of parts searches one space');
    return searchPart(this.#world, part, space.accept);
  }
}

function worldOf(space: Space): DriverWorld {
  const scenario = parseScenario(space.scenario.source, space.scenario.name);
  const model = switchedKernel(space.kernel, space.switched);
  const own = digest(scenario, model, space.invariants);
  if (own !== space.digest) {
    throw new UsageError(
      `the exploration of ${scenario.name} is another version's: its digest is ${space.digest}, here it is ${own}`,
    );
  }
  return new DriverWorld(scenario, model, space.invariants);
}
