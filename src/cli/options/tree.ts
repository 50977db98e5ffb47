/** What the commands that run a kernel tree have in common. */
import type { ReplayOptions } from '../../replay/replayer.ts';
import { type BuiltTree, buildTree } from '../../tree/build.ts';
import { TreeReplayModel } from '../../tree/replay/tree-model.ts';

/** Builds a tree, with progress on a terminal. */
export async function build(dir: string): Promise<BuiltTree> {
  const live = process.stderr.isTTY;
  const started = Date.now();
  const tree = await buildTree(dir, (what) => {
    if (live)
      process.stderr.write(`\r\x1b[K${dir}: ${what} (${Math.round((Date.now() - started) / 1000)} s) `);
  });
  if (live) process.stderr.write('\r\x1b[K');
  return tree;
}

/** Has a Replayer play on a tree, where there is one. */
export function onTree(tree: BuiltTree | null): Pick<ReplayOptions, 'makeModel'> {
  return tree === null ? {} : { makeModel: (options) => new TreeReplayModel(tree, options) };
}
