import type { Command } from 'commander';
import type { CaptureReader } from '../../capture/reader.ts';
import { type Kernel, kernel } from '../../driver/kernels.ts';
import { Selection } from '../../query/selection.ts';
import { type DiffRecord, KernelDiff } from '../../replay/kernel-diff.ts';
import { diffJson, diffLine, diffTotalsText } from '../../report/diff-text.ts';
import type { BuiltTree } from '../../tree/build.ts';
import { nearestKernel, treeName } from '../../tree/source.ts';
import { EXIT_FOUND } from '../exit.ts';
import { print } from '../io/output.ts';
import { readThrough } from '../io/read.ts';
import { behaviourOption, kernelOption } from '../options/kernel.ts';
import { type ModelCliOptions, modelOptions } from '../options/model.ts';
import { questionOf, type SelectionOptions } from '../options/selection.ts';
import { build, onTree } from '../options/tree.ts';

export interface DiffOptions {
  diffKernel?: string;
  diffWith: string[];
  diffWithout: string[];
  diffTree?: string;
  stopAt?: number;
  check?: true;
  json?: true;
}

/** Adds --diff-kernel, --diff-with and --diff-without. */
export function addDiffOptions(command: Command): Command {
  return command
    .addOption(kernelOption('--diff-kernel <name>', 'show what this kernel does otherwise, record by record'))
    .addOption(
      behaviourOption('--diff-with <behaviour>', 'the same for a kernel with a behaviour switched on'),
    )
    .addOption(
      behaviourOption('--diff-without <behaviour>', 'or switched off (both also without --diff-kernel)'),
    )
    .option('--diff-tree <dir>', "the same for a kernel tree's own driver");
}

export function asksForDiff(options: DiffOptions): boolean {
  const { diffKernel, diffWith, diffWithout, diffTree } = options;
  return diffKernel !== undefined || diffTree !== undefined || diffWith.length > 0 || diffWithout.length > 0;
}

function nameOf({ name, switched }: Kernel): string {
  return [name, ...switched].join(' ');
}

/** Plays the capture on two kernels; differing records as they come, the totals at the end. */
export async function diffKernels(
  capture: CaptureReader,
  options: ModelCliOptions & DiffOptions & SelectionOptions,
  tree: BuiltTree | null,
): Promise<void> {
  const otherTree = options.diffTree === undefined ? null : await build(options.diffTree);
  const first = { ...modelOptions(options, capture.header), ...onTree(tree) };
  const nearest = otherTree === null ? first.kernel.name : nearestKernel(otherTree);
  const other = options.diffKernel ?? nearest;
  const switched = options.diffKernel === undefined;
  const second = {
    ...modelOptions(options, capture.header),
    ...onTree(otherTree),
    kernel: kernel(
      other,
      [...(switched ? options.with : []), ...options.diffWith],
      [...(switched ? options.without : []), ...options.diffWithout],
    ),
  };
  const names: [string, string] = [
    tree === null ? nameOf(first.kernel) : treeName(tree),
    otherTree === null ? nameOf(second.kernel) : treeName(otherTree),
  ];
  const diff = new KernelDiff(capture.header, first, second);
  const kept: DiffRecord[] = [];
  const selection = new Selection(questionOf(options));
  const stopAt = options.stopAt ?? Number.POSITIVE_INFINITY;
  await readThrough(
    capture,
    (record) => {
      const found = diff.step(record);
      if (selection.matches(record) && found !== null) {
        if (options.json) kept.push(found);
        else print(`${diffLine(found)}\n`);
      }
      return record.index < stopAt;
    },
    () => {
      const text = options.json ? diffJson(diff.totals, kept, names) : diffTotalsText(diff.totals, names);
      print(`${text}\n`);
      if (options.check && diff.totals.different > 0) process.exitCode = EXIT_FOUND;
    },
  );
}
