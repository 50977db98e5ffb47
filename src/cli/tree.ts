/** `tree`: a kernel tree made ready to run, and what is known of it. */
import type { Command } from 'commander';
import { findFeatures } from '../tree/features.ts';
import { nearestKernel, openTree } from '../tree/source.ts';
import { print } from './io/output.ts';
import { build } from './tree-options.ts';

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
    `${info.trapped.length} functions are called and not there; whoever reaches one is told its name:`,
    ...wrapped(info.trapped),
  ];
  print(`${lines.join('\n')}\n`);
}

/** Words in lines of at most 100 characters, indented. */
function wrapped(words: readonly string[]): string[] {
  const lines: string[] = [];
  let line = ' ';
  for (const word of words) {
    if (line.length + word.length > 99) {
      lines.push(line);
      line = ' ';
    }
    line += ` ${word}`;
  }
  return [...lines, line];
}
