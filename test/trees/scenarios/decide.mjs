/** What `explore` decides of random scenarios, of all invariants, for those who compare it with what it decides elsewhere. */
import { run } from '../../../dist/interleaved/src/explore/command.js';

/**
 * What is decided of `request.scenario` on what else `request` says (a budget, a kernel, a tree); null where it is refused by one of the
 * errors named in `refusals`. @throws another one, with the scenario
 */
export async function decide(request, refusals) {
  try {
    const reply = await run({
      with: [],
      without: [],
      invariants: ['all'],
      jobs: 1,
      json: true,
      strict: false,
      accept: [],
      compare: false,
      seed: 1,
      ...request,
    });
    return JSON.parse(reply.text);
  } catch (error) {
    if (refusals.includes(error.name)) return null;
    const { scenario } = request;
    throw new Error(`${scenario.source ?? scenario}: ${error.message}`, { cause: error });
  }
}
