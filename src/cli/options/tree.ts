/** What the commands that run a kernel tree have in common. */
import { type BuiltTree, buildTree } from '../../tree/build.ts';

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
