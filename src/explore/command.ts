/** What the command `explore` does, once its options are read. Lives in the interleaved build. */
import { didYouMean } from '../../uapi/suggest.ts';
import { type Kernel, kernel } from '../driver/kernels.ts';
import { UsageError } from '../errors.ts';
import type { BuiltTree } from '../tree/build.ts';
import { KernelFault } from '../tree/faults.ts';
import { nearestKernel, treeName } from '../tree/source.ts';
import { decide } from './decide.ts';
import { DriverWorld } from './driver-world.ts';
import { INVARIANTS } from './invariants.ts';
import { compare } from './output/compare.ts';
import { elsewhere } from './output/elsewhere.ts';
import { trace } from './output/explain.ts';
import { mergeFiles } from './output/merge.ts';
import { brokenSetUpJson, headOf, replayText, toJson, toText } from './output/report.ts';
import type { PartService } from './parts/service.ts';
import { loadScenario, type ScenarioText, scenarioNames } from './scenario/catalogue.ts';
import { parseScenario } from './scenario/parser.ts';
import { type Scenario, ScenarioError } from './scenario/scenario.ts';
import { checkFits, decodeToken, kernelOf, type Token } from './scenario/token.ts';
import type { Budget } from './search/search.ts';
import type { Shard } from './shards/shard-search.ts';
import { TreeDriver } from './tree/driver.ts';

export { list } from './output/list.ts';

export interface ExploreRequest {
  scenario: string | ScenarioText | undefined;
  kernel: string | undefined;
  with: string[];
  without: string[];
  /** Names, or "all". */
  invariants: string[];
  replay: string | undefined;
  merge: string[] | undefined;
  json: boolean;
  /** A verdict that says less than it could (bounded, vacuous) is status 1. */
  strict: boolean;
  /** Texts of messages that are known, besides the scenario's own. */
  accept: string[];
  compare: boolean;
  budget: Budget;
  seed: number;
  jobs: number;
  shard: Shard | undefined;
  /** One schedule for each trace instead of states. */
  traces?: boolean;
  /** Who searches the space by parts; it is told what for: "two-binders on 7.2". */
  parts?: ((what: string) => Promise<PartService>) | undefined;
  /** A kernel tree, built: its own driver in the place of the model's. */
  tree?: BuiltTree | undefined;
  /** Told about progress, for a terminal. */
  progress: ((line: string) => void) | undefined;
}

export interface ExploreReply {
  text: string;
  /** Loud lines for standard error: what the verdict leaves open. */
  notes: string[];
  /** Exit status: 1 where an invariant broke. */
  status: number;
}

/** Explorations share one tracking of state: the next begins when the one before has ended. */
let last: Promise<unknown> = Promise.resolve();

/** Answers one request. @throws UsageError for what cannot be, scenarios included; InputError */
export function run(request: ExploreRequest): Promise<ExploreReply> {
  const reply = last.then(() => answer(request));
  last = reply.catch(() => undefined);
  return reply;
}

async function answer(request: ExploreRequest): Promise<ExploreReply> {
  try {
    if (request.merge !== undefined) {
      const merged = mergeFiles(request.merge);
      return {
        text: `${JSON.stringify(merged)}\n`,
        notes: [],
        status: statusOf(merged.verdict, request.strict),
      };
    }
    if (request.replay !== undefined) return replay(request, request.replay);
    return await explore(request);
  } catch (error) {
    if (error instanceof ScenarioError) throw new UsageError(error.message);
    throw error;
  }
}

async function explore(request: ExploreRequest): Promise<ExploreReply> {
  if (request.scenario === undefined)
    throw new UsageError('name a scenario (--list shows the built-in ones)');
  const scenario = loadScenario(request.scenario);
  const { tree } = request;
  const model =
    tree === undefined ? pickKernel(request.kernel ?? scenario.kernel ?? '7.2', request) : kernelOfTree(tree);
  const invariants = pickInvariants(request.invariants, scenario);
  const options = tree === undefined ? {} : { driver: new TreeDriver(tree) };
  let world: DriverWorld;
  try {
    world = new DriverWorld(scenario, model, invariants, options);
  } catch (error) {
    if (error instanceof KernelFault) return brokenSetUp(scenario, model, invariants, error, request.json);
    throw error;
  }
  const { parts } = request;
  // One thread: the others of a parallel search would each need the tree's memory to themselves.
  const question = {
    ...request,
    jobs: tree === undefined ? request.jobs : 1,
    overlapping: tree !== undefined,
    parts: parts && (() => parts(headOf(scenario.name, model))),
  };
  const result = await decide(world, model, invariants, question);
  const status = statusOf(result.verdict, request.strict);
  const doubts = model.doubts.map((one) => `${scenario.name}: not sure: ${one}`);
  const { shard } = request;
  if (request.json) {
    const found = result.findings[0];
    const others =
      found !== undefined && request.compare && tree === undefined
        ? {
            elsewhere: elsewhere(
              scenario,
              model,
              invariants,
              found.schedule,
              left(request.budget, result.seconds).seconds,
            ),
          }
        : {};
    const json = { ...toJson(world, model, invariants, result, shard), ...others };
    const notes = result.empty.map((one) => `${scenario.name}: ${one}`);
    return { text: `${JSON.stringify(json)}\n`, notes: [...doubts, ...notes], status };
  }
  const footer = () =>
    request.compare && tree === undefined
      ? compare(scenario, model, result.findings[0].violation.invariant, left(request.budget, result.seconds))
      : [];
  return { text: toText(world, model, invariants, result, footer, shard), notes: doubts, status };
}

