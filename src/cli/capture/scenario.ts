import { type Command, InvalidArgumentError } from 'commander';
import { openCapture } from '../../capture/reader.ts';
import { CaptureHistory } from '../../history/capture-history.ts';
import { RaceCutter, RaceError } from '../../query/race.ts';
import { note, UsageError } from '../exit.ts';
import { checkWritable, writeOutput } from '../io/files.ts';
import { printData } from '../io/output.ts';
import { readThrough } from '../io/read.ts';
import { addModelOptions, type ModelCliOptions, modelOptions } from '../options/model.ts';

interface ScenarioOptions extends ModelCliOptions {
  race: number[];
  output?: string;
}

export function register(program: Command): void {
  const command = program
    .command('scenario')
    .summary('cut a scenario for explore from a capture')
    .description(
      'Makes a scenario of some calls of a capture: the mappings around what they touch, as they are before the first of ' +
        'them, and a thread for each. explore then tries them in every order. Binds, submissions and VM_DESTROY can race.',
    )
    .argument('<capture>', 'capture, FIFO, or - for standard input')
    .requiredOption('--race <records>', 'the calls, by their numbers: 210,211', records)
    .option('-o, --output <file>', 'write it there (default: standard output)')
    .addHelpText(
      'after',
      '\nExample:\n  panthor-shim scenario capture.jsonl.gz --race 210,211 -o race.scenario\n  panthor-shim explore race.scenario\n',
    );
  addModelOptions(command).action(scenario);
}

/** Threads of the explorer that calls can be. */
const MOST = 6;

function records(value: string): number[] {
  const list = value.split(',').map(Number);
  if (!/^\d+(,\d+)*$/.test(value) || list.length > MOST || new Set(list).size < list.length)
    throw new InvalidArgumentError(`one to ${MOST} different record numbers, as 210,211`);
  return list;
}

async function scenario(path: string, options: ScenarioOptions): Promise<void> {
  if (options.output !== undefined) checkWritable(options.output);
  const capture = await openCapture(path);
  const model = modelOptions(options, capture.header);
  const history = new CaptureHistory(capture.header, model);
  const cutter = new RaceCutter(history);
  const first = Math.min(...options.race);
  const last = Math.max(...options.race);
  await readThrough(
    capture,
    (record) => {
      if (record.index === first) cutter.freeze();
      if (options.race.includes(record.index)) usage(() => cutter.add(record));
      history.step(record);
      return record.index < last;
    },
    () => {
      if (history.last.record < last && capture.complete)
        throw new UsageError(`there is no record ${last}: the capture ends with ${history.last.record}`);
      const text = usage(() => cutter.text(path, model.kernel.name));
      if (options.output === undefined) printData(text);
      else {
        writeOutput(options.output, text);
        note(`${options.output}: try its orders with: panthor-shim explore ${options.output}`);
      }
    },
  );
}

function usage<T>(action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw error instanceof RaceError ? new UsageError(error.message) : error;
  }
}
