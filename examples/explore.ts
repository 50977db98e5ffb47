/** Can two binders of one VM get in each other's way? Every interleaving is tried, on two kernels. */
import { explore, replaySchedule } from 'panthor-shim';

for (const kernel of ['6.12', '7.2'] as const) {
  const { verdict, states, violations } = await explore('two-binders', { kernel });
  console.log(`${kernel}: ${verdict} (${states} states)`);
  for (const { invariant, token } of violations) {
    const { steps } = await replaySchedule(token);
    console.log(`  ${invariant}, in ${steps.length} steps:`);
    for (const { thread, action } of steps) console.log(`    ${thread}: ${action}`);
  }
}

/* Prints:
6.12: violated (13 states)
  atomic, in 3 steps:
    sync: op_lock of VM 1
    sync: unmap_pages
    gpu: read begins
7.2: holds (678 states)
*/
