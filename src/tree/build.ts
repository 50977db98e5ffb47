/** From a tree to an addon, by way of the cache. */
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { digest, treeCache } from './cache.ts';
import { compileHost, compileShim, compileTree, configure, isConfigured, type Place } from './compile.ts';
import { CONFIGURATION, SOURCES } from './config.ts';
import { type FoundFeature, findFeatures } from './features.ts';
import { LINK_SCRIPT, link } from './link.ts';
import { locked } from './lock.ts';
import { stamp, updateMirror } from './mirror.ts';
import { openTree, type Tree } from './source.ts';
import { compilerVersion, requireTools } from './tools.ts';

/** A tree that was built. */
export interface BuiltTree extends Tree {
  /** Digest of the sources used, the configuration, our C and the compiler: what a token is bound to. */
  digest: string;
  addon: string;
  /** The mirror, where a file and a line of a warning are found. */
  mirror: string;
  features: readonly FoundFeature[];
  traps: string[];
}

interface Manifest {
  digest: string;
  ours: string;
  addon: string;
  traps: string[];
  /** The files that the addon depends on, with their stamps in the tree; the rest of the tree may change. */
  used: [string, string][];
}

const nativeDir = (): string => {
  // src/tree or dist/src/tree
  for (const up of [
    '../../native-stubs/tree',
    '../../../native-stubs/tree',
    '../../../../native-stubs/tree',
  ]) {
    const dir = fileURLToPath(new URL(up, import.meta.url));
    if (existsSync(dir)) return dir;
  }
  throw new Error('native-stubs/tree is missing from the package');
};

function filesIn(dir: string): string[] {
  return (readdirSync(dir, { recursive: true, withFileTypes: true }) ?? [])
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

/** What of an addon is not the tree's: our C, the configuration, the compiler. */
function oursDigest(native: string, { features, announced }: Place): string {
  const files = [...filesIn(native), ...filesIn(join(native, '../server')).filter((f) => f.endsWith('.h'))];
  const have = features.map(({ name, found }) => `${name} ${found}`);
  return digest([
    compilerVersion(),
    CONFIGURATION,
    LINK_SCRIPT,
    `announced ${announced}`,
    ...SOURCES,
    ...have,
    ...files.flatMap((f) => [f.slice(native.length), readFileSync(f)]),
  ]);
}

function readJson<T>(path: string): T | null {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as T;
  } catch {
    return null;
  }
}

/** Replaces a file as a whole, so that no reader sees half of one. */
function writeJson(path: string, value: unknown): void {
  writeFileSync(`${path}.${process.pid}`, JSON.stringify(value));
  renameSync(`${path}.${process.pid}`, path);
}

/** Whether nothing that the addon was made of has changed. */
function isCurrent(tree: Tree, manifest: Manifest, ours: string): boolean {
  if (manifest.ours !== ours || !existsSync(manifest.addon)) return false;
  return manifest.used.every(([name, then]) => then === stamp(join(tree.dir, name)));
}

/** Files of the mirror that the compiler read, by the dependency files of Kbuild and of our own compilations. */
function dependencies(place: Place, stamps: Map<string, string>): string[] {
  const used = new Set<string>();
  const from = `${place.mirror}/`;
  for (const file of filesIn(place.out)) {
    if (!/\.(cmd|d)$/.test(file)) continue;
    for (const word of readFileSync(file, 'latin1').split(/[\s:]+/)) {
      if (word.startsWith(from) && stamps.has(word.slice(from.length))) used.add(word.slice(from.length));
    }
  }
  // What configures decides too.
  for (const name of stamps.keys()) if (/(^|\/)(Kconfig|Makefile|Kbuild)[^/]*$/.test(name)) used.add(name);
  return [...used].sort();
}

/** Files of a tree that say how it is configured. */
const configures = (name: string): boolean => /(^|\/)Kconfig[^/]*$|^Makefile$/.test(name);

/**
 * Builds the tree at `dir` unless that has been done; not `announced`, for measuring: its driver cannot be explored. Throws
 * UsageError, or InputError with the compiler's message.
 */
export async function buildTree(
  dir: string,
  progress: (what: string) => void = () => {},
  announced = true,
): Promise<BuiltTree> {
  const tree = openTree(dir);
  const cache = treeCache(tree.dir);
  const native = nativeDir();
  const place: Place = {
    mirror: join(cache, 'source'),
    out: join(cache, announced ? 'build' : 'build-plain'),
    announced,
    native,
    features: findFeatures(tree.dir),
    progress,
  };
  requireTools();
  const ours = oursDigest(native, place);
  // Versions of ours that share a cache have an addon each.
  const manifestPath = join(cache, `manifest-${ours.slice(0, 16)}.json`);
  const known = (): Manifest | null => {
    const manifest = readJson<Manifest>(manifestPath);
    return manifest !== null && isCurrent(tree, manifest, ours) ? manifest : null;
  };
  const made =
    known() ??
    (await locked(
      join(cache, 'lock'),
      () => progress('waiting for another build of this tree'),
      async () => {
        const manifest = known() ?? (await make(tree, cache, place, ours));
        writeJson(manifestPath, manifest);
        return manifest;
      },
    ));
  return {
    ...tree,
    digest: made.digest,
    addon: made.addon,
    mirror: place.mirror,
    features: place.features,
    traps: made.traps,
  };
}

/** Brings the mirror up to date, compiles and links. */
async function make(tree: Tree, cache: string, place: Place, ours: string): Promise<Manifest> {
  place.progress('mirroring');
  const stampsPath = join(cache, 'mirror.json');
  const stamps = new Map(readJson<[string, string][]>(stampsPath) ?? []);
  mkdirSync(place.mirror, { recursive: true });
  const changed = updateMirror(tree.dir, place.mirror, stamps);
  if (changed.length > 0) writeJson(stampsPath, [...stamps]);
  const settings = digest([...stamps].filter(([name]) => configures(name)).flat());
  if (!isConfigured(place, settings)) await configure(place, settings);
  const objects = await compileTree(place);
  const shim = await compileShim(place);
  const host = await compileHost(place);
  const { addon, traps } = await link(place, [...shim, ...objects], host);

  const used = dependencies(place, stamps);
  const sources = used.flatMap((name) => [name, readFileSync(join(place.mirror, name))]);
  const key = digest([ours, ...sources]);
  const addons = join(cache, 'addons');
  mkdirSync(addons, { recursive: true });
  const final = join(addons, `${key.slice(0, 32)}.node`);
  copyFileSync(addon, `${final}.new`);
  renameSync(`${final}.new`, final);
  return {
    digest: key,
    ours,
    addon: final,
    traps,
    used: used.map((name) => [name, stamps.get(name) ?? '']),
  };
}
