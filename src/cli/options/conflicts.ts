/** Options that cannot be meant at once. */
import type { Command } from 'commander';

/** Has commander refuse `flag` beside any of `others`, which the command has: `--tree` beside `--device`. */
export function cannotBeWith(command: Command, flag: string, others: readonly string[]): void {
  const option = (name: string) => {
    const found = command.options.find(({ long }) => long === name);
    if (found === undefined) throw new Error(`${command.name()} has no option ${name}`);
    return found;
  };
  option(flag).conflicts(others.map((name) => option(name).attributeName()));
}
