import * as fs from 'node:fs';
import type { Writable } from 'node:stream';
import type { Command } from 'commander';
import type { CaptureFormat } from '../../capture/convert.ts';
import { convert, formatOfName, openOutput, sinkInto } from '../../capture/convert.ts';
import { type CaptureReader, openCapture } from '../../capture/reader.ts';
import { CaptureWriter } from '../../capture/writer.ts';
import { LineError, parseCallLines } from '../../query/call-lines.ts';
import { InputError, UsageError } from '../exit.ts';
import { cannotWrite, readInput } from '../io/files.ts';
import { noteTruncation } from '../io/notes.ts';

export function register(program: Command): void {
  program
    .command('convert')
    .summary('write a capture in another form')
    .description(
      'Writes a capture in another form, as it arrives: JSON Lines (.jsonl, .jsonl.gz) or binary (.ptcap, ' +
        '.ptcap.gz). The input may be in any of them whatever its name is. Both ways round the bytes stay the same. ' +
        'Calls written by hand (.calls, docs/captures-by-hand.md; dump --calls prints them so) become a capture.',
    )
    .argument('<in>', 'capture, FIFO, or - for standard input')
    .argument('<out>', 'file, or - for standard output; the extension says the form')
    .option('--to <form>', 'form of the output where its name does not say: jsonl, jsonl.gz, ptcap, ptcap.gz')
    .option(
      '--from <form>',
      'form that the input must have, for scripts that want to be sure; calls: lines by hand',
    )
    .action(async (input: string, output: string, options: { to?: string; from?: string }) => {
      const format = options.to === undefined ? formatOfName(output) : formatOfOption('--to', options.to);
      if (format === null) {
        throw new UsageError(`${output}: which form? end it in .jsonl, .jsonl.gz or .ptcap, or say --to`);
      }
      const from =
        options.from === undefined || options.from === 'calls'
          ? null
          : formatOfOption('--from', options.from);
      if (isSameFile(input, output)) throw new UsageError(`${output} is the input itself`);
      if (options.from === 'calls' || (options.from === undefined && input.endsWith('.calls')))
        return await compile(input, output, format);
      const capture = await openCapture(input);
      if (from !== null && (from.form !== capture.form || from.gzip !== capture.gzip)) {
        await capture.close();
        throw new InputError(`${input} is ${capture.form}${capture.gzip ? '.gz' : ''}, not ${options.from}`);
      }
      try {
        await convert(capture, await writable(output, capture), format);
      } catch (error) {
        const { syscall } = error as NodeJS.ErrnoException;
        if (syscall !== 'write' || output === '-') throw error;
        throw cannotWrite(output, error);
      }
      noteTruncation(capture);
    });
}

async function writable(output: string, capture: CaptureReader): Promise<Writable> {
  try {
    return openOutput(output);
  } catch (error) {
    await capture.close();
    throw cannotWrite(output, error);
  }
}

function isSameFile(a: string, b: string): boolean {
  if (a === '-' || b === '-') return false;
  const [one, other] = [a, b].map((path) => fs.statSync(path, { throwIfNoEntry: false }));
  return one?.isFile() === true && one.ino === other?.ino && one.dev === other.dev;
}

function formatOfOption(option: string, value: string): CaptureFormat {
  const format = formatOfName(`.${value}`);
  if (format === null) throw new UsageError(`${option}: ${value} is no form of captures`);
  return format;
}

/** Lines written by hand become a capture. */
async function compile(input: string, output: string, format: CaptureFormat): Promise<void> {
  const source = Buffer.from(await readInput(input)).toString('utf8');
  const { header, records } = parsed(source, input === '-' ? 'standard input' : input);
  const sink = sinkInto(openOutput(output), format.gzip);
  const writer = new CaptureWriter(format.form, sink.write, header);
  for (const record of records) writer.write(record);
  await writer.flush();
  await sink.end();
}

function parsed(source: string, name: string): ReturnType<typeof parseCallLines> {
  try {
    return parseCallLines(source, name);
  } catch (error) {
    if (error instanceof LineError) throw new InputError(error.message);
    throw error;
  }
}
