/** Where mirrored sources, objects and addons are kept: a private directory of the user's, never the tree. */

import { createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** The cache's directory; PANTHOR_SHIM_TREES moves it. */
export function cacheDir(): string {
  const own = process.env.PANTHOR_SHIM_TREES;
  if (own !== undefined && own !== '') return own;
  const base = process.env.XDG_CACHE_HOME;
  return join(base !== undefined && base !== '' ? base : join(homedir(), '.cache'), 'panthor-shim', 'trees');
}

/** The part of the cache for the tree at a path; made where it is not there, for the user alone. */
export function treeCache(dir: string): string {
  const name = `${dir.split('/').at(-1)}-${digest([dir]).slice(0, 12)}`;
  const path = join(cacheDir(), name);
  mkdirSync(path, { recursive: true, mode: 0o700 });
  return path;
}

/** SHA-256 over texts, each with its length, in hex. */
export function digest(parts: Iterable<string | Uint8Array>): string {
  const hash = createHash('sha256');
  for (const part of parts) {
    hash.update(`${part.length}:`);
    hash.update(part);
  }
  return hash.digest('hex');
}
