import type { DriverTrace, StepPart } from '../driver/base/warn.ts';
import type { LineTrace } from './trace.ts';

/** What happened to one VM's place in the hardware. */
export interface AsLife {
  enabled: number;
  disabled: number;
  evicted: number;
  slots: Set<number>;
}

/** Counts what reports for people tell beyond the tally, and passes everything on to a trace where there is one. */
export class LifeTrace implements DriverTrace {
  /** By the VM's ordinal on the device. */
  readonly as_ = new Map<number, AsLife>();
  readonly steps = { map: 0, remap: 0, unmap: 0 };
  readonly pageTable = { mapCalls: 0, unmapCalls: 0, mappedBytes: 0, unmappedBytes: 0 };
  timeouts = 0;
  resets = 0;
  readonly #next: LineTrace | null;

  constructor(next: LineTrace | null) {
    this.#next = next;
  }

  warn(where: string, reason: string): void {
    this.#next?.warn(where, reason);
  }

  timeout(what: string): void {
    this.timeouts++;
    this.#next?.timeout(what);
  }

  event(name: string): void {
    if (name === 'schedule_reset') this.resets++;
    this.#next?.event(name);
  }

  stepMap(va: number, range: number, bo: number, offset: number): void {
    this.steps.map++;
    this.#next?.stepMap(va, range, bo, offset);
  }

  stepUnmap(va: number, range: number, keep: boolean): void {
    this.steps.unmap++;
    this.#next?.stepUnmap(va, range, keep);
  }

  stepRemap(va: number, range: number, keep: boolean, prev: StepPart | null, next: StepPart | null): void {
    this.steps.remap++;
    this.#next?.stepRemap(va, range, keep, prev, next);
  }

  beforePageTableCall(): void {}

  mapped(iova: number, pa: number, size: number, count: number, ret: number, bytes: number): void {
    this.pageTable.mapCalls++;
    this.pageTable.mappedBytes += bytes;
    this.#next?.mapped(iova, pa, size, count, ret, bytes);
  }

  unmapped(iova: number, size: number, count: number, bytes: number): void {
    this.pageTable.unmapCalls++;
    this.pageTable.unmappedBytes += bytes;
    this.#next?.unmapped(iova, size, count, bytes);
  }

  as(what: 'enable' | 'disable' | 'evict', as: number, vm: number): void {
    let life = this.as_.get(vm);
    if (life === undefined) {
      life = { enabled: 0, disabled: 0, evicted: 0, slots: new Set() };
      this.as_.set(vm, life);
    }
    if (what === 'enable') life.enabled++;
    else if (what === 'disable') life.disabled++;
    else life.evicted++;
    life.slots.add(as);
    this.#next?.as(what, as, vm);
  }
}
