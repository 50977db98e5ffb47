import type { Command } from 'commander';
import { allEnums, allIoctls, allStructs, findNamed, type Named } from '../../../uapi/lookup.ts';
import { layoutJson, printEnum, printIoctl, printLayout } from '../../payload/layout.ts';
import { print } from '../io/output.ts';
import { withStatus } from '../options/payload.ts';

export function register(program: Command): void {
  program
    .command('layout')
    .summary('print the layout of uAPI structs, enumerations, flags and ioctls')
    .description(
      'Prints structs of the uAPI as pahole does (type, name, offset and size of each field, holes and padding), ' +
        'enumerations and flags with their values, and ioctls with their request numbers. Without a name, all of them.',
    )
    .argument(
      '[name]',
      'a struct, enumeration or enumerator, or an ioctl by name or request number, with or without its prefix',
    )
    .option('--json', 'structs, ioctls and enumerations as JSON')
    .action(async (name: string | undefined, options: { json?: boolean }) => {
      const named = name === undefined ? undefined : await withStatus(() => findNamed(name));
      if (options.json === true) return print(`${JSON.stringify(layoutJson(named), null, 2)}\n`);
      const texts =
        named === undefined
          ? [...allStructs.map(printLayout), ...allEnums.map(printEnum), ...allIoctls.map(printIoctl)]
          : textsOf(named);
      print(texts.join('\n'));
    });
}

/** What was named, and the argument of an ioctl. */
function textsOf(named: Named): string[] {
  if (named.kind === 'struct') return [printLayout(named.struct)];
  if (named.kind === 'enum') return [printEnum(named.table)];
  const { ioctl } = named;
  return [printIoctl(ioctl), ...(ioctl.arg === null ? [] : [printLayout(ioctl.arg)])];
}
