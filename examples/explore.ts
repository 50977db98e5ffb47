/** Can two binders of one VM get in each other's way? Every interleaving is tried, on two kernels. */
import { explore, replaySchedule } from 'panthor-shim';

for (const kernel of ['6.12', '7.2'] as const) {
  const { verdict, violations } = await explore('two-binders', { kernel });
  console.log(`${kernel}: ${verdict}`);
  for (const { invariant, token } of violations) {
    // The schedule, step by step: who goes on, what it does, and what driver and machine did then.
    const { steps } = await replaySchedule(token);
    const threads = new Set(steps.map(({ thread }) => thread));
    console.log(`  ${invariant} breaks between ${[...threads].join(' and ')}`);
  }
}

/* Prints:
6.12: violated
  atomic breaks between sync and gpu
7.2: holds
*/
