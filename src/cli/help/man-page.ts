/** A command's help as a manual page: groff_man(7). */
import type { EventEmitter } from 'node:events';
import type { Command } from 'commander';

/**
 * Text for roff: a backslash is one, a line that begins with a dot or a quote is no request, a hyphen is a minus, and what is
 * not ASCII goes by its number.
 */
function roff(text: string): string {
  return text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replace(/^([.'])/gm, '\\&$1')
    .replace(
      /\P{ASCII}/gu,
      (c) => `\\[u${(c.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}]`,
    );
}

export function manPage(program: Command, command: Command): string {
  const name = command === program ? program.name() : `${program.name()}-${command.name()}`;
  const help = command.createHelp();
  const lines = [
    `.TH ${name.toUpperCase()} 1 "" "${program.name()} ${program.version() ?? ''}" "User Commands"`,
    '.SH NAME',
    roff(`${name} - ${command.summary() || command.description()}`),
    '.SH SYNOPSIS',
    `.B ${roff(command === program ? program.name() : `${program.name()} ${command.name()}`)}`,
    roff(command.usage()),
    '.SH DESCRIPTION',
    roff(command.description()),
  ];
  const args = help.visibleArguments(command);
  if (args.length > 0)
    lines.push('.SH ARGUMENTS', ...args.flatMap((one) => item(one.name(), one.description)));
  const options = help.visibleOptions(command);
  if (options.length > 0)
    lines.push('.SH OPTIONS', ...options.flatMap((one) => item(one.flags, help.optionDescription(one))));
  const below = help.visibleCommands(command).filter((one) => one.name() !== 'help');
  if (below.length > 0)
    lines.push(
      '.SH COMMANDS',
      ...below.flatMap((one) => item(one.name(), one.summary() || one.description())),
    );
  lines.push(...examples(command), '.SH EXIT STATUS', ...STATUSES.flatMap(([n, text]) => item(n, text)));
  lines.push('.SH SEE ALSO', seeAlso(program, command));
  return `${lines.join('\n')}\n`;
}

const STATUSES = [
  ['0', 'fine'],
  ['1', 'a divergence, violation, mismatch or difference was found'],
  ['2', 'the command line means nothing'],
  ['3', 'input that cannot be read, or is corrupt'],
  ['4', 'a bug of the program'],
] as const;

function item(term: string, text: string): string[] {
  return ['.TP', `.B ${roff(term)}`, roff(text)];
}

/** What the command's help says behind its options. */
function examples(command: Command): string[] {
  let text = '';
  const write = { write: (part: string) => (text += part), error: false, command };
  (command as unknown as EventEmitter).emit('afterHelp', write);
  const match = /Examples?:\n((?: {2}.*\n)+)/.exec(text);
  if (match === null) return [];
  return ['.SH EXAMPLES', '.nf', roff(match[1].replace(/^ {2}/gm, '').trimEnd()), '.fi'];
}

function seeAlso(program: Command, command: Command): string {
  const others = command === program ? program.commands : [program];
  return others
    .map((one) => `.BR ${roff(one === program ? program.name() : `${program.name()}-${one.name()}`)} (1)`)
    .join(' ,\n');
}
