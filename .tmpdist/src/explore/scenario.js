/**
 * Scenarios: readable files that say which VMs there are, what each thread calls and what may go wrong. The syntax is
 * described in docs/explore.md; one statement a line, `#` begins a comment, indentation is free.
 */
/** A scenario that cannot be read: which line, and why. */
export class ScenarioError extends Error {
    name = 'ScenarioError';
}
//# sourceMappingURL=scenario.js.map