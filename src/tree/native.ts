/** Loading a tree's addon. Each load has the kernel's variables to itself: it is a copy of the file of its own. */
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What native-stubs/tree/host/module.c exports. */
export interface TreeNative {
  open(): number;
  mailbox(): ArrayBuffer;
  /** Memory of the client that makes a call (arena.h, struct user_memory). */
  user(): ArrayBuffer;
  /** Registers of the machine that answers where accesses are no points (host/immediate.c). */
  registers(): ArrayBuffer;
  heap(bytes: number): ArrayBuffer;
  allocate(bytes: number): number;
  setBacking(offset: number, runs: number): void;
  tables(bytes: number): ArrayBuffer;
  reset(): void;
  start(thread: number, call: number): number;
  /** Runs the mailbox's thread to its next point, whose kind is then there: -1 where it has ended. */
  step(): void;
  /** start() and step() in one, which is one moment. */
  run(): void;
  ready(): number;
  /** Where threads stand (host/threads.h, struct thread). */
  threads(): ArrayBuffer;
  tablesLive(): number;
  /** The state now is moment 0; each start and each step from here on is one more. */
  begin(): void;
  moment(): number;
  /** Everything as it was at the mailbox's target, counted from begin(). */
  undo(): void;
  /** A hash of the whole state into the first word of the results: as it was kept, or with 1 from scratch. */
  hash(scratch: 0 | 1): void;
  /** A copy of the whole state; 1 where the state is another now, the part in the mailbox's text. For tests. */
  save(): void;
  differs(): number;
  /** Stores that are not told to the journal (host/journal.h, enum source). For tests. */
  leaveOut(sources: number): void;
  /** Objects that nothing refers to any more: told as notes; how many. */
  leaks(): number;
  /** The driver's state into the mailbox's view; how many words. */
  view(): number;
  /** The name of the mailbox's object, into its text. */
  nameOf(): void;
  /** Tables that a VM's root leads to, itself included. */
  countTables(uid: number): number;
}

/** Loads a copy of an addon and opens its arena. Throws where it cannot be loaded or memory cannot be reserved. */
export function loadAddon(path: string): TreeNative {
  const dir = mkdtempSync(join(tmpdir(), 'panthor-shim-tree-'));
  try {
    const copy = join(dir, 'tree.node');
    copyFileSync(path, copy);
    const module = { exports: {} as TreeNative };
    process.dlopen(module, copy);
    const error = module.exports.open();
    if (error !== 0)
      throw new Error(`the address space for the tree's memory cannot be reserved (errno ${error})`);
    return module.exports;
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}
