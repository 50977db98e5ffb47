/** What is compared of two verdicts on a scenario. */

/** What breaks, or where nothing does, what every call has returned: after a violation that is no longer compared. */
export function outcomes({ violations, coverage }) {
  const broken = [...new Set(violations.map(({ invariant }) => invariant))].sort();
  if (broken.length > 0) return broken.join(' ');
  return coverage.calls
    .map(({ thread, call, results }) => `${thread}: ${call}: ${[...results].sort().join()}`)
    .join('\n');
}
