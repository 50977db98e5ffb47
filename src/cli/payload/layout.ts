import type { Command } from 'commander';
import { allStructs, findStruct } from '../../../uapi/lookup.ts';
import { layoutJson, printLayout } from '../../payload/layout.ts';
import { print } from '../io/output.ts';
import { withStatus } from '../options/payload.ts';

export function register(program: Command): void {
  program
    .command('layout')
    .summary('print the layout of uAPI structs')
    .description(
      'Prints structs of the uAPI as pahole does: type, name, offset and size of each field, holes and padding. ' +
        'Without a name, all of them.',
    )
    .argument('[struct]', 'drm_panthor_vm_bind_op, or vm_bind_op for short')
    .option('--json', 'structs, ioctls and enumerations as JSON')
    .action(async (name: string | undefined, options: { json?: boolean }) => {
      const structs = name === undefined ? allStructs : [await withStatus(() => findStruct(name))];
      print(
        options.json === true
          ? `${JSON.stringify(layoutJson(structs), null, 2)}\n`
          : structs.map(printLayout).join('\n'),
      );
    });
}
