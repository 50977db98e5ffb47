/**
 * What the kernel's own debugging would find in a tree's code (KASAN, kmemleak, lockdep), from the notes of the shim: in a
 * sentence, with functions and lines.
 */

import { spawnSync } from 'node:child_process';
import { hex } from '../../uapi/hex.ts';
import type { BuiltTree } from './build.ts';
import { readTreeFile, statementAt } from './source.ts';

/** native-stubs/tree/arena.h, enum fault. */
export const FAULTS = [
  '',
  'use-after-free',
  'out-of-bounds',
  'null-dereference',
  'double-free',
  'leak',
  'lock-order',
  'held-at-return',
] as const;
export type FaultName = Exclude<(typeof FAULTS)[number], ''>;

/** native-stubs/tree/kernel/shim.h: from here on a class of locks is a variable, and no place in the code. */
const VARIABLE_LOCK = 0x80000000;

/** The invariant of the explorer that a fault breaks. */
const INVARIANT_OF: Readonly<Record<FaultName, string>> = {
  'use-after-free': 'use-after-free',
  'out-of-bounds': 'use-after-free',
  'null-dereference': 'use-after-free',
  'double-free': 'use-after-free',
  leak: 'memory-leak',
  'lock-order': 'lock-order',
  'held-at-return': 'kernel-warning',
};

/** The driver did what its memory or its locks do not allow. */
export class KernelFault extends Error {
  override name = 'KernelFault';
  readonly fault: FaultName;
  readonly invariant: string;

  constructor(fault: FaultName, message: string) {
    super(message);
    this.fault = fault;
    this.invariant = INVARIANT_OF[fault];
  }
}

/** Says where in the tree an instruction is. */
export class Places {
  readonly #tree: BuiltTree;
  readonly #known = new Map<number, { where: string; file: string; line: number }>();

  constructor(tree: BuiltTree) {
    this.#tree = tree;
  }

  #look(site: number): { where: string; file: string; line: number } {
    const known = this.#known.get(site);
    if (known !== undefined) return known;
    // The address is the one to return to: the call is before it.
    const args = ['-f', '-i', '-e', this.#tree.addon, hex(site - 1)];
    const { stdout } = spawnSync('addr2line', args, { encoding: 'utf8' });
    // What was compiled into a function comes before it.
    const [name = '??', place = ''] = (stdout ?? '').trim().split('\n').slice(-2);
    const match = /^(.*):(\d+)/.exec(place);
    const mirror = `${this.#tree.mirror}/`;
    const path = match?.[1] ?? '';
    const file = path.includes(mirror) ? path.slice(path.indexOf(mirror) + mirror.length) : path;
    const line = Number(match?.[2] ?? 0);
    const found = { where: `${name} (${file}:${line})`, file, line };
    this.#known.set(site, found);
    return found;
  }

  /** "function (file:line)" of a place in the code; 0 is none. */
  name(site: number): string {
    return site === 0 ? 'an unknown place' : this.#look(site).where;
  }

  /** A class of locks, by what was initialised there. */
  lock(site: number): string {
    if (site >= VARIABLE_LOCK) return 'a lock that is a variable';
    const { file, line, where } = this.#look(site);
    try {
      const statement = statementAt(readTreeFile(this.#tree.mirror, file).split('\n'), line);
      // drmm_mutex_init() has the device first.
      const what = statement.match(/&[\w.>[\]-]+/g)?.at(-1);
      if (what !== undefined) return what.slice(1);
    } catch {
      // Generated or ours: then the place has to do.
    }
    return `a lock of ${where}`;
  }
}

/** A fault from the words of its note. */
export function kernelFault(kind: number, words: readonly number[], places: Places): KernelFault {
  const fault = FAULTS[kind] || 'out-of-bounds';
  return new KernelFault(fault, sentence(fault, words, places));
}

function sentence(fault: FaultName, words: readonly number[], places: Places): string {
  const at = (i: number): string => places.name(words[i] ?? 0);
  const [site, size, isStore, offset, allocated, freed] = words;
  const access = `${places.name(site)} ${isStore === 1 ? 'writes' : 'reads'} ${size} bytes`;
  const history = `allocated in ${places.name(allocated)}${freed ? `, freed in ${places.name(freed)}` : ''}`;
  switch (fault) {
    case 'use-after-free':
      return `${access} at ${offset} of an object that is gone, ${history}`;
    case 'out-of-bounds':
      return `${access} at ${offset} of an object that is smaller, allocated in ${places.name(allocated)}`;
    case 'null-dereference':
      return `${access} through a pointer to nothing`;
    case 'double-free':
      return `${places.name(site)} frees what is no object any more, ${history}`;
    case 'leak':
      return `nothing refers any more to ${size} bytes ${history}`;
    case 'lock-order':
      return (
        `${places.lock(words[1])} is taken in ${at(2)} with ${places.lock(words[0])} held since ${at(3)}, ` +
        `and the other way round in ${at(4)} with what is held since ${at(5)}`
      );
    case 'held-at-return':
      return `a call returns with ${places.lock(words[0])} held, taken in ${at(1)}`;
  }
}
