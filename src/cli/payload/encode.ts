import { type Command, Option } from 'commander';
import { hex } from '../../../uapi/hex.ts';
import { toHex } from '../../payload/bytes.ts';
import { fromJson } from '../../payload/json.ts';
import type { Payload } from '../../payload/payload.ts';
import { InputError } from '../exit.ts';
import { printBytes, printData } from '../io/output.ts';
import { jsonOf, readWords, withStatus } from '../options/payload.ts';

type To = 'hex' | 'c' | 'binary';

export function register(program: Command): void {
  program
    .command('encode')
    .summary('turn the JSON of decode back into bytes')
    .description(
      'Turns JSON as decode --json prints it into the bytes of the argument; user buffers follow as ADDR=HEX, one a ' +
        'line, as --buffer of decode takes them. Written by hand, {"ioctl": "VM_CREATE", "value": {"user_va_range": ' +
        '"0x1000000"}} is enough: fields that are left out are zero, flags may be names joined by |.',
    )
    .argument('[json...]', 'the JSON, a file, or - for standard input')
    .option('--file <path>', 'read the JSON from this file')
    .addOption(
      new Option('--to <form>', 'hex digits, C arrays, or the bytes of the argument')
        .choices(['hex', 'c', 'binary'])
        .default('hex'),
    )
    .action(async (words: string[], options: { file?: string; to: To }) => {
      const out = await withStatus(async () => {
        const json = jsonOf(await readWords(words, options.file));
        if (json === undefined) throw new InputError('byte 0: expected a JSON object');
        return written(fromJson(json), options.to);
      });
      if (typeof out === 'string') printData(out);
      else printBytes(out);
    });
}

function written({ root, regions }: Payload, to: To): string | Uint8Array {
  if (to === 'binary') return root.bytes;
  if (to === 'hex') {
    const buffers = regions.map((one) => `${hex(one.address)}=${toHex(one.bytes)}\n`);
    return `${toHex(root.bytes)}\n${buffers.join('')}`;
  }
  const arrays = regions.map((one) => cArray(`buffer_${one.address.toString(16)}`, one.bytes));
  return [cArray(root.layout.name, root.bytes), ...arrays].join('\n');
}

function cArray(name: string, bytes: Uint8Array): string {
  const lines: string[] = [];
  for (let at = 0; at < bytes.length; at += 16) {
    const row = [...bytes.subarray(at, at + 16)].map((byte) => `0x${byte.toString(16).padStart(2, '0')},`);
    lines.push(`\t${row.join(' ')}`);
  }
  return `static const unsigned char ${name}[${bytes.length}] = {\n${lines.join('\n')}\n};\n`;
}
