import type { Presence } from './release.ts';

/** One way in which kernels differ. */
export interface Behaviour {
  /** Name on the command line. */
  name: string;
  /** Releases that behave so. */
  in: Presence;
  /** Whether the patch of July 2025 does, on top of 6.12.117; absent where it changes nothing about this. */
  patch?: boolean;
  /** One sentence: what the driver does. */
  what: string;
  /** Where upstream does it. */
  upstream: string;
  /** Upstream's commit, abbreviated, and its title; "not known" where it was not found. */
  commit: string;
  /**
   * How the releases are known: the outcomes of the kernel's own code on both sides of the difference (`vectors`), or its
   * sources and changelogs (`reading`). Followed by what is not known, if anything.
   */
  source: 'vectors' | 'reading' | `${'vectors' | 'reading'}; ${string}`;
  /** Which part of the patch of July 2025 this is, if any. */
  seed?: string;
}
