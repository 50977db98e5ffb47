import { type Command, InvalidArgumentError } from 'commander';
import { visibleLines } from '../../../uapi/visible.ts';
import { openCapture } from '../../capture/reader.ts';
import { ScenarioRecorder } from '../../conform/scenario-recorder.ts';
import { Injection } from '../../live/server/injection.ts';
import { refusalText } from '../../payload/refusal.ts';
import { Selection } from '../../query/selection.ts';
import { Replayer } from '../../replay/replayer.ts';
import { objectName } from '../../replay/snapshot.ts';
import { LineTrace, type TraceKind } from '../../replay/trace.ts';
import { LifeTrace } from '../../replay/vm-events.ts';
import { VmHistories } from '../../replay/vm-history.ts';
import { callText } from '../../report/call.ts';
import { replaySummary } from '../../report/replay-json.ts';
import { replayText } from '../../report/replay-text.ts';
import { livesJson } from '../../report/vm-lives-json.ts';
import { nearestKernel } from '../../tree/source.ts';
import { EXIT_FOUND, note, UsageError } from '../exit.ts';
import { checkWritable } from '../io/files.ts';
import { answersByStatus, print } from '../io/output.ts';
import { readThrough } from '../io/read.ts';
import { writeScenario } from '../io/scenario-file.ts';
import { replayOnDevice } from '../live/replay-device.ts';
import { cannotBeWith } from '../options/conflicts.ts';
import { collectPlan } from '../options/live.ts';
import { addModelOptions, type ModelCliOptions, modelOptions } from '../options/model.ts';
import { addSelectionOptions, questionOf, type SelectionOptions } from '../options/selection.ts';
import { build, onTree } from '../options/tree.ts';
import { addDiffOptions, asksForDiff, type DiffOptions, diffKernels } from './replay-diff.ts';
import { lookForReasons } from './replay-reasons.ts';
import { differsOnTree, playOnTree, treeJson, treeText } from './replay-tree.ts';

interface ReplayCliOptions extends ModelCliOptions, DiffOptions, SelectionOptions {
  json?: true;
  stopAt?: number;
  trace: ReadonlySet<TraceKind>;
  check?: true;
  emitScenario?: string;
  device?: string;
  inject: string[];
  output?: string;
  tree?: string;
  follow?: true;
}

export function register(program: Command): void {
  const command = program
    .command('replay')
    .summary('play a capture on the driver model')
    .description(
      'Plays the calls of a capture on the driver model and reports what they did, VM by VM, and every call that ends ' +
        'otherwise than it was recorded (exit status 1).',
    )
    .argument('<capture>', 'capture, FIFO, or - for standard input')
    .option('--json', 'one JSON object')
    .option('--stop-at <n>', 'stop after record N', recordNumber)
    .option('--follow', 'of a FIFO: say once a second what has come so far')
    .option(
      '--trace <kinds>',
      'print what the driver does, one line an event: ops, regs, or both',
      traceKinds,
      new Set(),
    )
    .option(
      '--check',
      'compare errno and outputs too, where the replies were a kernel’s or a model’s; with --diff-…: exit status 1 ' +
        'where the kernels differ',
    );
  command
    .option(
      '--inject <plan>',
      'make things fail in the model: BO_CREATE:ENOMEM@3, tables@2, alloc@5, evict@9, reset@100, or @FILE (docs/live.md)',
      collectPlan,
      [],
    )
    .option('--device <path>', 'play it on a real device, and hold the model against what that answers')
    .option('-o, --output <file>', 'with --device: write the calls with the device’s answers as a capture');
  addSelectionOptions(
    addDiffOptions(addModelOptions(command)),
    'with --trace and --diff-…: only calls that failed',
  )
    .option('--emit-scenario <file>', 'write what the driver was asked to do as a vector file for conform')
    .option('--tree <dir>', "play it on a kernel tree's own driver, and hold the model against it")
    .action(replay);
  cannotBeWith(command, '--device', [
    '--tree',
    '--diff-kernel',
    '--diff-with',
    '--diff-without',
    '--trace',
    '--inject',
    '--emit-scenario',
  ]);
  for (const diff of ['--diff-kernel', '--diff-with', '--diff-without'])
    cannotBeWith(command, diff, ['--tree', '--trace', '--inject', '--emit-scenario']);
}

