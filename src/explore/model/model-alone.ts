/** Which scenarios a kernel tree's driver cannot be asked for so far. */
import { GROUP_CALLS } from '../scenario/call-parser.ts';
import { allCalls, type Scenario } from '../scenario/scenario.ts';
import { isAboutReclaim } from './reclaim.ts';

const FILE_CALLS = [
  'create',
  'close',
  'close-file',
  'wait',
  'signal',
  'timestamp',
  'state',
  'create-heap',
  'destroy-heap',
  ...GROUP_CALLS,
];

/** Whether a thread makes ioctls: then everything belongs to a file. */
export function makesIoctls(scenario: Scenario): boolean {
  const through = allCalls(scenario).some(({ ioctl, verb }) => ioctl || FILE_CALLS.includes(verb));
  return through || scenario.groups.length > 0;
}

/** Why a scenario is for the model alone, null where a tree can run it too. */
export function whyModelAlone(scenario: Scenario): string | null {
  if (makesIoctls(scenario)) return 'threads that make ioctls are for the model alone so far';
  if (isAboutReclaim(scenario)) return 'reclaim is for the model alone so far';
  if (scenario.arch !== null) return 'another architecture is for the model alone so far';
  if (scenario.failMap >= 0) return 'a map that fails half-way is for the model alone so far';
  return null;
}
