/** Vectors and captures on both sides: results, register accesses, warnings and state, operation for operation. */
import { join } from 'node:path';
import { runCommand, shellCommand } from './commands.ts';
import type { Compared, Open, Side } from './difference.ts';
import { compareOutcomes, type Outcomes } from './outcomes.ts';
import { reasonOf } from './scenarios.ts';

/** Seconds for a file; the largest takes about twenty. */
const LIMIT = 600;

/** How many streams and operations were compared, besides what differs. */
export interface Played extends Compared, Outcomes {}

/** A file of vectors, and how another reviewer gets it. */
export interface Vectors {
  /** Where it is now. */
  file: string;
  /** Its name in commands that are shown. */
  shown: string;
  /** The command that makes it, [] where it is there. */
  made: string[];
}

/** Steps that are to be run one after another, as one line. */
const chained = (steps: readonly (readonly string[])[]): string =>
  steps
    .filter((step) => step.length > 0)
    .map((step) => shellCommand(step))
    .join(' && ');

/** What writes down what a side does with a file of vectors. */
const emit = (side: Side, to: string, from: string, ...filter: string[]): string[] => [
  'conform',
  ...side.options,
  ...filter,
  '--emit',
  to,
  from,
];

/**
 * Plays a file of vectors on both sides and compares what came out; the model's outcomes are those in the file. `folder` is
 * for what is written meanwhile, `number` is no other file's.
 */
export async function reviewVectors(
  vectors: Vectors,
  base: Side,
  tree: Side,
  folder: string,
  number: number,
): Promise<Played> {
  const { file, shown, made } = vectors;
  const out: Played = { what: shown, differences: [], open: [], streams: 0, operations: 0 };
  const isTree = base.options[0] === '--tree';
  const show = (stream: string): string => {
    const filter = ['--filter', stream];
    if (!isTree) return chained([made, ['conform', ...tree.options, ...filter, shown]]);
    return chained([
      made,
      emit(base, 'base.jsonl', shown, ...filter),
      ['conform', ...tree.options, 'base.jsonl'],
    ]);
  };
  const outcomes = async (side: Side, name: string): Promise<string | null> => {
    const to = join(folder, `${name}-${number}.jsonl`);
    const ended = await runCommand(emit(side, to, file), LIMIT);
    if (ended.status === 0) return to;
    const command = chained([made, emit(side, `${name}.jsonl`, shown)]);
    out.open.push({ what: shown, why: `${name}: ${reasonOf(ended)}`, command });
    return null;
  };
  const before = isTree ? await outcomes(base, 'base') : file;
  const after = before === null ? null : await outcomes(tree, 'tree');
  if (before === null || after === null) return out;
  return { ...out, ...(await compareOutcomes(before, after, show)) };
}

/** A capture as vectors: what the client's calls ask of the VM layer of `kernel`; or, in words, why there are none. */
export async function vectorsOfCapture(
  capture: string,
  kernel: string,
  folder: string,
  number: number,
): Promise<Vectors | Open> {
  const file = join(folder, `capture-${number}.jsonl`);
  const args = (to: string): string[] => ['replay', '--kernel', kernel, '--emit-scenario', to, capture];
  const ended = await runCommand(args(file), LIMIT);
  const made = args('calls.jsonl');
  if (ended.status === 0 || ended.status === 1) return { file, shown: 'calls.jsonl', made };
  return { what: capture, why: reasonOf(ended), command: shellCommand(made) };
}
