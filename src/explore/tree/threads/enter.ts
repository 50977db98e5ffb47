/**
 * A thread of the kernel as a computation that others may interrupt: it runs to its next point, is held there, and goes on
 * when it is its turn. Who steps the world does that without this code (OtherDriver.goOn()) until the call is over: what a call
 * is made of is in the kernel's memory, and comes back with that.
 */
import type { Op } from '../../../coroutine/op.ts';
import type { Calls } from '../calls.ts';
import { callPoint } from '../points.ts';

/** One call; its return value. Yields at each point of the kernel's thread, and before it begins. */
export function* callKernel(
  calls: Calls,
  call: number,
  a = 0,
  b = 0,
  c = 0,
  d = 0,
  e = 0,
  f = 0,
  g = 0,
  h = 0,
): Op<number> {
  // What a function looks at before its first lock may be any object's.
  yield callPoint(call);
  const thread = calls.begin(call, [a, b, c, d, e, f, g, h]);
  while (calls.holds(thread)) {
    yield calls.pointOf(thread);
    if (calls.holds(thread)) calls.goOn(thread);
  }
  return calls.result;
}

/** The same for a call with one argument at most, as most are: there is less to remember of it. */
export function* callAbout(calls: Calls, call: number, object: number): Op<number> {
  yield callPoint(call);
  const thread = calls.begin(call, [object]);
  while (calls.holds(thread)) {
    yield calls.pointOf(thread);
    if (calls.holds(thread)) calls.goOn(thread);
  }
  return calls.result;
}

/** A call that has begun when its caller saw that it can: no other thread runs before its first point. */
export function* enterKernel(
  calls: Calls,
  call: number,
  a = 0,
  b = 0,
  c = 0,
  d = 0,
  e = 0,
  f = 0,
  g = 0,
  h = 0,
): Op<number> {
  const thread = calls.begin(call, [a, b, c, d, e, f, g, h]);
  while (calls.holds(thread)) {
    yield calls.pointOf(thread);
    if (calls.holds(thread)) calls.goOn(thread);
  }
  return calls.result;
}
