/**
 * Scenarios: readable files that say which VMs there are, what each thread calls and what may go wrong. The syntax is
 * described in docs/explore.md; one statement a line, `#` begins a comment, indentation is free.
 */

/** What a thread does, one call. Addresses and sizes in bytes. */
export interface Call {
  /** The line, as written. */
  text: string;
  verb: string;
  vm: string;
  object: string;
  offset: number;
  va: number;
  size: number;
  /** Through the VM's queue, as an asynchronous VM_BIND. */
  async: boolean;
  /** As the ioctl, bytes and all. */
  ioctl: boolean;
  /** readonly, noexec, uncached. */
  flags: string[];
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

/** A command of the machine that never ends: the first after `skip` others of its kind. */
export interface StuckDecl {
  /** LOCK, UNLOCK, UPDATE, FLUSH_PT, FLUSH_MEM or flush (a cache flush through GPU_CMD). */
  command: string;
  skip: number;
}

export interface Scenario {
  name: string;
  about: string;
  /** Invariants that it is about. */
  check: string[];
  /** AS slots besides the firmware's. */
  slots: number;
  kernel: string | null;
  objects: { name: string; size: number }[];
  vms: VmDecl[];
  threads: ThreadDecl[];
  stuck: StuckDecl[];
  /** Groups of threads that do the same and may be taken for one another. */
  interchangeable: string[][];
  /** The text it was read from. */
  source: string;
}

/** A scenario that cannot be read: which line, and why. */
export class ScenarioError extends Error {
  override name = 'ScenarioError';
}
