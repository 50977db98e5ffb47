/** The modelled kernels and what tells them apart. */
import {
  BEHAVIOUR_KEYS,
  BEHAVIOURS,
  type Kernel as DriverKernel,
  hasBehaviour,
  KERNEL_NAMES,
  kernel as make,
} from '../driver/kernels.ts';

/** A version (`6.12.107`, `7.2`), `atomic-v4`, or `next` for the newest. */
export type KernelVersion = string;

/** Behaviours to switch away from a kernel's row, by name (`flush-on-enable`). */
export interface Switches {
  readonly with?: readonly string[];
  readonly without?: readonly string[];
}

/** The version of the uAPI that a driver reports in DRM_IOCTL_VERSION. */
export interface UapiVersion {
  readonly major: number;
  readonly minor: number;
}

/** A driver to model. */
export interface Kernel {
  readonly name: KernelVersion;
  readonly uapi: UapiVersion;
  /** Names of the behaviours that it has. */
  readonly behaviours: readonly string[];
  /** Behaviours that were switched away from the kernel's row, as `+name` or `-name`. */
  readonly switched: readonly string[];
}

/**
 * A driver to model, with behaviours switched on and off.
 *
 *     kernel('7.2', { without: ['lock-around-op'] })
 *
 * @throws RangeError for a kernel or a behaviour that does not exist
 */
export function kernel(name: KernelVersion, switches: Switches = {}): Kernel {
  return describe(make(name, switches.with, switches.without));
}

/** One way in which kernels differ. */
export interface Behaviour {
  /** As `kernel` takes it: `flush-on-enable`. */
  readonly name: string;
  /** Those of KERNEL_NAMES that behave so. */
  readonly kernels: readonly KernelVersion[];
  /** One sentence: what the driver does. */
  readonly what: string;
  /** Where upstream does it. */
  readonly upstream: string;
}

/** All behaviours that tell the kernels apart. */
export function behaviours(): Behaviour[] {
  return BEHAVIOUR_KEYS.map((key) => {
    const { name, what, upstream } = BEHAVIOURS[key];
    return { name, kernels: KERNEL_NAMES.filter((one) => hasBehaviour(key, one)), what, upstream };
  });
}

/** What the public sees of a modelled driver. */
export function describe({ name, uapi, behaviours: has, switched }: DriverKernel): Kernel {
  const names = BEHAVIOUR_KEYS.filter((key) => has[key]).map((key) => BEHAVIOURS[key].name);
  return { name, uapi, behaviours: names, switched };
}

/** The name of a kernel and the switches that lead to it: what other threads and the driver's own table need. */
export function switchesOf(asked: KernelVersion | Kernel | undefined): {
  kernel?: KernelVersion;
  with: string[];
  without: string[];
} {
  if (asked === undefined) return { with: [], without: [] };
  if (typeof asked === 'string') return { kernel: asked, with: [], without: [] };
  const list = (sign: string) => asked.switched.filter((one) => one[0] === sign).map((one) => one.slice(1));
  return { kernel: asked.name, with: list('+'), without: list('-') };
}
