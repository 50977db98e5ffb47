/** What a review says: where two kernels differ, and what it could not say. */

/** One side of a review: a kernel tree, or the modelled kernel that stands in for one. */
export interface Side {
  /** For people: "Linux 7.2.13 (9b08d9f4134a)", or "model 7.2". */
  name: string;
  /** The options that pick it for explore and conform. */
  options: readonly string[];
}

/**
 * What differs. `verdict`: one side breaks an invariant that the other keeps; `finding`: both break one, not the same;
 * `results`: what calls return; `commands`: the registers that are written and read; `warnings`: what the kernel warns of;
 * `state`: what is mapped, locked or active afterwards, and how the page tables got there.
 */
export const KINDS = ['verdict', 'finding', 'results', 'commands', 'warnings', 'state'] as const;
export type Kind = (typeof KINDS)[number];

export interface Difference {
  kind: Kind;
  /** The scenario, or the stream of vectors. */
  what: string;
  /** Operations of one kind that differ in the same field first are alike: there may be many of one cause. So is what follows from them. */
  alike?: string;
  /** What either side does. */
  base: string;
  tree: string;
  /** What shows it, to be pasted into a shell. */
  command: string;
}

/** Something that was to be compared and could not be. */
export interface Open {
  what: string;
  why: string;
  command: string;
}

/** The outcome of one comparison; several differences where several things differ. */
export interface Compared {
  what: string;
  differences: Difference[];
  open: Open[];
}

/** All of a review. */
export interface Review {
  base: string;
  tree: string;
  scenarios: number;
  /** Scenarios that no tree can run so far. */
  forTheModelAlone: string[];
  streams: number;
  operations: number;
  differences: Difference[];
  open: Open[];
  seconds: number;
}
