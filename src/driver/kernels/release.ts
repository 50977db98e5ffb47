/** Releases of the kernel, and in which of them something is: mainline, and the branches that took it over. */

/** A release: 6.12.107 is [6, 12, 107]; 7.1 and 7.1.0 are the same. */
export type Release = readonly [major: number, minor: number, patch: number];

/** In which releases something is. All of them are written as `uname -r` begins: "7.1", "6.12.107". */
export interface Presence {
  /** First release of mainline that has it; null where none has. */
  since: string | null;
  /** First release of mainline that has it no more. */
  until?: string;
  /** Stable releases of older branches from which on the branch has it, one a branch. */
  backports?: readonly string[];
  /** The same for branches that lost it. */
  dropped?: readonly string[];
}

/** The release that a string begins with ("6.12.107-v8+" is 6.12.107), or null where it begins with none. */
export function parseRelease(text: string): Release | null {
  const found = /^(\d{1,3})\.(\d{1,3})(?:\.(\d{1,5}))?(?![\d])/.exec(text);
  return found === null ? null : [Number(found[1]), Number(found[2]), Number(found[3] ?? 0)];
}

/** Negative where `a` is older than `b`, 0 where they are the same. */
export function compareReleases(a: Release, b: Release): number {
  return a[0] - b[0] || a[1] - b[1] || a[2] - b[2];
}

/** Whether both are of one branch, as 6.12.95 and 6.12.117. */
export function sameBranch(a: Release, b: Release): boolean {
  return a[0] === b[0] && a[1] === b[1];
}

function known(text: string): Release {
  const release = parseRelease(text);
  if (release === null) throw new Error(`'${text}' is no release`);
  return release;
}

/** Whether a stable branch had reached one of `points` by `release`. */
function reached(points: readonly string[] | undefined, release: Release): boolean {
  return (points ?? []).some((text) => {
    const point = known(text);
    return sameBranch(point, release) && compareReleases(point, release) <= 0;
  });
}

/** Whether `release` has what is present so. */
export function isPresent(presence: Presence, release: Release): boolean {
  const { since, until } = presence;
  if (since === null) return false;
  if (until !== undefined && compareReleases(known(until), release) <= 0) return false;
  if (reached(presence.dropped, release)) return false;
  return compareReleases(known(since), release) <= 0 || reached(presence.backports, release);
}
