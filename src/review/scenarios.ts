/** Scenarios on both sides: verdicts, what breaks, and what the calls return. */
import type { ResultJson } from '../explore/output/report.ts';
import { type Ended, type RunCommand, shellCommand } from './commands.ts';
import type { Compared, Difference, Open, Side } from './difference.ts';

/** Seconds that a run may take beyond its budget: building the world, and the shortest schedule. */
const GRACE = 60;

/** So much more time has a search that did not suffice where the other side's did. */
const SECOND_TRY = 4;

/** A verdict, or in words why there is none. */
export type Verdict = ResultJson | string;

const args = (scenario: string, side: Side, seconds: number, invariant = ''): string[] => [
  'explore',
  scenario,
  ...side.options,
  ...(invariant === '' ? [] : ['--invariant', invariant]),
  '--no-compare',
  '--budget',
  `seconds=${seconds}`,
];

/** The last line of what a command says on standard error: the reason, without our name. */
export function reasonOf(ended: Ended): string {
  if (ended.status === null) return 'it does not end';
  const last = ended.stderr.trim().split('\n').at(-1) ?? '';
  return last.replace(/^panthor-shim: /, '') || `exit status ${ended.status}`;
}

async function verdictOf(
  run: RunCommand,
  scenario: string,
  side: Side,
  seconds: number,
  invariant?: string,
): Promise<Verdict> {
  // One search thread each: as many runs as there are cores are under way.
  const ended = await run(
    [...args(scenario, side, seconds, invariant), '--json', '--jobs', '1'],
    seconds + GRACE,
  );
  if (ended.status !== 0 && ended.status !== 1) return reasonOf(ended);
  const result = JSON.parse(ended.stdout) as ResultJson;
  // On another machine another tree may lie under the same name.
  if (side.options[0] === '--tree' && result.kernel !== side.name)
    return `it ran on ${result.kernel}, not on ${side.name}`;
  return result;
}

/** Runs a scenario on both sides, `seconds` each, by `run`, and says what differs. */
export async function reviewScenario(
  run: RunCommand,
  scenario: string,
  base: Side,
  tree: Side,
  seconds: number,
): Promise<Compared> {
  const given = { base: seconds, tree: seconds };
  let before = await verdictOf(run, scenario, base, seconds);
  let after = await verdictOf(run, scenario, tree, seconds);
  // What one side has decided the other can, too: there is little that it may take longer by.
  if (isOpen(before) && isDecided(after)) {
    given.base *= SECOND_TRY;
    before = await verdictOf(run, scenario, base, given.base);
  } else if (isDecided(before) && isOpen(after)) {
    given.tree *= SECOND_TRY;
    after = await verdictOf(run, scenario, tree, given.tree);
  }
  const show = (side: Side, seconds: number): string => shellCommand(args(scenario, side, seconds));
  const shown = [show(base, given.base), show(tree, given.tree)] as const;
  const compared = compareVerdicts(scenario, before, after, ...shown);
  if (compared.differences.some(({ kind }) => kind === 'finding')) {
    // A search ends soon after its first finding: what it did not come to is asked for by name.
    const missing = missingOn(before as ResultJson, after as ResultJson);
    compared.differences = [];
    for (const [on, invariant] of missing) {
      const side = on === 'base' ? base : tree;
      const alone = await verdictOf(run, scenario, side, seconds, invariant);
      const command = shellCommand(args(scenario, side, seconds, invariant));
      addAlone(compared, on, invariant, alone, command);
    }
  }
  return compared;
}

/** Whether a search was ended by its budget. */
const isOpen = (verdict: Verdict): boolean => typeof verdict !== 'string' && verdict.verdict === 'bounded';

/** Whether a search has come to a verdict. */
const isDecided = (verdict: Verdict): boolean => typeof verdict !== 'string' && !isOpen(verdict);

/** Invariants that broke on one side only, with the side on which they did not. */
function missingOn(before: ResultJson, after: ResultJson): ['base' | 'tree', string][] {
  const [base, tree] = [brokenBy(before), brokenBy(after)];
  return [
    ...tree.filter((one) => !base.includes(one)).map((one): ['base', string] => ['base', one]),
    ...base.filter((one) => !tree.includes(one)).map((one): ['tree', string] => ['tree', one]),
  ];
}

