import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Command, InvalidArgumentError } from 'commander';
import type * as Explorer from '../explore/command.ts';
import { UsageError } from './exit.ts';
import { addKernelOptions, type KernelOptions } from './kernel-options.ts';

interface Options extends KernelOptions {
  list?: true;
  invariant: string[];
  replay?: string;
  json?: true;
  compare: boolean;
  budget: { states: number; seconds: number; memory: number };
  seed: number;
}

type BudgetOption = Options['budget'];

const DEFAULT_BUDGET: BudgetOption = { states: 4_000_000, seconds: 60, memory: 2 * 2 ** 30 };

/** "seconds=10,states=1000000,memory=2G" */
function parseBudget(text: string, previous: BudgetOption): BudgetOption {
  const budget = { ...previous };
  for (const part of text.split(',')) {
    const match = /^(states|seconds|memory)=(\d+(?:\.\d+)?)([KMG]?)$/.exec(part);
    if (!match)
      throw new InvalidArgumentError('expected states=N, seconds=N or memory=N, K, M and G allowed');
    const unit = { '': 1, K: 2 ** 10, M: 2 ** 20, G: 2 ** 30 }[match[3]] as number;
    budget[match[1] as keyof BudgetOption] = Number(match[2]) * unit;
  }
  return budget;
}

function parseSeed(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('expected a number');
  return Number(text);
}

const names = (text: string, previous: string[]): string[] => [...previous, ...text.split(',')];

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
    .option(
      '--budget <limits>',
      'states=N,seconds=N,memory=N; beyond it the verdict is "bounded"',
      parseBudget,
      DEFAULT_BUDGET,
    )
    .option('--seed <n>', 'first seed of the random searches', parseSeed, 1)
    .option('--no-compare', 'leave out the table of other kernels and behaviours')
    .option('--json', 'one JSON object');
  addKernelOptions(command, "the scenario's, else 7.2").action(action);
}

/** The explorer needs the interleaved form of the driver, which the build puts beside the plain one. */
async function loadExplorer(): Promise<typeof Explorer> {
  const url = new URL('../../interleaved/src/explore/command.js', import.meta.url);
  if (!existsSync(fileURLToPath(url)))
    throw new UsageError('the interleaved build is missing: run `npm run build`');
  return (await import(url.href)) as typeof Explorer;
}

async function action(scenario: string | undefined, options: Options): Promise<void> {
  const explorer = await loadExplorer();
  if (options.list) {
    process.stdout.write(explorer.list());
    return;
  }
  const terminal = process.stderr.isTTY && !options.json;
  const reply = explorer.run({
    scenario,
    kernel: options.kernel,
    with: options.with,
    without: options.without,
    invariants: options.invariant,
    replay: options.replay,
    json: options.json === true,
    compare: options.compare,
    budget: options.budget,
    seed: options.seed,
    progress: terminal ? (line) => process.stderr.write(`\r\x1b[K${line}`) : undefined,
  });
  if (terminal) process.stderr.write('\r\x1b[K');
  process.stdout.write(reply.text);
  process.exitCode = reply.status;
}
