import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { type Command, Option } from 'commander';
import {
  archOf,
  type Door,
  doorFor,
  type Launch,
  prepare,
  prepareBehind,
  runToEnd,
} from '../../live/launch/launch.ts';
import { die, withSignals } from '../../live/launch/signals.ts';
import { type LiveSummary, reportText } from '../../live/server/report.ts';
import { doorPath, libraryPath, ServerThread } from '../../live/server/server-thread.ts';
import type { BuiltTree } from '../../tree/build.ts';
import { nearestKernel } from '../../tree/source.ts';
import { EXIT_BUG, EXIT_FOUND, note, UsageError } from '../exit.ts';
import { checkWritable, writeOutput } from '../io/files.ts';
import { forPeople } from '../io/terminal.ts';
import { cannotBeWith } from '../options/conflicts.ts';
import {
  addModelOptions,
  checkModelOptions,
  type ModelOptions,
  serveOptions,
  starting,
} from '../options/live.ts';
import { build } from '../options/tree.ts';
import { checkTraceable, traceRun } from './run-trace.ts';

interface RunOptions extends ModelOptions {
  record?: string;
  trace?: string;
  report?: string | true;
  door: Door | 'auto';
  tree?: string;
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
    .option('--trace <file>', 'write what it asked for, and what the driver did, as a Perfetto trace')
    .addOption(
      new Option(
        '--door <door>',
        'how its calls reach the model: preload a library, or seccomp for static, Go and raw system calls',
      )
        .choices(['auto', 'preload', 'seccomp'])
        .default('auto'),
    )
    .option('--report [file]', 'say at the end what was asked; as JSON into a file where one is named')
    .option('--tree <dir>', "have a kernel tree's own driver answer, and hold the model against it");
  addModelOptions(command).action((words: string[], options: RunOptions) =>
    run(words, options, command.getOptionValueSource('kernel') === 'default'),
  );
  cannotBeWith(command, '--tree', ['--inject']);
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

async function run(command: string[], options: RunOptions, isAnyKernel: boolean): Promise<void> {
  const tree = options.tree === undefined ? undefined : await build(options.tree);
  if (tree !== undefined && isAnyKernel) options.kernel = nearestKernel(tree);
  checkModelOptions(options);
  if (typeof options.report === 'string') checkWritable(options.report);
  if (options.trace !== undefined) checkTraceable(options.trace, options.record);
  if (options.record !== undefined) checkWritable(options.record);
  return withSignals(die, () => serveCommand(command, options, tree));
}

/**
 * How the command is started with the server's variables in its environment.
 *
 * @throws UsageError where that door cannot serve the command
 */
function doorWay(command: string[], door: Door, arch: string): (variables: Record<string, string>) => Launch {
  const emulated = basename(command[0]).startsWith('qemu-');
  if (arch === 'arm')
    throw new UsageError(
      'there is neither a preload library nor a seccomp filter for 32-bit Arm programs: build the client for arm64',
    );
  if (door === 'preload') {
    if (arch === 'i386')
      throw new UsageError(
        'there is no preload library for i386: only --door seccomp serves 32-bit programs',
      );
    const { library } = libraryFor(command[0]);
    return (variables) => prepare(command, library, variables);
  }
  if (emulated)
    throw new UsageError(
      '--door seccomp cannot see the calls of a program under qemu: only --door preload can',
    );
  return (variables) => prepareBehind(command, doorPath(arch === 'i386' ? 'x86_64' : arch), variables);
}

async function serveCommand(
  command: string[],
  options: RunOptions,
  tree: BuiltTree | undefined,
): Promise<void> {
  const arch = archOf(command[0]);
  const folder = options.trace === undefined ? null : mkdtempSync(join(tmpdir(), 'panthor-shim-trace-'));
  const record = options.record ?? (folder === null ? undefined : join(folder, 'run.ptcap'));
  const door = options.door === 'auto' ? doorFor(command[0]) : options.door;
  const how = doorWay(command, door, arch);
  const server = await starting(() =>
    ServerThread.start({
      ...serveOptions(options),
      ...(tree === undefined ? {} : { tree }),
      ...(record === undefined ? {} : { record: { path: record, client: command.join(' '), arch } }),
    }),
  );
  const status = await runToEnd(how(server.environment), server.stopped);
  const report = await server.stop();
  if (options.trace !== undefined && record !== undefined) await traceRun(record, options.trace, options);
  if (folder !== null) rmSync(folder, { recursive: true, force: true });
  if (typeof options.report === 'string') writeOutput(options.report, `${JSON.stringify(report)}\n`);
  else if (options.report) process.stderr.write(forPeople(reportText(report), process.stderr));
  if (report.trapped !== undefined) throw new UsageError(report.trapped);
  if (report.files === 0 && status === 0) note(`the command never opened the device (--door ${door})`);
  process.exitCode = status !== 0 ? status : report.bugs > 0 ? EXIT_BUG : isFound(report) ? EXIT_FOUND : 0;
}

/** Whether something went otherwise than it should: the recording is not whole, or a tree answers otherwise than the model. */
function isFound({ record_error, tree }: LiveSummary): boolean {
  if (tree !== undefined && (tree.differences.length > 0 || tree.out_of_step !== null)) return true;
  return record_error !== undefined;
}
