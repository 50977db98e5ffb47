/** What the driver does while it plays a call, as data. */
import type { DriverTrace, StepPart } from '../driver/base/warn.ts';
import type { RegisterTrace } from '../hw/register-file.ts';
import { registerName } from '../hw/registers.ts';

/**
 * One thing that the driver did. `ops` are its steps under the kernel's names, `regs` its register accesses. Addresses,
 * sizes and offsets are in bytes; `object` is the client's handle (`BO 3`) or what else the object is.
 */
export type DriverEvent =
  | { kind: 'warning'; where: string; reason: string }
  | { kind: 'timeout'; what: string }
  | { kind: 'event'; name: string }
  | { kind: 'step_map'; va: number; range: number; object: string; offset: number }
  | { kind: 'step_unmap'; va: number; range: number; keep: boolean }
  | {
      kind: 'step_remap';
      va: number;
      range: number;
      keep: boolean;
      prev: StepPart | null;
      next: StepPart | null;
    }
  | {
      kind: 'map_pages';
      iova: number;
      pa: number;
      pgsize: number;
      pgcount: number;
      ret: number;
      mapped: number;
    }
  | { kind: 'unmap_pages'; iova: number; pgsize: number; pgcount: number; unmapped: number }
  | { kind: 'as'; what: 'enable' | 'disable' | 'evict'; as: number; vm: number }
  | { kind: 'register_write' | 'register_read'; register: string; offset: number; value: number };

/** Gathers events until they are taken. */
export class EventList implements DriverTrace, RegisterTrace {
  #events: DriverEvent[] = [];
  readonly #objectName: (id: number) => string;

  constructor(objectName: (id: number) => string) {
    this.#objectName = objectName;
  }

  /** What has gathered; the list begins anew. */
  take(): DriverEvent[] {
    const events = this.#events;
    this.#events = [];
    return events;
  }

  warn(where: string, reason: string): void {
    this.#events.push({ kind: 'warning', where, reason });
  }

  timeout(what: string): void {
    this.#events.push({ kind: 'timeout', what });
  }

  event(name: string): void {
    this.#events.push({ kind: 'event', name });
  }

  stepMap(va: number, range: number, bo: number, offset: number): void {
    this.#events.push({ kind: 'step_map', va, range, object: this.#objectName(bo), offset });
  }

  stepUnmap(va: number, range: number, keep: boolean): void {
    this.#events.push({ kind: 'step_unmap', va, range, keep });
  }

  stepRemap(va: number, range: number, keep: boolean, prev: StepPart | null, next: StepPart | null): void {
    this.#events.push({ kind: 'step_remap', va, range, keep, prev: copy(prev), next: copy(next) });
  }

  beforePageTableCall(): void {}

  mapped(iova: number, pa: number, pgsize: number, pgcount: number, ret: number, mapped: number): void {
    this.#events.push({ kind: 'map_pages', iova, pa, pgsize, pgcount, ret, mapped });
  }

  unmapped(iova: number, pgsize: number, pgcount: number, unmapped: number): void {
    this.#events.push({ kind: 'unmap_pages', iova, pgsize, pgcount, unmapped });
  }

  as(what: 'enable' | 'disable' | 'evict', as: number, vm: number): void {
    this.#events.push({ kind: 'as', what, as, vm });
  }

  write(offset: number, value: number): void {
    this.#events.push({ kind: 'register_write', register: registerName(offset), offset, value });
  }

  read(offset: number, value: number): void {
    this.#events.push({ kind: 'register_read', register: registerName(offset), offset, value });
  }
}

/** The driver fills one object over and over. */
function copy(part: StepPart | null): StepPart | null {
  return part === null ? null : { va: part.va, range: part.range, offset: part.offset };
}