export function recordNumber(value: string): number {
  const n = Number(value);
  if (!/^\d+$/.test(value) || !Number.isSafeInteger(n))
    throw new InvalidArgumentError('expected a record number');
  return n;
}

function traceKinds(value: string): ReadonlySet<TraceKind> {
  const kinds = value.split(',');
  for (const kind of kinds) {
    if (kind !== 'ops' && kind !== 'regs') throw new InvalidArgumentError(`${kind} is neither ops nor regs`);
  }
  return new Set(kinds as TraceKind[]);
}

/** What `--follow` shows. */
function totals({ tally, model }: Replayer): string {
  const { activations, evictions, faults } = model.seen.stats;
  return (
    `${tally.ioctls.failed} failed, ${tally.divergences.count} divergences, ${tally.warnings.size} warnings, ` +
    `${activations} activations, ${evictions} evictions, ${faults} faults`
  );
}

function plan(text: string): Injection {
  try {
    return new Injection(text);
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

async function replay(path: string, options: ReplayCliOptions): Promise<void> {
  const selection = new Selection(questionOf(options));
  if (selection.isAsked && options.trace.size === 0 && !asksForDiff(options))
    throw new UsageError(
      '--vm, --va and their like choose what --trace and --diff-… print: say one of these, too',
    );
  answersByStatus();
  if (options.emitScenario !== undefined) checkWritable(options.emitScenario);
  const capture = await openCapture(path);
  if (options.device !== undefined)
    return await replayOnDevice(capture, { ...options, device: options.device });
  if (options.output !== undefined)
    throw new UsageError('-o needs --device: it writes what a device answers');
  const tree = options.tree === undefined ? null : await build(options.tree);
  if (tree !== null) options.kernel ??= nearestKernel(tree);
  if (asksForDiff(options)) return await diffKernels(capture, options, tree);
  // JSON has standard output for itself.
  const tell = options.json
    ? (line: string): unknown => process.stderr.write(`${visibleLines(line)}\n`)
    : (line: string): void => print(`${line}\n`);
  const lines = options.trace.size > 0 ? new LineTrace(options.trace, tell) : null;
  const life = new LifeTrace(lines);
  const faults = options.inject.length === 0 ? null : plan(options.inject.join('\n'));
  const model = {
    ...modelOptions(options, capture.header),
    check: options.check === true,
    ...onTree(tree),
  };
  const replayer = new Replayer(capture.header, { ...model, trace: life, faults });
  const { device } = replayer.model;
  const scenario = options.emitScenario === undefined && tree === null ? null : new ScenarioRecorder(device);
  replayer.model.seen.listen(scenario);
  if (options.trace.has('regs')) replayer.model.seen.traceRegisters(lines);
  if (lines !== null) lines.objectName = (id) => objectName(replayer.model, id);
  const histories = new VmHistories(replayer.model);
  const stopAt = options.stopAt ?? Number.POSITIVE_INFINITY;
  const { header } = capture;
  await readThrough(
    capture,
    (record) => {
      if (lines !== null) {
        lines.quiet = !selection.matches(record);
        lines.index = record.index;
        lines.op(callText(record, Number.POSITIVE_INFINITY));
      }
      histories.before(record);
      replayer.step(record);
      if (replayer.refusal !== null) lines?.op(`  refused: ${refusalText(replayer.refusal)}`);
      histories.after(record);
      return record.index < stopAt;
    },
    async () => {
      replayer.finish();
      if (replayer.tally.divergences.count > 0) await lookForReasons(path, model, replayer.tally);
      histories.finish();
      if (scenario !== null && options.emitScenario !== undefined)
        writeScenario(options.emitScenario, scenario, header.client, device.kernel);
      const played =
        tree === null ? null : playOnTree(tree, scenario as ScenarioRecorder, header.client, replayer.model);
      print(
        options.json
          ? `${JSON.stringify({ ...replaySummary(header.client, replayer), ...livesJson(histories, life), ...(played && treeJson(played)) })}\n`
          : `${replayText(header, replayer, histories, life)}${played === null ? '' : treeText(played)}`,
      );
      if (played !== null && differsOnTree(played)) process.exitCode = EXIT_FOUND;
      if (options.check && !replayer.checks) {
        note('the replies are a stand-in’s: --check has nothing to compare with');
      }
      if (replayer.tally.divergences.count > 0) process.exitCode = EXIT_FOUND;
    },
    options.follow ? { totals: () => totals(replayer) } : {},
  );
}
