/** A kernel tree on disk: whether it is one, which version, and what its files say. Nothing in it is ever written. */
import { existsSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { KERNEL_NAMES, type KernelName } from '../driver/kernels.ts';
import { InputError, UsageError } from '../errors.ts';

/** The driver's directory in a tree. */
export const PANTHOR = 'drivers/gpu/drm/panthor';
const MMU = `${PANTHOR}/panthor_mmu.c`;

export interface Tree {
  /** Its real path. */
  readonly dir: string;
  /** "7.2.13", from the top Makefile. */
  readonly version: string;
}

/** Opens the tree at `dir`. Throws UsageError where there is none, or where it has no panthor. */
export function openTree(dir: string): Tree {
  const found = statSync(dir, { throwIfNoEntry: false });
  if (!found?.isDirectory()) throw new UsageError(`${dir}: no such directory`);
  const real = realpathSync(dir);
  const makefile = join(real, 'Makefile');
  const text = existsSync(makefile) ? readFileSync(makefile, 'latin1') : '';
  const part = (name: string): string => new RegExp(`^${name} *= *(.*?) *$`, 'm').exec(text)?.[1] ?? '';
  if (part('VERSION') === '' || !existsSync(join(real, 'Kconfig'))) {
    throw new UsageError(`${dir}: not a kernel tree (its Makefile names no VERSION)`);
  }
  const version = `${part('VERSION')}.${part('PATCHLEVEL')}.${part('SUBLEVEL') || '0'}${part('EXTRAVERSION')}`;
  if (!existsSync(join(real, MMU))) {
    throw new UsageError(`${dir}: Linux ${version} without ${MMU}; panthor is there from 6.10 on`);
  }
  return { dir: real, version };
}

/** A tree's name in reports. */
export function treeName(tree: Tree): string {
  return `Linux ${tree.version}`;
}

/** The modelled kernel that a tree is likest to: the newest that is not newer, else the oldest. */
export function nearestKernel(tree: Tree): KernelName {
  const [major, minor] = tree.version.split('.').map(Number);
  const released = KERNEL_NAMES.filter((name) => /^\d/.test(name));
  const older = released.filter((name) => {
    const [a, b] = name.split('.').map(Number);
    return a < major || (a === major && b <= minor);
  });
  return older.at(-1) ?? released[0];
}

/** The text of one of the tree's files, '' where it has none of that name. Throws InputError where it cannot be read. */
export function readTreeFile(dir: string, name: string): string {
  const path = join(dir, name);
  if (!existsSync(path)) return '';
  try {
    return readFileSync(path, 'latin1');
  } catch (e) {
    throw new InputError(`${path}: ${(e as Error).message}`);
  }
}

/**
 * The function around a line (from 1) of C text in the kernel's style, where a body's braces stand in the first column;
 * '' outside of any. A macro that spans lines counts as the function that it defines only if it is one.
 */
export function functionAt(lines: readonly string[], line: number): string {
  for (let i = Math.min(line, lines.length) - 1; i >= 0; i--) {
    if (lines[i].startsWith('}') && i < line - 1) return '';
    if (!lines[i].startsWith('{')) continue;
    let head = '';
    for (let j = i - 1; j >= 0 && j >= i - 12; j--) {
      const text = lines[j];
      if (text === '' || text.startsWith('}') || text.startsWith('#') || text.endsWith('*/')) break;
      head = `${text} ${head}`;
    }
    return /(\w+)\s*\(/.exec(head)?.[1] ?? '';
  }
  return '';
}

/** The statement that begins at or before a line (from 1): text up to its semicolon, blanks squeezed. */
export function statementAt(lines: readonly string[], line: number): string {
  let first = line - 1;
  // A macro call may begin some lines above the one that the compiler names.
  while (first > 0 && first > line - 6 && !/[;{}]\s*$/.test(lines[first - 1] ?? '')) first--;
  let text = '';
  for (let i = first; i < lines.length && i < first + 12; i++) {
    text += ` ${lines[i]}`;
    if (i >= line - 1 && /[;{]\s*$/.test(lines[i])) break;
  }
  return text.replace(/\s+/g, ' ').trim();
}