/** What the search for one invariant alone says of the side that had not broken it. */
export function addAlone(
  compared: Compared,
  on: 'base' | 'tree',
  invariant: string,
  alone: Verdict,
  command: string,
): void {
  const what = `${compared.what}, ${invariant}`;
  if (typeof alone === 'string') compared.open.push({ what, why: `${on}: ${alone}`, command });
  else if (alone.verdict === 'bounded') {
    const why = `violated on the ${on === 'base' ? 'tree' : 'base'}; the budget did not suffice for the ${on}`;
    compared.open.push({ what, why, command });
  } else if (alone.verdict !== 'violated') {
    const sides = on === 'base' ? [alone.verdict, 'violated'] : ['violated', alone.verdict];
    compared.differences.push({ kind: 'finding', what, base: sides[0], tree: sides[1], command });
  }
}

/** The invariants that broke, each once; one that broke while the scenario was set up has no schedule. */
function brokenBy({ invariant, violations }: ResultJson): string[] {
  const names = violations.map((one) => one.invariant);
  return [...new Set(names.length === 0 && invariant !== null ? [invariant] : names)].sort();
}

/** "violated: atomic", "holds". */
function inWords(result: ResultJson): string {
  const { verdict } = result;
  const broken = brokenBy(result);
  return broken.length === 0 ? verdict : `${verdict}: ${broken.join(', ')}`;
}

/** What differs between two verdicts; `showBase` and `showTree` are the commands that gave them. */
export function compareVerdicts(
  what: string,
  before: Verdict,
  after: Verdict,
  showBase: string,
  showTree: string,
): Compared {
  const differences: Difference[] = [];
  const open: Open[] = [];
  const out: Compared = { what, differences, open };
  if (typeof before === 'string' || typeof after === 'string') {
    if (typeof before === 'string') open.push({ what, why: `base: ${before}`, command: showBase });
    if (typeof after === 'string') open.push({ what, why: `tree: ${after}`, command: showTree });
    return out;
  }
  const [base, tree] = [inWords(before), inWords(after)];
  const violated = [before.verdict === 'violated', after.verdict === 'violated'];
  if (violated[0] !== violated[1]) {
    const undecided = isOpen(before) ? 'base' : isOpen(after) ? 'tree' : null;
    if (undecided !== null) {
      const other = undecided === 'base' ? `tree: ${tree}` : `base: ${base}`;
      const command = undecided === 'base' ? showBase : showTree;
      open.push({ what, why: `${other}; the budget did not suffice for the ${undecided}`, command });
      return out;
    }
    // What breaks is shown by the side where it does.
    const command = violated[0] ? showBase : showTree;
    differences.push({ kind: 'verdict', what, base, tree, command });
    return out;
  }
  if (violated[0]) {
    if (base !== tree) differences.push({ kind: 'finding', what, base, tree, command: showTree });
    return out;
  }
  const undecided = [before, after].map(({ verdict }) => verdict === 'bounded');
  if (undecided[0] || undecided[1]) {
    const where = undecided[0] && undecided[1] ? 'neither side' : undecided[0] ? 'the base' : 'the tree';
    const why = `no violation, but the budget did not suffice for ${where === 'neither side' ? 'either side' : where}`;
    open.push({ what, why, command: undecided[1] ? showTree : showBase });
    return out;
  }
  if (base !== tree) differences.push({ kind: 'verdict', what, base, tree, command: showTree });
  differences.push(...differentResults(what, before, after, showTree));
  return out;
}

/** Calls of which one side knows a result that the other does not; both have seen all schedules. */
function differentResults(
  what: string,
  before: ResultJson,
  after: ResultJson,
  command: string,
): Difference[] {
  return before.coverage.calls.flatMap((call, i) => {
    const [base, tree] = [call.results, after.coverage.calls[i]?.results ?? []].map((results) =>
      results.join(' or '),
    );
    if (base === tree) return [];
    return [{ kind: 'results' as const, what: `${what}, ${call.thread}: ${call.call}`, base, tree, command }];
  });
}
