/** `tree`: a kernel tree made ready to run, and what is known of it. */
import type { Command } from 'commander';
import { findFeatures } from '../../tree/features.ts';
import { mutateTree } from '../../tree/mutate.ts';
import { nearestKernel, openTree } from '../../tree/source.ts';
import { print } from '../io/output.ts';
import { build } from '../options/tree.ts';

interface Options {
  json?: true;
}

export function register(program: Command): void {
  const tree = program
    .command('tree')
    .summary("build a kernel tree's own driver, to run it in the place of the model")
    .description(
      "Compiles the panthor driver of a kernel tree and what it stands on with the tree's own build, into a private " +
        'cache. The tree is read, never written; its Makefiles are run. Needs x86-64, gcc, make, flex, bison and bc.',
    );
  tree
    .command('build')
    .summary('compile what is new or changed')
    .argument('<dir>', 'a kernel tree')
    .option('--json', 'one JSON object')
    .action(buildCommand);
  tree
    .command('info')
    .summary('version, features, the nearest modelled kernel; after a build also what is not there')
    .argument('<dir>', 'a kernel tree')
    .option('--json', 'one JSON object')
    .action(infoCommand);
  tree
    .command('mutate')
    .summary('copy what a build needs, with the calls of one function left out of another')
    .argument('<dir>', 'a kernel tree')
    .requiredOption('--delete-call <name>', 'calls of this function; where a result is used, it is 0')
    .requiredOption('--in <name>', 'the function of the driver that calls it')
    .option('--with <text>', 'only calls with this among their arguments', '')
    .requiredOption('-o, --output <dir>', 'where the copy goes; a new or an empty directory')
    .action(mutateCommand);
}

interface MutateOptions {
  deleteCall: string;
  in: string;
  with: string;
  output: string;
}

function mutateCommand(dir: string, options: MutateOptions): void {
  const mutation = { call: options.deleteCall, within: options.in, argument: options.with };
  const file = mutateTree(openTree(dir), mutation, options.output);
  print(`${options.output}: ${mutation.within} without ${mutation.call} (${file})\n`);
}

async function buildCommand(dir: string, options: Options): Promise<void> {
  const built = await build(dir);
  const { version, digest, addon } = built;
  print(
    options.json
      ? `${JSON.stringify({ dir: built.dir, version, digest, addon })}\n`
      : `Linux ${version}: ${digest.slice(0, 16)}\n`,
  );
}

async function infoCommand(dir: string, options: Options): Promise<void> {
  const tree = openTree(dir);
  const built = await build(dir);
  const features = findFeatures(tree.dir);
  const info = {
    dir: tree.dir,
    version: tree.version,
    nearest: nearestKernel(tree),
    digest: built.digest,
    features: Object.fromEntries(
      features.map(({ name, found }) => [name.toLowerCase().replaceAll('_', '-'), found]),
    ),
    trapped: built.traps,
  };
  if (options.json) {
    print(`${JSON.stringify(info)}\n`);
    return;
  }
  const lines = [
    `Linux ${info.version} in ${info.dir}`,
    `nearest modelled kernel: ${info.nearest}`,
    '',
    ...features.map(({ about, found }) => `  ${found ? 'yes' : 'no '}  ${about}`),
    '',
    `${info.trapped.length} functions are called and not there; a run that reaches one ends with its name:`,
    ...wrapped(info.trapped),
  ];
  print(`${lines.join('\n')}\n`);
}

/** Words in lines that a terminal of 80 columns does not break, indented. */
function wrapped(words: readonly string[]): string[] {
  const lines: string[] = [];
  let line = ' ';
  for (const word of words) {
    if (line.length + word.length > 79) {
      lines.push(line);
      line = ' ';
    }
    line += ` ${word}`;
  }
  return [...lines, line];
}
