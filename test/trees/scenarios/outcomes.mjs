/** What is compared of two verdicts on a scenario. */

/**
 * What breaks, or where nothing does, what every call has returned and whether drm_dev_enter() has failed: after a violation that is
 * no longer compared.
 */
export function outcomes({ violations, coverage }) {
  const broken = [...new Set(violations.map(({ invariant }) => invariant))].sort();
  if (broken.length > 0) return broken.join(' ');
  const calls = coverage.calls.map(
    ({ thread, call, results }) => `${thread}: ${call}: ${[...results].sort().join()}`,
  );
  return [...calls, `drm_dev_enter() ${coverage.devEnterFailed > 0 ? 'fails' : 'never fails'}`].join('\n');
}
