/** Parts of an exploration as they go from one machine to another and back: plain data, for JSON. */
import type { PartCoverage } from '../coverage.ts';
import type { Step } from '../search/world.ts';
import type { SliceName } from './slice.ts';

/** What all parts of one exploration have in common. */
export interface Space {
  scenario: { name: string; source: string };
  kernel: string;
  /** "+name" or "-name" for each behaviour away from the kernel's row. */
  switched: readonly string[];
  invariants: readonly string[];
  accept: readonly string[];
  /** Of scenario, behaviours, invariants and the code of driver and machine: who has another one must not take part. */
  digest: string;
}

/** One slice, with all states at which it is entered. */
export interface Part {
  slice: SliceName;
  /** As encodeEntries() writes them. */
  entries: string;
  budget: { states: number; seconds: number; memory: number };
  /** States that may still be seen after the first finding. */
  further: number;
}

/** What was seen in a part. The same part always gives the same, but for time and memory. */
export interface PartResult {
  slice: SliceName;
  /** Every state of the part was seen, or enough was found. */
  complete: boolean;
  states: number;
  schedules: number;
  steps: number;
  depth: number;
  findings: { invariant: string; message: string; schedule: Step[]; nearest: boolean }[];
  accepted: string[];
  coverage: PartCoverage;
  /** Other slices that are entered from this one, and where. */
  exits: { slice: SliceName; entries: string }[];
}
