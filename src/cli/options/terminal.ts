/** The options that every command has: how text is shown. */
import { type Command, InvalidArgumentError, Option } from 'commander';

const HEADING = 'How text is shown:';

function columns(value: string): number {
  const n = Number(value);
  if (!/^\d+$/.test(value) || n < 20 || n > 10_000) throw new InvalidArgumentError('expected 20 to 10000');
  return n;
}

/** Adds them to commands and to those below them. */
export function addTerminalOptions(commands: readonly Command[]): void {
  for (const command of commands) {
    if (command.commands.length > 0) {
      addTerminalOptions(command.commands);
      continue;
    }
    const options = [
      new Option('--width <columns>', "rows are at most this long (default: the terminal's width)").argParser(
        columns,
      ),
      new Option('--ascii', 'no characters but those of ASCII'),
      new Option('--color <when>', 'auto: on a terminal, where NO_COLOR is not set')
        .choices(['auto', 'always', 'never'])
        .default('auto'),
      new Option('--no-pager', 'print at once; on a terminal $PAGER, or less, shows what is long'),
    ];
    for (const option of options) command.addOption(option.helpGroup(HEADING));
  }
}
