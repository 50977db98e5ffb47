import { existsSync, statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import { visible } from '../../../uapi/visible.ts';
import { setUpForExploring } from '../../engine.ts';
import type * as Explorer from '../../explore/command.ts';
import { DEFAULT_BUDGET } from '../../explore/search/budget.ts';
import type { Budget } from '../../explore/search/search.ts';
import { queueAddress } from '../../queue/bullmq.ts';
import { partsOn } from '../../queue/parts.ts';
import { type ScheduleStep, writeSchedule } from '../../trace/schedule-trace.ts';
import { InputError, note, UsageError } from '../exit.ts';
import { answersByStatus, print } from '../io/output.ts';
import { openTrace } from '../io/trace-file.ts';
import { cannotBeWith } from '../options/conflicts.ts';
import { names, parseBudget, parseJobs, parseSeed, parseShard, texts } from '../options/explore.ts';
import { addKernelOptions, type KernelOptions } from '../options/kernel.ts';
import { build } from '../options/tree.ts';

interface Options extends KernelOptions {
  tree?: string;
  list?: true;
  invariant: string[];
  replay?: string;
  trace?: string;
  json?: true;
  strict?: true;
  accept: string[];
  compare: boolean;
  budget: Budget;
  seed: number;
  jobs: number;
  shard?: { index: number; count: number };
  merge?: string[];
  traces?: true;
  queue?: string;
}

export function register(program: Command): void {
  const command = program
    .command('explore')
    .summary('try every interleaving of a scenario')
    .description(
      'Runs the threads of a scenario in every order on a machine that takes its time, checks invariants after every ' +
        'step, and shows the shortest schedule that breaks one. Exit status 1 where one breaks.',
    )
    .argument('[scenario]', 'a built-in scenario, or a file')
    .option('--list', 'list the built-in scenarios')
    .option('--invariant <names>', "what to check (default: the scenario's own; all: everything)", names, [])
    .option('--replay <token>', 'run the schedule of a token again')
    .option('--trace <file>', 'with --replay: the schedule as a Perfetto trace')
    .option(
      '--budget <limits>',
      'states=N,seconds=N,memory=N; beyond it the verdict is "bounded"',
      parseBudget,
      DEFAULT_BUDGET,
    )
    .option('--seed <n>', 'first seed of the random searches', parseSeed, 1)
    .option(
      '--jobs <n>',
      'threads for spaces that one thread does not finish quickly',
      parseJobs,
      availableParallelism(),
    )
    .option('--shard <i/n>', 'search one of n parts, for n machines; --json, then --merge', parseShard)
    .option('--merge <files...>', 'one verdict from the JSON of all parts')
    .option(
      '--traces',
      'one schedule for each order that makes a difference, told by what steps read and write; no state is remembered',
    )
    .option('--queue <url>', 'let the workers of a queue search, redis://HOST (`worker` is one)')
    .option('--no-compare', 'leave out the table of other kernels and behaviours')
    .option('--strict', 'exit status 1 for verdicts that leave something open (bounded, vacuous) too')
    .option('--accept <text>', 'messages that contain it are known, and no violation', texts, [])
    .option('--json', 'one JSON object');
  command.option('--tree <dir>', "run a kernel tree's own driver, built where it has not been");
  addKernelOptions(command, "the scenario's, else 7.2", 'PANTHOR_SHIM_KERNEL').action(action);
  cannotBeWith(command, '--list', ['--replay', '--merge', '--shard', '--tree']);
  cannotBeWith(command, '--merge', ['--replay', '--shard', '--tree']);
  cannotBeWith(command, '--replay', ['--shard']);
  cannotBeWith(command, '--traces', ['--shard', '--queue', '--tree']);
}

/** The explorer needs the interleaved form of the driver, which the build puts beside the plain one. */
export async function loadExplorer(tree = false): Promise<typeof Explorer> {
  // Its code looks when it is loaded (src/explore/state/access-log.ts).
  if (tree) process.env.PANTHOR_SHIM_NOTE_READS = '0';
  setUpForExploring();
  const url = new URL('../../../interleaved/src/explore/command.js', import.meta.url);
  if (!existsSync(fileURLToPath(url)))
    throw new UsageError('the interleaved build is missing: run `npm run build`');
  return (await import(url.href)) as typeof Explorer;
}

/** The interleaved build has error classes of its own. */
export function translated(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  if (error.name === 'UsageError' || error.name === 'TrapError') return new UsageError(error.message);
  if (error.name === 'InputError') return new InputError(error.message);
  return error;
}

async function action(scenario: string | undefined, options: Options): Promise<void> {
  answersByStatus();
  for (const [option, given] of [
    ['--list', options.list],
    ['--merge', options.merge],
  ]) {
    if (scenario !== undefined && given !== undefined)
      throw new UsageError(`${option} takes no scenario, found ${scenario}`);
  }
  const explorer = await loadExplorer(options.tree !== undefined);
  if (options.list) {
    print(explorer.list(options.json === true));
    return;
  }
  try {
    await explore(explorer, scenario, options);
  } catch (error) {
    throw translated(error);
  }
}

/** Scenarios are a few hundred bytes, and hand-written. */
const MAX_SCENARIO_BYTES = 1 << 20;

/** Refuses what is there under the name and cannot be a scenario. @throws InputError */
function checkFile(scenario: string): void {
  const stat = statSync(scenario, { throwIfNoEntry: false });
  if (stat === undefined) return;
  if (stat.isDirectory()) throw new InputError(`cannot read ${scenario}: it is a directory`);
  if (!stat.isFile() && !stat.isFIFO()) throw new InputError(`cannot read ${scenario}: it is not a file`);
  if (stat.size > MAX_SCENARIO_BYTES) {
    throw new InputError(`${scenario}: ${stat.size} bytes, a scenario has at most ${MAX_SCENARIO_BYTES}`);
  }
}

async function explore(
  explorer: typeof Explorer,
  scenario: string | undefined,
  options: Options,
): Promise<void> {
  if (scenario !== undefined) checkFile(scenario);
  if (options.trace !== undefined && options.replay === undefined)
    throw new UsageError('--trace is of one schedule: say which with --replay TOKEN');
  if (options.queue !== undefined) checkQueue(options);
  const terminal = process.stderr.isTTY && !options.json;
  const tree = options.tree === undefined ? undefined : await build(options.tree);
  const request = {
    scenario,
    kernel: options.kernel,
    with: options.with,
    without: options.without,
    invariants: options.invariant,
    replay: options.replay,
    merge: options.merge,
    jobs: options.jobs,
    shard: options.shard,
    traces: options.traces === true,
    parts: options.queue === undefined ? undefined : partsOn(options.queue),
    json: options.json === true,
    strict: options.strict === true,
    accept: options.accept,
    compare: options.compare,
    budget: options.budget,
    seed: options.seed,
    tree,
    progress: terminal ? (line: string) => process.stderr.write(`\r\x1b[K${visible(line)}`) : undefined,
  };
  if (options.trace !== undefined) {
    traceSchedule(
      options.trace,
      JSON.parse((await explorer.run({ ...request, json: true })).text) as Replayed,
    );
  }
  const reply = await explorer.run(request);
  if (terminal) process.stderr.write('\r\x1b[K');
  for (const line of reply.notes) note(line);
  print(reply.text);
  process.exitCode = reply.status;
}

/** @throws UsageError where a queue does not go with the other options */
function checkQueue(options: Options): void {
  const others = (['tree', 'replay', 'merge', 'shard'] as const).filter((one) => options[one] !== undefined);
  if (others.length > 0) throw new UsageError(`--queue does not go with --${others[0]}`);
  // A small space is searched before the queue is asked.
  queueAddress(options.queue ?? '');
}

/** What `explore --replay --json` says of a schedule. */
interface Replayed {
  scenario: string;
  kernel: string;
  invariant: string | null;
  message: string | null;
  steps: ScheduleStep[];
}

function traceSchedule(path: string, { scenario, kernel, invariant, message, steps }: Replayed): void {
  const { writer, close } = openTrace(path);
  writeSchedule(
    writer,
    `${scenario} on ${kernel}`,
    steps,
    invariant === null ? null : `${invariant}: ${message}`,
  );
  close();
}
