/**
 * A copy of the part of a tree that a build reads. `make O=` refuses a tree that was built in place, and finds generated
 * files in it that belong to another configuration; the copy has sources alone.
 */
import {
  copyFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
} from 'node:fs';
import { dirname, join } from 'node:path';

/** Whole directories; of all others only what configures and what SOURCES need. */
const WHOLE = [
  'include',
  'scripts',
  'arch/um',
  'arch/x86',
  'lib',
  'kernel',
  'mm',
  'usr',
  'tools/include',
  'tools/build',
  'tools/scripts',
  'drivers/gpu/drm/panthor',
  'drivers/gpu/drm/scheduler',
  'drivers/dma-buf',
  'drivers/iommu',
];
/** Directories of which the files alone are taken. */
const FLAT = ['', 'drivers/gpu/drm', 'init', 'security'];
const CONFIGURES = /^(Kconfig.*|Makefile.*|Kbuild.*|.*\.mk)$/;
/** What a build leaves behind, with or without a command file beside it. */
const PRODUCT =
  /\.(o|a|so|ko|cmd|d|mod|order|symvers|dtb|dbg|gcno|gcda)$|^vmlinux|^\.config|^\.tmp_|^modules\./;
const GENERATED = /(^|\/)(include\/(generated|config)|arch\/[^/]+\/include\/generated)$/;
const SKIPPED = new Set(['.git', 'debian']);

function isIn(list: readonly string[], path: string): boolean {
  return list.some((dir) => path === dir || path.startsWith(`${dir}/`));
}

/** The names, relative to the tree, of the files that belong in a mirror. */
export function* mirrored(dir: string, at = ''): Iterable<string> {
  const whole = isIn(WHOLE, at);
  const flat = FLAT.includes(at);
  const entries = readdirSync(join(dir, at), { withFileTypes: true });
  const commands = new Set(entries.filter((e) => e.name.endsWith('.cmd')).map((e) => e.name));
  for (const entry of entries) {
    const { name } = entry;
    const path = at === '' ? name : `${at}/${name}`;
    if (entry.isDirectory()) {
      if (!SKIPPED.has(name) && !GENERATED.test(path)) yield* mirrored(dir, path);
      continue;
    }
    if (PRODUCT.test(name) || commands.has(`.${name}.cmd`)) continue;
    if (whole || flat || CONFIGURES.test(name)) yield path;
  }
}

/** Copies one file (or link) into the mirror. Its time is that of the copy, so that make sees the change. */
export function copyIn(tree: string, mirror: string, name: string): void {
  const from = join(tree, name);
  const to = join(mirror, name);
  mkdirSync(dirname(to), { recursive: true });
  rmSync(to, { force: true, recursive: true });
  if (lstatSync(from).isSymbolicLink()) {
    const target = readlinkSync(from);
    // A link out of the tree is nothing that a build of ours may follow.
    if (!target.startsWith('/')) symlinkSync(target, to);
    return;
  }
  copyFileSync(from, to);
  const now = Date.now() / 1000;
  utimesSync(to, now, now);
}

/** What tells a changed file from an unchanged one without reading it: size and time, '' for none. */
export function stamp(path: string): string {
  const found = statSync(path, { throwIfNoEntry: false });
  return found === undefined ? '' : `${found.size} ${found.mtimeMs}`;
}

/**
 * Brings the mirror up to date: copies files whose stamp is not the one in `stamps`, and removes those that are gone.
 * `stamps` is changed to what is there now. Returns the names of what changed.
 */
export function updateMirror(tree: string, mirror: string, stamps: Map<string, string>): string[] {
  const changed: string[] = [];
  const there = new Set<string>();
  for (const name of mirrored(tree)) {
    there.add(name);
    const now = stamp(join(tree, name));
    if (stamps.get(name) === now && existsSync(join(mirror, name))) continue;
    copyIn(tree, mirror, name);
    stamps.set(name, now);
    changed.push(name);
  }
  for (const name of [...stamps.keys()]) {
    if (there.has(name)) continue;
    rmSync(join(mirror, name), { force: true });
    stamps.delete(name);
    changed.push(name);
  }
  return changed;
}
