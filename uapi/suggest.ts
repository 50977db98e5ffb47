/** How many letters have to be put in, taken out or changed to get from `a` to `b`. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(change, row[j] + 1, next[j - 1] + 1));
    }
    row = next;
  }
  return row[b.length];
}

/** A sentence's end that names the one of `names` which `typed` may have been meant to be: ` (did you mean x?)`, or ''. */
export function didYouMean(typed: string, names: readonly string[]): string {
  const near = nearest(typed, names);
  return near === null ? '' : ` (did you mean '${near}'?)`;
}

/** The one of `names` that `typed` may have been meant to be, or null where none is near. */
export function nearest(typed: string, names: readonly string[]): string | null {
  const short = typed.slice(0, 64);
  let best: string | null = null;
  let least = Math.max(1, Math.floor(short.length / 3)) + 1;
  for (const name of names) {
    const d = distance(short.toLowerCase(), name.toLowerCase());
    if (d < least) {
      best = name;
      least = d;
    }
  }
  return best;
}
