import { type Command, Option } from 'commander';
import { kernel } from '../../driver/kernels.ts';
import { payloadOf, type What } from '../../payload/input.ts';
import { fromJson, toJson } from '../../payload/json.ts';
import type { Payload } from '../../payload/payload.ts';
import { fromRecord, isRecord } from '../../payload/record.ts';
import { type Format, render } from '../../payload/render.ts';
import { judge } from '../../payload/verdict.ts';
import { print } from '../io/output.ts';
import { cannotBeWith } from '../options/conflicts.ts';
import { kernelOption } from '../options/kernel.ts';
import { bytesOf, jsonOf, readWords, regionOf, withStatus } from '../options/payload.ts';
import { decodeWord } from './decode-word.ts';

interface Options extends What {
  file?: string;
  as?: string;
  buffer: string[];
  kernel: string;
  format: Format;
  reg?: string;
  out?: boolean;
  json?: boolean;
}

const collect = (value: string, before: string[]): string[] => [...before, value];

export function register(program: Command): void {
  const command = program
    .command('decode')
    .summary('show what the bytes of a request mean')
    .description(
      'Shows the fields of a struct or ioctl argument, the arrays that its pointers lead to, and whether the kernel ' +
        'would refuse it. Bytes are hex digits, a C array or string, what gdb’s x/…xb, xxd, hexdump -C or od -t x1 print, ' +
        'or binary, as words, from a ' +
        'file or from standard input. A record of a capture (its JSON line) or the output of --json is decoded too.',
    )
    .argument('[bytes...]', 'the bytes, a file, or - for standard input')
    .option('--struct <name>', 'what the bytes are: drm_panthor_vm_bind_op, or vm_bind_op for short')
    .option(
      '--ioctl <name>',
      'what they are the argument of: VM_BIND, DRM_IOCTL_PANTHOR_VM_BIND, 0xc0186443, 0x43',
    )
    .option(
      '--buffer <addr=bytes>',
      'user memory that pointers lead to, or ADDR=@FILE; may be repeated',
      collect,
      [],
    )
    .option('--file <path>', 'read the bytes from this file')
    .option('--as <form>', 'form of the bytes where it is not plain: hex, c, gdb, dump, string, binary')
    .addOption(kernelOption('--kernel <kernel>', 'whose refusals').default('next'))
    .addOption(
      new Option('--format <format>', 'one line, fields with their meaning, or fields with their bytes')
        .choices(['short', 'full', 'raw'])
        .default('full'),
    )
    .option('--reg <name>', 'a word of the MMU: AS_FAULTSTATUS, AS_TRANSCFG, AS_MEMATTR, AS_LOCKADDR, PTE, …')
    .option('--out', 'of a record: the state after the call')
    .option('--json', 'as JSON, which encode turns back into the bytes');
  command.action(async (words: string[], options: Options) => {
    if (options.reg !== undefined) return decodeWord(words, options.reg, options.json === true);
    print(await withStatus(() => decodeText(words, options)));
  });
  cannotBeWith(command, '--reg', ['--struct', '--ioctl', '--buffer', '--file', '--as', '--format', '--out']);
}

async function decodeText(words: readonly string[], options: Options): Promise<string> {
  const data = await readWords(words, options.file);
  const payload = await payloadFrom(data, options);
  const { uapi, behaviours } = kernel(options.kernel);
  const verdict = judge(payload, { ...uapi, behaviours });
  if (options.json === true) return `${JSON.stringify(toJson(payload, verdict), null, 2)}\n`;
  return render(payload, verdict, options.format);
}

async function payloadFrom(data: Uint8Array, options: Options): Promise<Payload> {
  const json = options.as === undefined ? jsonOf(data) : undefined;
  if (json !== undefined)
    return isRecord(json) ? fromRecord(json, options.out ? 'out' : 'in') : fromJson(json);
  return payloadOf(bytesOf(data, options.as), options, await Promise.all(options.buffer.map(regionOf)));
}
