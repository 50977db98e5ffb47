/**
 * What `replay --tree` says besides its report: which calls entered the tree's own driver, and where the model does otherwise. What
 * the calls ask of the VM layer is played on tree and model once more, step by step, as vectors are.
 */

import type { StreamResult } from '../../conform/job.ts';
import { ModelRunner } from '../../conform/model.ts';
import { failureText } from '../../conform/report.ts';
import type { ScenarioRecorder } from '../../conform/scenario-recorder.ts';
import type { ReplayModel } from '../../replay/model.ts';
import { plural } from '../../report/format.ts';
import type { BuiltTree } from '../../tree/build.ts';
import type { Beside } from '../../tree/replay/beside.ts';
import { TreeReplayModel } from '../../tree/replay/tree-model.ts';
import { treeName } from '../../tree/source.ts';
import { differenceInStep } from '../../tree/vectors/in-step.ts';
import { TreeVectorRunner } from '../../tree/vectors/vector-runner.ts';

/** Operations shown before the one that differs. */
const HISTORY = 8;
/** Calls shown that end otherwise. */
const SHOWN = 20;

/** A capture played on a tree. */
export interface PlayedOnTree {
  beside: Beside;
  /** What its calls ask of the VM layer, played as vectors. */
  vectors: StreamResult;
}

/** Plays what was recorded on the tree, and compares with what the model answers; ends at the first difference. */
export function playOnTree(
  tree: BuiltTree,
  scenario: ScenarioRecorder,
  client: string,
  model: ReplayModel,
): PlayedOnTree {
  if (!(model instanceof TreeReplayModel)) throw new Error('the capture was played on the model alone');
  const { ops } = scenario;
  const vectors: StreamResult = {
    stream: client,
    file: '',
    kernel: treeName(tree),
    ops: ops.length,
    failure: null,
  };
  const { kernel } = model.device;
  const begin = () => ({ ours: new ModelRunner(kernel), theirs: new TreeVectorRunner(tree) });
  const difference = differenceInStep(begin, ops);
  if (difference !== null) {
    const history = ops.slice(Math.max(0, difference.index - HISTORY), difference.index + 1);
    vectors.failure = { ...difference, history };
  }
  return { beside: model.beside, vectors };
}

/** Whether tree and model differ in anything. */
export function differsOnTree({ beside, vectors }: PlayedOnTree): boolean {
  return beside.differences.length > 0 || beside.outOfStep !== null || vectors.failure !== null;
}

const sum = (counts: Record<string, number>): number => Object.values(counts).reduce((a, b) => a + b, 0);

/** The same for people. */
export function treeText({ beside, vectors }: PlayedOnTree): string {
  const names = Object.entries(beside.ofModel).map(([name, count]) => `${count} ${name}`);
  const lines = [
    '',
    `${vectors.kernel} answers ${plural(sum(beside.ofTree), 'call')}, the model ${sum(beside.ofModel)}` +
      `${names.length > 0 ? ` (${names.join(', ')})` : ''}`,
  ];
  for (const { index, call, model: there, tree } of beside.differences.slice(0, SHOWN))
    lines.push(`  record ${index}: ${call}: ${there} in the model, ${tree} on the tree`);
  if (beside.differences.length > SHOWN) lines.push(`  … and ${beside.differences.length - SHOWN} more`);
  if (beside.outOfStep !== null)
    lines.push(`  from record ${beside.outOfStep.index} on the model plays alone: ${beside.outOfStep.why}`);
  lines.push(
    vectors.failure === null
      ? `${vectors.kernel} does all ${vectors.ops} operations of the VM layer as the model does`
      : failureText(vectors),
  );
  return `${lines.join('\n')}\n`;
}

/** The same for scripts. */
export function treeJson({ beside, vectors: { kernel, ops, failure } }: PlayedOnTree): object {
  return {
    tree: {
      name: kernel,
      operations: ops,
      difference:
        failure === null ? null : { index: failure.index, fields: failure.fields.map(({ field }) => field) },
      calls: beside.ofTree,
      calls_of_model: beside.ofModel,
      differences: beside.differences,
      out_of_step: beside.outOfStep,
    },
  };
}
