import type { KernelFault } from '../tree/faults.ts';
import { Violation } from './search/world.ts';

/** What an exception of the model's says about the driver; a bug of the explorer's stays what it is. */
export function violationOf(error: Error, reachable: boolean): Error {
  if (error.name === 'KernelFault') return new Violation((error as KernelFault).invariant, error.message);
  if (error.name === 'RegisterAccessError' && !reachable) {
    return new Violation('register-access-while-gone', error.message);
  }
  // The driver follows a pointer to something that is not there any more.
  if (
    /^Cannot (read|set) properties of (undefined|null)/.test(error.message) &&
    /\/src\/driver\//.test((error.stack ?? '').split('\n')[1] ?? '')
  ) {
    return new Violation('use-after-free', `the driver dereferences nothing: ${error.message}`);
  }
  if (/is already held$|is not held$/.test(error.message)) return new Violation('deadlock', error.message);
  return error;
}
