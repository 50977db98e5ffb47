import '../engine.ts';
import * as fs from 'node:fs';
import { Command, CommanderError } from 'commander';
import { wrapText } from '../report/wrap-text.ts';
import { complain, EXIT_FINE, EXIT_USAGE } from './exit.ts';
import { sayDefaults } from './help/defaults.ts';
import { addExamples } from './help/examples.ts';
import { watchOutput } from './io/output.ts';
import { leavePager } from './io/pager.ts';
import { forPeople, setTerminal, type TerminalOptions } from './io/terminal.ts';
import { addTerminalOptions } from './options/terminal.ts';

/** The commands as the help lists them, each a file of its name in that folder; it is loaded when it is asked for. */
const COMMANDS: Readonly<Record<string, string>> = {
  replay: 'capture',
  vm: 'capture',
  info: 'capture',
  dump: 'capture',
  convert: 'capture',
  decode: 'payload',
  encode: 'payload',
  layout: 'payload',
  kernels: 'payload',
  gpu: 'payload',
  run: 'live',
  serve: 'live',
  record: 'live',
  conform: 'proof',
  explore: 'proof',
  tree: 'proof',
  review: 'proof',
  worker: 'proof',
  fault: 'capture',
  trace: 'capture',
  report: 'capture',
  diff: 'capture',
  assert: 'capture',
  scenario: 'capture',
  device: 'live',
  completion: 'help',
  man: 'help',
};
/** Commands that are made of all the others. */
const OF_ALL = new Set(['completion', 'man']);

/** Columns of a help that goes to no terminal. */
const HELP_WIDTH = 80;

interface CommandFile {
  register(program: Command): void;
}

/** Loads the files of the commands that the arguments may mean: one where they name it, none for the version, else all, for the help. */
async function loadCommands(program: Command, named: string | undefined): Promise<void> {
  const one = named !== undefined && Object.hasOwn(COMMANDS, named) && !OF_ALL.has(named);
  const wanted = one ? [named] : named === '--version' ? [] : Object.keys(COMMANDS);
  const ending = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  for (const name of wanted) {
    const url = new URL(`./${COMMANDS[name]}/${name}.${ending}`, import.meta.url);
    ((await import(url.href)) as CommandFile).register(program);
  }
}

function version(): string {
  const file = new URL('../../../package.json', import.meta.url);
  return (JSON.parse(fs.readFileSync(file, 'utf8')) as { version: string }).version;
}

/**
 * Runs the program with `argv` as process.argv has it. Sets the exit status and returns; commands set
 * `process.exitCode` themselves for findings (1) and throw for everything else (exit.ts).
 */
export async function main(argv: string[]): Promise<void> {
  watchOutput();
  process.on('uncaughtException', (error) => {
    const status = complain(error);
    void leavePager().then(() => process.exit(status));
  });
  const program = new Command('panthor-shim')
    .description('The panthor DRM driver, modelled: replay, inspect and explore what GPU clients ask of it')
    .version(version(), '--version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .showHelpAfterError('(--help says more)')
    .configureOutput({
      writeOut: (text) => process.stdout.write(wrapText(text, process.stdout.columns || HELP_WIDTH)),
      writeErr: (text) => process.stderr.write(forPeople(text, process.stderr)),
    })
    .configureHelp({ styleTitle: (title) => `\x1b[1m${title}\x1b[0m` })
    .hook('preAction', (_program, command) => setTerminal(command.opts<TerminalOptions>()))
    .exitOverride();
  try {
    await loadCommands(program, argv[2]);
    addTerminalOptions(program.commands);
    addExamples(program.commands);
    sayDefaults(program.commands);
    for (const command of program.commands) command.exitOverride().showHelpAfterError('(--help says more)');
    if (argv.length === 2) program.help({ error: true });
    await program.parseAsync(argv);
  } catch (error) {
    if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? EXIT_FINE : EXIT_USAGE;
    else process.exitCode = complain(error);
  }
  await leavePager();
}
