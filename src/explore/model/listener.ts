/** What the driver says on its way that invariants are about. */
import type { DriverTrace } from '../../driver/warn.ts';
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
  mapped(): void {}
  unmapped(): void {}
  as(): void {}
}
