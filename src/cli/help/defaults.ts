/** Defaults in helps as people say them. */
import type { Command } from 'commander';

/** An option that may be given several times begins empty: `none`, where a command does not say it otherwise. */
export function sayDefaults(commands: readonly Command[]): void {
  for (const command of commands) {
    sayDefaults(command.commands);
    for (const option of command.options) {
      const { defaultValue: value, defaultValueDescription: said } = option;
      if (said === undefined && Array.isArray(value) && value.length === 0) option.default(value, 'none');
    }
  }
}
