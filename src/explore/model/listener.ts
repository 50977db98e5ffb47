/** What the driver says on its way that invariants are about. */
import type { DriverTrace } from '../../driver/base/warn.ts';
import type { Harness } from './harness.ts';

export class Listener implements DriverTrace {
  readonly #harness: Harness;
  constructor(harness: Harness) {
    this.#harness = harness;
  }
  warn(where: string, reason: string): void {
    if (reason === 'outside-locked-region') {
      this.#harness.reportViolation(
        'outside-locked-region',
        `${where} changes pages outside the recorded region`,
      );
    }
    this.#harness.reportViolation('kernel-warning', `${where}: ${reason}`);
  }
  timeout(): void {}
  event(): void {}
  stepMap(): void {}
  stepUnmap(): void {}
  stepRemap(): void {}
  beforePageTableCall(): void {}
  mapped(iova: number, _pa: number, _size: number, _count: number, ret: number): void {
    if (ret === 0) return;
    for (const state of this.#harness.vms) {
      const { opCtx } = state.vm;
      if (opCtx !== null && iova >= opCtx.va && iova < opCtx.va + opCtx.range) state.mapFailed = true;
    }
  }
  unmapped(): void {}
  as(what: 'enable' | 'disable' | 'evict', as: number): void {
    const bit = 1 << as;
    if (what === 'enable') this.#harness.disabledSlots &= ~bit;
    else this.#harness.disabledSlots |= bit;
  }
}
