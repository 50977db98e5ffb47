/**
 * Scenarios: readable files that say which VMs there are, what each thread calls and what may go wrong. The syntax is
 * described in docs/explore.md; one statement a line, `#` begins a comment, indentation is free.
 */

import type { AccessKind } from '../../hw/access.ts';

/** One operation of a VM_BIND. Addresses and sizes in bytes. */
export interface BindPart {
  verb: 'map' | 'sparse' | 'unmap';
  /** Name of the object, '' for none. */
  object: string;
  offset: number;
  va: number;
  size: number;
  /** readonly, noexec, uncached. */
  flags: string[];
}

/** What a thread does, one call. Addresses and sizes in bytes. */
export interface Call {
  /** The line, as written, and its number. */
  text: string;
  line: number;
  verb: string;
  vm: string;
  object: string;
  offset: number;
  va: number;
  size: number;
  /** Through the VM's queue, as an asynchronous VM_BIND. */
  async: boolean;
  /** That it fails in every schedule is what the scenario shows: not vacuous. */
  mayFail: boolean;
  /** As the ioctl, bytes and all. */
  ioctl: boolean;
  /** readonly, noexec, uncached. */
  flags: string[];
  /** Of an ioctl: the operations after the first. */
  more: BindPart[];
  /** Syncobjs that an asynchronous ioctl waits for and signals, or that a call of its own is about. */
  waits: string[];
  signals: string[];
  /** The group that it is about, '' for none; of `run`, the accesses of the job. */
  group: string;
  accesses: { kind: AccessKind; va: number }[];
  /** Of a stream: its instructions, two words each. */
  stream: number[];
}

export interface VmDecl {
  name: string;
  calls: Call[];
}

export interface ThreadDecl {
  name: string;
  calls: Call[];
}

/** A group that a client creates and submits jobs to. */
export interface GroupDecl {
  name: string;
  vm: string;
  /** low, medium or high. */
  priority: string;
  /** Not there from the start: a thread makes it with `create-group`. */
  later: boolean;
}

export interface ObjectDecl {
  name: string;
  /** Bytes. */
  size: number;
  /** Not there from the start: a thread makes it with `create`. */
  later: boolean;
}

/** A command of the machine that never ends: the first after `skip` others of its kind. */
export interface StuckDecl {
  /** LOCK, UNLOCK, UPDATE, FLUSH_PT, FLUSH_MEM or flush (a cache flush through GPU_CMD). */
  command: string;
  skip: number;
}

/** What a scenario may expect to happen, as it writes it. */
export const EXPECTATIONS = ['access-waits', 'stale-tlb', 'stale-l2', 'enter-fails'] as const;
export type Expectation = (typeof EXPECTATIONS)[number];

export interface Scenario {
  name: string;
  about: string;
  /** Invariants that it is about. */
  check: string[];
  /** Messages of broken invariants that are known: what contains one of these is not reported. */
  accept: string[];
  /** AS slots besides the firmware's. */
  slots: number;
  kernel: string | null;
  /** Architecture of the GPU, 10 to 14; null for 10. From 14 on resets go through PWR_CONTROL. */
  arch: number | null;
  /** What has to happen in some schedule, or the verdict is vacuous. */
  expect: Expectation[];
  objects: ObjectDecl[];
  vms: VmDecl[];
  groups: GroupDecl[];
  threads: ThreadDecl[];
  stuck: StuckDecl[];
  /** Allocations of page tables that fail: the first after so many others, once the threads run; -1 for none. */
  failTables: number;
  /** The same for tables that are taken in the middle of an operation. */
  failMap: number;
  /** Groups of threads that do the same and may be taken for one another. */
  interchangeable: string[][];
  /** The text it was read from. */
  source: string;
}

/** What all its threads call, one thread after the other. */
export function allCalls({ threads }: Pick<Scenario, 'threads'>): Call[] {
  return threads.flatMap(({ calls }) => calls);
}

/** A scenario that cannot be read or staged: which line, and why. */
export class ScenarioError extends Error {
  override name = 'ScenarioError';
}
