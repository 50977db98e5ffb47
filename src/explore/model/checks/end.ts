/** What must be true once every thread of a scenario has come to its end. */
import { Violation } from '../../search/world.ts';
import type { Harness } from '../harness.ts';
import { fenceOf } from '../ioctl.ts';
import { lostJob } from '../submitted.ts';
import { maskedAnswer, staleInterrupt, unheardFault } from './faults.ts';
import { lostObjects, lostReservations, lostTables } from './lost.ts';
import { whatStaysBroken } from './recovery.ts';

/** Reports asynchronous binds that nothing will signal, where nothing goes on any more. */
export function checkSignalled(harness: Harness, report: (violation: Violation) => void): void {
  for (const { name, unsignalled } of harness.vms)
    if (unsignalled > 0)
      report(new Violation('deadlock', `${unsignalled} binds of ${name} are never signalled`));
}

/** Reports what is left behind: jobs and fences that wait for ever, memory, interrupts, a device that stays broken. */
export function checkWhenOver(
  harness: Harness,
  checked: ReadonlySet<string>,
  report: (violation: Violation) => void,
): void {
  const say = (invariant: string, wrong: string | null) => {
    if (wrong !== null) report(new Violation(invariant, wrong));
  };
  if (checked.has('deadlock')) {
    say('deadlock', lostJob(harness));
    for (const { name } of harness.fences)
      if (fenceOf(harness, name)?.signaled === false) say('deadlock', `fence ${name} is never signalled`);
  }
  if (checked.has('table-pages'))
    say('table-pages', lostTables(harness) ?? lostReservations(harness) ?? lostObjects(harness));
  if (checked.has('interrupt-masks'))
    say('interrupt-masks', unheardFault(harness) ?? staleInterrupt(harness) ?? maskedAnswer(harness));
  if (checked.has('recovery')) say('recovery', whatStaysBroken(harness));
}
