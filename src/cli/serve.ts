import type { Command } from 'commander';
import { reportText } from '../live/server/report.ts';
import { libraryPath, ServerThread } from '../live/server/server-thread.ts';
import { visibleLines } from '../report/visible.ts';
import { EXIT_BUG } from './exit.ts';
import {
  addModelOptions,
  checkModelOptions,
  type ModelOptions,
  serveOptions,
  starting,
} from './live-options.ts';

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

async function serve(options: ServeCommandOptions): Promise<void> {
  checkModelOptions(options);
  const own = process.arch === 'arm64' ? 'aarch64' : 'x86_64';
  const server = await starting(() =>
    ServerThread.start({
      ...serveOptions(options),
      ...(options.dir === undefined ? {} : { dir: options.dir }),
    }),
  );
  const variables = { ...server.environment, LD_PRELOAD: libraryPath(own) };
  for (const [key, value] of Object.entries(variables))
    process.stdout.write(`export ${key}=${quote(value)}\n`);
  await new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });
  const report = await server.stop();
  process.stderr.write(visibleLines(reportText(report)));
  if (report.bugs > 0) process.exitCode = EXIT_BUG;
}

/** For a shell. */
function quote(value: string): string {
  return /^[\w/.:-]+$/.test(value) ? value : `'${value.replaceAll("'", "'\\''")}'`;
}
