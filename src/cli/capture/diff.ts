import type { Command } from 'commander';
import { openCapture } from '../../capture/reader.ts';
import { callsOf, diffCaptures } from '../../query/capture-diff.ts';
import { captureDiffJson, captureDiffText } from '../../query/diff-text.ts';
import { EXIT_FOUND, UsageError } from '../exit.ts';
import { answersByStatus, print } from '../io/output.ts';

export function register(program: Command): void {
  program
    .command('diff')
    .summary('show what two captures ask for differently')
    .description(
      'Aligns the calls of two captures, say of a client before and after a change, and shows those that differ. ' +
        'Handles, ids, descriptors and mmap offsets are numbered in the order in which they came, times and pointers are ' +
        'left out, so that two runs of one client are the same. Exit status 1 where something differs.',
    )
    .argument('<before>', 'capture, FIFO, or - for standard input')
    .argument('<after>', 'the other one')
    .option('--json', 'one JSON object')
    .addHelpText('after', '\nExample:\n  panthor-shim diff before.jsonl.gz after.jsonl.gz\n')
    .action(diff);
}

async function diff(before: string, after: string, options: { json?: true }): Promise<void> {
  answersByStatus();
  if (before === '-' && after === '-') throw new UsageError('only one of the captures can be standard input');
  const first = await callsOf(await openCapture(before));
  const second = await callsOf(await openCapture(after));
  const found = diffCaptures(first, second);
  const names: [string, string] = [before, after];
  print(options.json ? captureDiffJson(found, names) : captureDiffText(found, names));
  if (found.differences.length > 0) process.exitCode = EXIT_FOUND;
}
