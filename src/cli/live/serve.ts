import type { Command } from 'commander';
import { die, withSignals } from '../../live/launch/signals.ts';
import { reportText } from '../../live/server/report.ts';
import { libraryPath, ServerThread } from '../../live/server/server-thread.ts';
import { EXIT_BUG } from '../exit.ts';
import { forPeople } from '../io/terminal.ts';
import {
  addModelOptions,
  checkModelOptions,
  type ModelOptions,
  serveOptions,
  starting,
} from '../options/live.ts';

interface ServeCommandOptions extends ModelOptions {
  dir?: string;
}

export function register(program: Command): void {
  const command = program
    .command('serve')
    .summary('serve clients until interrupted')
    .description(
      'Runs the model alone, for clients that are started by themselves: prints the environment that they need, and serves until SIGINT or SIGTERM.',
    )
    .option('--dir <path>', 'directory of mode 0700 for the socket (default: a new one)');
  addModelOptions(command).action(serve);
}

function serve(options: ServeCommandOptions): Promise<void> {
  checkModelOptions(options);
  return withSignals(die, () => serveUntilSignal(options));
}

async function serveUntilSignal(options: ServeCommandOptions): Promise<void> {
  const own = process.arch === 'arm64' ? 'aarch64' : 'x86_64';
  const server = await starting(() =>
    ServerThread.start({
      ...serveOptions(options),
      ...(options.dir === undefined ? {} : { dir: options.dir }),
    }),
  );
  const variables = { ...server.environment, LD_PRELOAD: libraryPath(own) };
  let stop = (): void => {};
  const stopped = new Promise<void>((resolve) => {
    stop = resolve;
  });
  await withSignals(
    () => stop(),
    async () => {
      for (const [key, value] of Object.entries(variables))
        process.stdout.write(`export ${key}=${quote(value)}\n`);
      await stopped;
    },
  );
  const report = await server.stop();
  process.stderr.write(forPeople(reportText(report), process.stderr));
  if (report.bugs > 0) process.exitCode = EXIT_BUG;
}

/** For a shell. */
function quote(value: string): string {
  return /^[\w/.:-]+$/.test(value) ? value : `'${value.replaceAll("'", "'\\''")}'`;
}
