/** Two listeners on one device: each is told everything, the first one first. */
import type { DriverTrace, VmCalls } from '../driver/base/warn.ts';

export function bothTraces(a: DriverTrace, b: DriverTrace): DriverTrace {
  return {
    warn: (...what) => (a.warn(...what), b.warn(...what)),
    timeout: (...what) => (a.timeout(...what), b.timeout(...what)),
    event: (...what) => (a.event(...what), b.event(...what)),
    stepMap: (...what) => (a.stepMap(...what), b.stepMap(...what)),
    stepUnmap: (...what) => (a.stepUnmap(...what), b.stepUnmap(...what)),
    stepRemap: (...what) => (a.stepRemap(...what), b.stepRemap(...what)),
    beforePageTableCall: () => (a.beforePageTableCall(), b.beforePageTableCall()),
    mapped: (...what) => (a.mapped(...what), b.mapped(...what)),
    unmapped: (...what) => (a.unmapped(...what), b.unmapped(...what)),
    vmaAdded: (...what) => (a.vmaAdded?.(...what), b.vmaAdded?.(...what)),
    vmaRemoved: (...what) => (a.vmaRemoved?.(...what), b.vmaRemoved?.(...what)),
    as: (...what) => (a.as(...what), b.as(...what)),
  };
}

export function bothCalls(a: VmCalls, b: VmCalls): VmCalls {
  return {
    vmCreate: (...what) => (a.vmCreate(...what), b.vmCreate(...what)),
    vmDestroy: (...what) => (a.vmDestroy(...what), b.vmDestroy(...what)),
    active: (...what) => (a.active(...what), b.active(...what)),
    idle: (...what) => (a.idle(...what), b.idle(...what)),
    bind: (...what) => (a.bind(...what), b.bind(...what)),
    kmap: (...what) => (a.kmap(...what), b.kmap(...what)),
    kunmap: (...what) => (a.kunmap(...what), b.kunmap(...what)),
  };
}
