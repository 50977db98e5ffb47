/**
 * `replay --tree`: what a capture's calls ask of the VM layer, asked of a kernel tree's own driver, too. The calls reach the
 * tree below its ioctls: handles, syncobjs and queues are the model's.
 */
import type { StreamResult } from '../../conform/job.ts';
import { failureText } from '../../conform/report.ts';
import type { ScenarioRecorder } from '../../conform/scenario-recorder.ts';
import { differentFields, type Stream } from '../../conform/stream.ts';
import type { Kernel } from '../../driver/kernels.ts';
import type { BuiltTree } from '../../tree/build.ts';
import { treeName } from '../../tree/source.ts';
import { TreeVectorRunner } from '../../tree/vectors/vector-runner.ts';

/** Operations shown before the one that differs. */
const HISTORY = 8;

/** Plays what was recorded on the tree, and compares with what the model answered; ends at the first difference. */
export function playOnTree(
  tree: BuiltTree,
  scenario: ScenarioRecorder,
  client: string,
  kernel: Kernel,
): StreamResult {
  const [, ...lines] = scenario.lines(client, kernel);
  const ops = lines.map((line) => JSON.parse(line) as Stream['ops'][number]);
  const runner = new TreeVectorRunner(tree);
  const result = { stream: client, file: '', kernel: treeName(tree), ops: ops.length };
  for (let index = 0; index < ops.length; index++) {
    const { in: op, out } = ops[index];
    const fields = differentFields(op, out, runner.step(op));
    if (fields.length === 0) continue;
    const history = ops.slice(Math.max(0, index - HISTORY), index + 1).map((one) => one.in);
    return { ...result, failure: { index, fields, history } };
  }
  return { ...result, failure: null };
}

/** The same for people. */
export function treeText(result: StreamResult): string {
  if (result.failure !== null) return `${failureText(result)}\n`;
  return `${result.kernel} does all ${result.ops} operations of the VM layer as the model does\n`;
}

/** The same for scripts. */
export function treeJson({ kernel, ops, failure }: StreamResult): object {
  return {
    tree: {
      name: kernel,
      operations: ops,
      difference:
        failure === null ? null : { index: failure.index, fields: failure.fields.map(({ field }) => field) },
    },
  };
}
