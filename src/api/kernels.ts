/** The modelled kernels and what tells them apart. */
import {
  BEHAVIOUR_KEYS,
  BEHAVIOURS,
  type Behaviour,
  type Kernel,
  type KernelName,
  kernel as make,
} from '../driver/kernels.ts';

/** Behaviours to switch away from a kernel's row, by name (`flush-on-enable`). */
export interface Switches {
  readonly with?: readonly string[];
  readonly without?: readonly string[];
}

/**
 * A driver to model.
 *
 *     kernel('7.2', { without: ['lock-around-op'] })
 *
 * @throws RangeError for a kernel or a behaviour that does not exist
 */
export function kernel(name: KernelName, switches: Switches = {}): Kernel {
  return make(name, switches.with, switches.without);
}

/** All behaviours that tell the kernels apart: what each is, which kernels have it, where upstream does it. */
export function behaviours(): Behaviour[] {
  return BEHAVIOUR_KEYS.map((key) => BEHAVIOURS[key]);
}

/** A kernel as its name and the switches that lead to it: what can be sent to another thread. */
export function asSwitches(asked: KernelName | Kernel | undefined): {
  kernel?: KernelName;
  with: string[];
  without: string[];
} {
  if (asked === undefined) return { with: [], without: [] };
  if (typeof asked === 'string') return { kernel: asked, with: [], without: [] };
  const list = (sign: string) => asked.switched.filter((one) => one[0] === sign).map((one) => one.slice(1));
  return { kernel: asked.name, with: list('+'), without: list('-') };
}
