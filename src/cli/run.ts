import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import { archOf, prepare, runToEnd } from '../live/launch/launch.ts';
import { die, withSignals } from '../live/launch/signals.ts';
import { reportText } from '../live/server/report.ts';
import { libraryPath, ServerThread } from '../live/server/server-thread.ts';
import { visibleLines } from '../report/visible.ts';
import { EXIT_BUG, EXIT_FOUND, UsageError } from './exit.ts';
import { checkWritable, writeOutput } from './io/files.ts';
import {
  addModelOptions,
  checkModelOptions,
  type ModelOptions,
  serveOptions,
  starting,
} from './options/live.ts';

interface RunOptions extends ModelOptions {
  record?: string;
  report?: string | true;
}

export function register(program: Command): void {
  const command = program
    .command('run')
    .summary('run a client on the model')
    .description(
      'Runs a command that finds a Mali driven by panthor where there is none: its calls are answered by the model.',
    )
    .argument('<command...>', 'the client, after --')
    .option(
      '--record <file>',
      'write the capture there as it happens (.ptcap: binary); a FIFO waits for its reader',
    )
    .option('--report [file]', 'say at the end what was asked; as JSON into a file where one is named');
  addModelOptions(command).action(run);
}

/** The preload library for the command. @throws UsageError where it was not compiled */
export function libraryFor(command: string): { library: string; arch: string } {
  const arch = archOf(command);
  const library = libraryPath(arch);
  if (!existsSync(library)) {
    throw new UsageError(
      `there is no preload library for ${arch}: a compiler and \`npm run build:native\` make it`,
    );
  }
  return { library, arch };
}

function run(command: string[], options: RunOptions): Promise<void> {
  checkModelOptions(options);
  if (typeof options.report === 'string') checkWritable(options.report);
  return withSignals(die, () => serveCommand(command, options));
}

async function serveCommand(command: string[], options: RunOptions): Promise<void> {
  const { library, arch } = libraryFor(command[0]);
  const record = options.record;
  const server = await starting(() =>
    ServerThread.start({
      ...serveOptions(options),
      ...(record === undefined ? {} : { record: { path: record, client: command.join(' '), arch } }),
    }),
  );
  const status = await runToEnd(prepare(command, library, server.environment));
  const report = await server.stop();
  if (typeof options.report === 'string') writeOutput(options.report, `${JSON.stringify(report)}\n`);
  else if (options.report) process.stderr.write(visibleLines(reportText(report)));
  process.exitCode =
    status !== 0 ? status : report.bugs > 0 ? EXIT_BUG : report.record_error === undefined ? 0 : EXIT_FOUND;
}