/** What a verdict that took `seconds` leaves of a budget for what is told beside it. */
function left(budget: Budget, seconds: number): Budget {
  return { ...budget, seconds: Math.max(0, budget.seconds - seconds) };
}

/** The verdict on a tree whose driver breaks while the scenario is set up. */
function brokenSetUp(
  scenario: Scenario,
  model: Kernel,
  invariants: readonly string[],
  { invariant, message }: KernelFault,
  json: boolean,
): ExploreReply {
  const text = json
    ? JSON.stringify(brokenSetUpJson(scenario, model, invariants, invariant, message))
    : `${headOf(scenario.name, model)}: violated while it is set up\n\n${invariant}: ${message}`;
  return { text: `${text}\n`, notes: [], status: 1 };
}

/** A tree under its own name; behaviours are those of the nearest modelled kernel, for reports alone. */
function kernelOfTree(tree: BuiltTree): Kernel {
  return { ...kernel(nearestKernel(tree)), name: `${treeName(tree)} (${tree.digest.slice(0, 12)})` };
}

function statusOf(verdict: string, strict: boolean): number {
  return verdict === 'violated' || (strict && verdict !== 'holds') ? 1 : 0;
}

function pickKernel(name: string, request: ExploreRequest): Kernel {
  try {
    return kernel(name, request.with, request.without);
  } catch (error) {
    if (error instanceof RangeError) throw new UsageError(error.message);
    throw error;
  }
}

function pickInvariants(asked: readonly string[], scenario: Scenario): readonly string[] {
  if (asked.includes('all')) return INVARIANTS;
  const names = asked.length > 0 ? asked : scenario.check;
  for (const name of names) {
    if (!(INVARIANTS as readonly string[]).includes(name)) {
      throw new UsageError(
        `unknown invariant '${name}'${didYouMean(name, INVARIANTS) || ` (one of ${INVARIANTS.join(', ')}, or all)`}`,
      );
    }
  }
  return names;
}

/** The scenario of a token: the one it carries, or the built-in one that it names, never a file. */
function scenarioOf(token: Token): Scenario {
  if (token.source !== '') return parseScenario(token.source, token.scenario);
  if (!scenarioNames().includes(token.scenario)) {
    throw new UsageError(`the token does not fit: there is no built-in scenario '${token.scenario}'`);
  }
  return loadScenario(token.scenario);
}

function replay(request: ExploreRequest, text: string): ExploreReply {
  const token = decodeToken(text);
  const scenario = request.scenario === undefined ? scenarioOf(token) : loadScenario(request.scenario);
  const switches = request.with.length + request.without.length > 0;
  const { tree } = request;
  const model =
    tree !== undefined
      ? kernelOfTree(tree)
      : request.kernel !== undefined || switches
        ? pickKernel(request.kernel ?? token.kernel, request)
        : kernelOf(token);
  checkFits(token, scenario, model);
  const options = tree === undefined ? {} : { driver: new TreeDriver(tree) };
  const world = new DriverWorld(scenario, model, token.invariants, options);
  const traced = trace(world, token.schedule);
  const status = traced.violation === null ? 0 : 1;
  if (!request.json) {
    return { text: replayText(headOf(scenario.name, model), traced), notes: [], status };
  }
  const reply = {
    scenario: scenario.name,
    kernel: model.name,
    switched: model.switched,
    verdict: traced.violation === null ? 'bounded' : 'violated',
    invariant: traced.violation?.invariant ?? null,
    message: traced.violation?.message ?? null,
    states: traced.steps.length + 1,
    schedules: 1,
    token: text,
    steps: traced.steps,
    elsewhere:
      tree === undefined
        ? elsewhere(scenario, model, token.invariants, token.schedule, request.budget.seconds)
        : [],
  };
  return { text: `${JSON.stringify(reply)}\n`, notes: [], status };
}
