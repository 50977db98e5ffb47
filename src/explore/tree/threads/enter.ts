/**
 * A thread of the kernel as a computation that others may interrupt: it runs to its next point, is held there, and goes on
 * when it is its turn. Who steps the world does that without this code (OtherDriver.goOn()) until the call is over: what a call
 * is made of is in the kernel's memory, and comes back with that.
 */
import type { Op } from '../../../coroutine/op.ts';
import type { Calls } from '../calls.ts';
import { callPoint } from '../points.ts';

/** Most calls are about one object: it is the same list then, with nothing to remember of it. */
const NO_MORE: readonly number[] = [];

/**
 * One call; its return value. Yields at each point of the kernel's thread, and before it begins unless its caller has seen that
 * it can: then no other thread runs before its first point.
 */
export function* callKernel(
  calls: Calls,
  call: number,
  canBegin: boolean,
  object = 0,
  more = NO_MORE,
): Op<number> {
  // What a function looks at before its first lock may be any object's.
  if (!canBegin) yield callPoint(call);
  const thread = calls.begin(call, object, more);
  while (calls.holds(thread)) {
    yield calls.pointOf(thread);
    if (calls.holds(thread)) calls.goOn(thread);
  }
  return calls.result;
}
