import { Option } from 'commander';
import { toHex } from '../payload/bytes.js';
import { fromJson } from '../payload/json.js';
import { InputError } from './exit.js';
import { jsonOf, readInput, withStatus } from './payload-options.js';
export function register(program) {
    program
        .command('encode')
        .summary('turn the JSON of decode back into bytes')
        .description('Turns JSON as decode --json prints it into the bytes of the argument; user buffers follow as ADDR=HEX, one a ' +
        'line, as --buffer of decode takes them. Written by hand, {"ioctl": "VM_CREATE", "value": {"user_va_range": ' +
        '"0x1000000"}} is enough: fields that are left out are zero, flags may be names joined by |.')
        .argument('[json...]', 'the JSON, a file, or - for standard input')
        .option('--file <path>', 'read the JSON from this file')
        .addOption(new Option('--to <form>', 'hex digits, C arrays, or the bytes of the argument')
        .choices(['hex', 'c', 'binary'])
        .default('hex'))
        .action((words, options) => {
        process.stdout.write(withStatus(() => {
            const json = jsonOf(readInput(words, options.file));
            if (json === undefined)
                throw new InputError('byte 0: expected a JSON object');
            return written(fromJson(json), options.to);
        }));
    });
}
function written({ root, regions }, to) {
    if (to === 'binary')
        return root.bytes;
    if (to === 'hex') {
        const buffers = regions.map((one) => `0x${one.address.toString(16)}=${toHex(one.bytes)}\n`);
        return `${toHex(root.bytes)}\n${buffers.join('')}`;
    }
    const arrays = regions.map((one) => cArray(`buffer_${one.address.toString(16)}`, one.bytes));
    return [cArray(root.layout.name, root.bytes), ...arrays].join('\n');
}
function cArray(name, bytes) {
    const lines = [];
    for (let at = 0; at < bytes.length; at += 16) {
        const row = [...bytes.subarray(at, at + 16)].map((byte) => `0x${byte.toString(16).padStart(2, '0')},`);
        lines.push(`\t${row.join(' ')}`);
    }
    return `static const unsigned char ${name}[${bytes.length}] = {\n${lines.join('\n')}\n};\n`;
}
//# sourceMappingURL=encode.js.map