// Figures that were measured several times: the median, and how far the others are from it.

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1];
}

/** The least and the greatest. */
export function range(values) {
  return [Math.min(...values), Math.max(...values)];
}

/** How far the least and the greatest are from the median, in per cent: `-3 +12 %`. */
export function spreadText(values) {
  const middle = median(values);
  const percent = (value) => Math.round((100 * (value - middle)) / middle);
  const [least, most] = range(values).map(percent);
  return `${least === 0 ? '-0' : least} +${most} %`;
}
