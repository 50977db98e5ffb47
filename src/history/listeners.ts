/** Two listeners on one device: each is told everything, the first one first. */
import type { DriverTrace, VmCalls } from '../driver/base/warn.ts';

type Listener = object;

/** A function that tells both; what one of them does not want to hear is told to the other alone. */
function both<T extends Listener, K extends keyof T>(a: T, b: T, name: K): T[K] {
  const tell = (...what: unknown[]): void => {
    for (const listener of [a, b]) {
      const method = listener[name] as ((...what: unknown[]) => void) | undefined;
      method?.apply(listener, what);
    }
  };
  return tell as T[K];
}

export function bothTraces(a: DriverTrace, b: DriverTrace): DriverTrace {
  return {
    warn: both(a, b, 'warn'),
    timeout: both(a, b, 'timeout'),
    event: both(a, b, 'event'),
    stepMap: both(a, b, 'stepMap'),
    stepUnmap: both(a, b, 'stepUnmap'),
    stepRemap: both(a, b, 'stepRemap'),
    beforePageTableCall: both(a, b, 'beforePageTableCall'),
    mapped: both(a, b, 'mapped'),
    unmapped: both(a, b, 'unmapped'),
    as: both(a, b, 'as'),
    vmaAdded: both<Required<DriverTrace>, 'vmaAdded'>(
      a as Required<DriverTrace>,
      b as Required<DriverTrace>,
      'vmaAdded',
    ),
    vmaRemoved: both<Required<DriverTrace>, 'vmaRemoved'>(
      a as Required<DriverTrace>,
      b as Required<DriverTrace>,
      'vmaRemoved',
    ),
  };
}

export function bothCalls(a: VmCalls, b: VmCalls): VmCalls {
  return {
    vmCreate: both(a, b, 'vmCreate'),
    vmDestroy: both(a, b, 'vmDestroy'),
    active: both(a, b, 'active'),
    idle: both(a, b, 'idle'),
    bind: both(a, b, 'bind'),
    kmap: both(a, b, 'kmap'),
    kunmap: both(a, b, 'kunmap'),
  };
}
