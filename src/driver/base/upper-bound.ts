/** More numbers than that are searched from where an even spread would have it, a few to either side of it first. */
const MANY = 32;
const NEAR = 4;

/** The place of the first of the numbers sorted[lo, hi) that is greater than `va`, or `hi`. */
export function upperBound(sorted: Float64Array, lo: number, hi: number, va: number): number {
  if (hi - lo > MANY) {
    const least = sorted[lo];
    const most = sorted[hi - 1];
    if (va < least) return lo;
    if (va >= most) return hi;
    // Clients put mappings side by side, or at even distances.
    const guess = lo + ((((va - least) / (most - least)) * (hi - 1 - lo)) | 0);
    if (sorted[guess] <= va) {
      lo = guess + 1;
      if (lo + NEAR < hi && sorted[lo + NEAR] > va) hi = lo + NEAR;
    } else {
      hi = guess;
      if (hi - NEAR > lo && sorted[hi - NEAR] <= va) lo = hi - NEAR + 1;
    }
  }
  while (lo < hi) {
    const mid = (lo + hi) >> 1;
    if (sorted[mid] <= va) lo = mid + 1;
    else hi = mid;
  }
  return lo;
}
