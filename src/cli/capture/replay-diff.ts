import type { Command } from 'commander';
import type { CaptureReader } from '../../capture/reader.ts';
import { type Kernel, kernel } from '../../driver/kernels.ts';
import { Selection } from '../../query/selection.ts';
import { type DiffRecord, KernelDiff } from '../../replay/kernel-diff.ts';
import { diffJson, diffLine, diffTotalsText } from '../../report/diff-text.ts';
import { EXIT_FOUND } from '../exit.ts';
import { print } from '../io/output.ts';
import { readThrough } from '../io/read.ts';
import { behaviourOption, kernelOption } from '../options/kernel.ts';
import { type ModelCliOptions, modelOptions } from '../options/model.ts';
import { questionOf, type SelectionOptions } from '../options/selection.ts';

export interface DiffOptions {
  diffKernel?: string;
  diffWith: string[];
  diffWithout: string[];
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
    );
}

export function asksForDiff(options: DiffOptions): boolean {
  return options.diffKernel !== undefined || options.diffWith.length > 0 || options.diffWithout.length > 0;
}

function nameOf({ name, switched }: Kernel): string {
  return [name, ...switched].join(' ');
}

/** Plays the capture on two kernels; differing records as they come, the totals at the end. */
export async function diffKernels(
  capture: CaptureReader,
  options: ModelCliOptions & DiffOptions & SelectionOptions,
): Promise<void> {
  const first = modelOptions(options, capture.header);
  const other = options.diffKernel ?? first.kernel.name;
  const switched = options.diffKernel === undefined;
  const second = {
    ...first,
    kernel: kernel(
      other,
      [...(switched ? options.with : []), ...options.diffWith],
      [...(switched ? options.without : []), ...options.diffWithout],
    ),
  };
  const names: [string, string] = [nameOf(first.kernel), nameOf(second.kernel)];
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
