/** `review`: what a kernel tree does otherwise than another, or than the model. */
import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { type Command, InvalidArgumentError } from 'commander';
import { loadScenario, scenarioNames } from '../../explore/scenario/catalogue.ts';
import { ScenarioError } from '../../explore/scenario/scenario.ts';
import { commandsOn } from '../../queue/commands.ts';
import { chosen } from '../../review/chosen.ts';
import type { Side } from '../../review/difference.ts';
import { reviewJson, reviewJunit, reviewMarkdown, reviewText } from '../../review/report.ts';
import { review } from '../../review/run.ts';
import type { BuiltTree } from '../../tree/build.ts';
import { nearestKernel, openTree, treeName } from '../../tree/source.ts';
import { EXIT_FOUND, InputError, UsageError } from '../exit.ts';
import { checkWritable, statOf, writeOutput } from '../io/files.ts';
import { answersByStatus, print, printData } from '../io/output.ts';
import { Progress } from '../io/progress.ts';
import { parseJobs } from '../options/explore.ts';
import { build } from '../options/tree.ts';

interface Options {
  base?: string;
  vectors: string[];
  captures: string[];
  all?: true;
  seconds: number;
  jobs: number;
  json?: true;
  markdown?: true;
  junit?: string;
  queue?: string;
}

/** Commands that lie in a queue at a time, or run. */
const MANY_JOBS = 256;

function positive(most: number): (text: string) => number {
  return (text) => {
    const n = Number(text);
    if (!Number.isInteger(n) || n < 1 || n > most) throw new InvalidArgumentError(`expected 1 to ${most}`);
    return n;
  };
}

export function register(program: Command): void {
  program
    .command('review')
    .summary('what a kernel tree does otherwise than another, or than the model')
    .description(
      'Runs scenarios, vectors and captures on a kernel tree and on another one (without --base: on the nearest ' +
        'modelled kernel), and prints what is different, each with the command that shows it. Exit status 1 where ' +
        'something is.',
    )
    .argument('<tree>', 'a kernel tree, built where it has not been')
    .argument('[scenarios...]', 'built-in scenarios, or files (default: all built-in ones)')
    .option('--base <dir>', 'the kernel tree to compare with')
    .option('--vectors <files...>', 'vector files to play on both sides', [])
    .option('--captures <files...>', 'captures whose calls are played on both sides', [])
    .option('--all', 'all built-in scenarios besides what is named')
    .option('--seconds <n>', 'for each search of a scenario on a side', positive(86400), 8)
    .option('--jobs <n>', 'commands at a time', parseJobs, availableParallelism())
    .option(
      '--queue <url>',
      'let the workers of a queue search the scenarios, redis://HOST (`worker` is one)',
    )
    .option('--json', 'one JSON object')
    .option('--markdown', 'a table that can be pasted into a mail')
    .option('--junit <file>', 'also write JUnit XML')
    .action(action);
}

/** A capture that the package brings along: what is played where neither vectors nor captures are named. */
function ownCaptures(): string[] {
  const path = fileURLToPath(
    new URL('../../../../examples/captures/vulkan-sparse.jsonl.gz', import.meta.url),
  );
  return existsSync(path) ? [path] : [];
}

/** Commands that are shown name the directory as the user does. */
const sideOf = (tree: BuiltTree, dir: string): Side => ({
  name: `${treeName(tree)} (${tree.digest.slice(0, 12)})`,
  options: ['--tree', dir],
});

/** Both sides read it, so it has to be a file. @throws InputError */
function checkFile(path: string): void {
  if (!statOf(path).isFile()) throw new InputError(`cannot read ${path}: it is not a file`);
}

/** @throws UsageError, InputError where there is no such scenario */
function checkScenario(name: string): void {
  try {
    loadScenario(name);
  } catch (error) {
    throw error instanceof ScenarioError ? new UsageError(error.message) : error;
  }
}

async function action(dir: string, scenarios: string[], options: Options): Promise<void> {
  answersByStatus();
  if (options.json && options.markdown) throw new UsageError('--json or --markdown, not both');
  if (options.junit !== undefined) checkWritable(options.junit);
  for (const file of [...options.vectors, ...options.captures]) checkFile(file);
  for (const name of scenarios) checkScenario(name);
  // What is no tree is said before minutes of building.
  for (const one of options.base === undefined ? [dir] : [dir, options.base]) openTree(one);
  const tree = await build(dir);
  const nearest = nearestKernel(tree);
  const base =
    options.base === undefined
      ? { name: `the model's ${nearest}`, options: ['--kernel', nearest] }
      : sideOf(await build(options.base), options.base);
  const shown = new Progress('commands');
  const named = {
    scenarios,
    vectors: options.vectors,
    captures: options.captures,
    all: options.all === true,
  };
  const elsewhere =
    options.queue === undefined ? null : await commandsOn(options.queue, sideOf(tree, dir).name);
  const result = await review({
    base,
    tree: sideOf(tree, dir),
    nearest,
    ...chosen(named, scenarioNames(), ownCaptures()),
    vectors: options.vectors,
    seconds: options.seconds,
    jobs: elsewhere === null ? options.jobs : MANY_JOBS,
    ...(elsewhere === null ? {} : { run: elsewhere.run }),
    progress: (done, of, what) => {
      shown.show(done, done / Math.max(of, 1), what);
    },
  }).finally(() => elsewhere?.end());
  shown.clear();
  if (options.junit !== undefined) writeOutput(options.junit, reviewJunit(result));
  if (options.json) print(`${JSON.stringify(reviewJson(result))}\n`);
  else if (options.markdown) printData(reviewMarkdown(result));
  else print(reviewText(result));
  if (result.differences.length > 0) process.exitCode = EXIT_FOUND;
}
