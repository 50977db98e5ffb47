import { existsSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Command } from 'commander';
import { UsageError } from '../exit.ts';
import { cannotWrite, writeOutput } from '../io/files.ts';
import { printData } from '../io/output.ts';
import { manPage } from './man-page.ts';

export function register(program: Command): void {
  program
    .command('man')
    .summary('print the manual page of a command')
    .description(
      'Prints the manual page of the program or of one of its commands, made from its help, for man(1).',
    )
    .argument('[command]', 'which command; without it the program itself')
    .option('--all <dir>', 'write the pages of all of them into a directory')
    .addHelpText('after', '\nExample:\n  panthor-shim man explore | man -l -\n')
    .action((name: string | undefined, { all }: { all?: string }) => {
      if (all !== undefined) return writeAll(program, all);
      const command = name === undefined ? program : program.commands.find((one) => one.name() === name);
      if (command === undefined) throw new UsageError(`there is no command ${name}`);
      printData(manPage(program, command));
    });
}

/** A directory with those above it. Node's own way of it never ends below /proc. @throws UsageError where there can be none */
function makeDirectory(dir: string): void {
  if (existsSync(dir)) return;
  const above = dirname(dir);
  if (above !== dir) makeDirectory(above);
  try {
    mkdirSync(dir);
  } catch (error) {
    throw cannotWrite(dir, error);
  }
}

function writeAll(program: Command, dir: string): void {
  makeDirectory(dir);
  writeOutput(join(dir, `${program.name()}.1`), manPage(program, program));
  for (const command of program.commands)
    writeOutput(join(dir, `${program.name()}-${command.name()}.1`), manPage(program, command));
}
