import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import { archOf, prepare, runToEnd } from '../../live/launch/launch.ts';
import { beforeDeath, die, withSignals } from '../../live/launch/signals.ts';
import { RecordServer } from '../../live/record/record-server.ts';
import { clearPrivateDir, makePrivateDir } from '../../live/server/files/private-dir.ts';
import { recorderPath } from '../../live/server/server-thread.ts';
import { EXIT_FOUND, note, UsageError } from '../exit.ts';
import { checkWritable } from '../io/files.ts';
import { starting } from '../options/live.ts';

export function register(program: Command): void {
  program
    .command('record')
    .summary('record a client on the real device')
    .description(
      'Runs a command and records what it asks of a panthor device, and what the device answers. Buffer contents and streams are not recorded; arguments may hold private data.',
    )
    .argument('<command...>', 'the client, after --')
    .requiredOption('-o, --output <file>', 'the capture (.ptcap: binary); a FIFO waits for its reader')
    .action(record);
}

async function record(command: string[], options: { output: string }): Promise<void> {
  checkWritable(options.output);
  const arch = archOf(command[0]);
  const library = recorderPath(arch);
  if (!existsSync(library)) {
    throw new UsageError(
      `there is no recording library for ${arch}: a compiler and \`npm run build:native\` make it`,
    );
  }
  const dir = makePrivateDir();
  const stayed = beforeDeath(() => clearPrivateDir(dir, true));
  try {
    await withSignals(die, () => recordInto(dir, arch, library, command, options.output));
  } finally {
    clearPrivateDir(dir, true);
    stayed();
  }
}

async function recordInto(
  dir: string,
  arch: string,
  library: string,
  command: string[],
  output: string,
): Promise<void> {
  const server = await starting(() =>
    RecordServer.start(dir, {
      path: output,
      client: command.join(' '),
      arch,
      // Below `panthor-shim run` the device is the model.
      replies: process.env.PANTHOR_SHIM_DIR === undefined ? 'kernel' : 'model',
    }),
  );
  const status = await runToEnd(prepare(command, library, { PANTHOR_RECORD_DIR: dir }));
  await server.stop();
  process.exitCode = status;
  if (server.count === 0) {
    note('the command asked nothing of a panthor device');
    process.exitCode = status === 0 ? EXIT_FOUND : status;
  } else if (server.failed !== null && status === 0) process.exitCode = EXIT_FOUND;
}
