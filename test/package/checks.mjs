// Checks with a name each: what they found is printed as it comes, and the sum in a line that .ci/sum.mjs reads.
let passed = 0;
let failed = 0;

/** Whether `body` ran without an error. */
export async function check(name, body) {
  try {
    await body();
    passed++;
    console.log(`✓ ${name}`);
    return true;
  } catch (error) {
    failed++;
    console.log(`✗ ${name}\n    ${String(error?.stack ?? error).replaceAll('\n', '\n    ')}`);
    return false;
  }
}

/** Prints the sum and sets the exit status. */
export function summary() {
  console.log(`${passed} passed, ${failed} failed`);
  process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
}
