import { layoutJson, printLayout } from '../payload/layout.js';
import { allStructs, findStruct } from '../payload/registry.js';
import { withStatus } from './payload-options.js';
export function register(program) {
    program
        .command('layout')
        .summary('print the layout of uAPI structs')
        .description('Prints structs of the uAPI as pahole does: type, name, offset and size of each field, holes and padding. ' +
        'Without a name, all of them.')
        .argument('[struct]', 'drm_panthor_vm_bind_op, or vm_bind_op for short')
        .option('--json', 'structs, ioctls and enumerations as JSON')
        .action((name, options) => {
        const structs = name === undefined ? allStructs : [withStatus(() => findStruct(name))];
        process.stdout.write(options.json === true
            ? `${JSON.stringify(layoutJson(structs), null, 2)}\n`
            : structs.map(printLayout).join('\n'));
    });
}
//# sourceMappingURL=layout.js.map