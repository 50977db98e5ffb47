/**
 * Which driver is modelled: a kernel is a release, and a release has the named behaviours whose presence says so. There is
 * one source; each behaviour can be switched alone.
 */

import { nearest } from '../../uapi/suggest.ts';
import type { Behaviour } from './kernels/behaviour.ts';
import { DEVICE_BEHAVIOURS } from './kernels/device.ts';
import { MAPPING_BEHAVIOURS } from './kernels/mappings.ts';
import { REGION_BEHAVIOURS } from './kernels/regions.ts';
import { compareReleases, isPresent, parseRelease, type Release, sameBranch } from './kernels/release.ts';
import { SLOT_BEHAVIOURS } from './kernels/slots.ts';

export type { Behaviour } from './kernels/behaviour.ts';

/** The kernels that people run, oldest first, and the patch of July 2025: the columns of `panthor-shim kernels`. */
export const KERNEL_NAMES = ['6.12', 'atomic-v4', '6.18', '7.1', '7.2', '7.3'] as const;
export type KernelName = (typeof KERNEL_NAMES)[number];

/** The release that each column stands for: the one whose sources were read, and whose outcomes the vectors have. */
export const COLUMN_RELEASE: Readonly<Record<KernelName, string>> = {
  '6.12': '6.12.117',
  'atomic-v4': '6.12.117',
  '6.18': '6.18.2',
  '7.1': '7.1.5',
  '7.2': '7.2.13',
  '7.3': '7.3.4',
};

/** What `next` stands for. */
export const NEWEST: KernelName = '7.3';

/** Releases of which some driver sources were read; between them the table rests on changelogs. */
const READ = [
  '6.12.95',
  '6.12.107',
  '6.12.117',
  '6.18.2',
  '6.18.8',
  '6.18.19',
  '7.1.3',
  '7.1.5',
  '7.2.6',
  '7.2.13',
  '7.3.4',
];

/** uAPI minor version that DRM_IOCTL_VERSION reports, by the first release of mainline that reports it. */
const UAPI_MINORS: readonly (readonly [since: string, minor: number])[] = [
  ['6.10', 0],
  ['6.13', 2],
  ['6.14', 3],
  ['6.16', 4],
  ['6.17', 5],
  ['6.19', 6],
  ['7.0', 7],
  ['7.1', 8],
  ['7.3', 9],
];

/** All behaviours, by property name in `Behaviours`. */
export const BEHAVIOURS = {
  ...REGION_BEHAVIOURS,
  ...SLOT_BEHAVIOURS,
  ...MAPPING_BEHAVIOURS,
  ...DEVICE_BEHAVIOURS,
} as const;

export type BehaviourKey = keyof typeof BEHAVIOURS;
export type Behaviours = Readonly<Record<BehaviourKey, boolean>>;
export const BEHAVIOUR_KEYS = Object.keys(BEHAVIOURS) as BehaviourKey[];

/** A modelled driver. */
export interface Kernel {
  /** A column, a release ("6.12.107"), or "atomic-v4". */
  readonly name: string;
  /** The exact release that it stands for. */
  readonly release: string;
  readonly uapi: { readonly major: number; readonly minor: number };
  readonly behaviours: Behaviours;
  /** Behaviours that were switched away from the kernel's row, as "+name" or "-name". */
  readonly switched: readonly string[];
  /** What is not sure about this kernel, a sentence each. */
  readonly doubts: readonly string[];
}

/** The property name of a behaviour given by its command-line name; throws RangeError for an unknown one. */
export function behaviourKey(name: string): BehaviourKey {
  const key = BEHAVIOUR_KEYS.find((k) => BEHAVIOURS[k].name === name);
  if (key !== undefined) return key;
  const near = nearest(
    name,
    BEHAVIOUR_KEYS.map((k) => BEHAVIOURS[k].name),
  );
  const hint = near === null ? 'see panthor-shim kernels' : `did you mean '${near}'?`;
  throw new RangeError(`unknown behaviour '${name}' (${hint})`);
}

/** Whether the kernel of that name, a column or a release, has a behaviour. Throws RangeError as kernel() does. */
export function hasBehaviour(key: BehaviourKey, name: string): boolean {
  const { patch, release } = resolve(name);
  const row: Behaviour = BEHAVIOURS[key];
  return patch && row.patch !== undefined ? row.patch : isPresent(row.in, release);
}

interface Resolved {
  name: string;
  release: Release;
  text: string;
  patch: boolean;
}

/** The release behind a name. */
function resolve(name: string): Resolved {
  const asked = name === 'next' ? NEWEST : name;
  const column = KERNEL_NAMES.find((k) => k === asked);
  const text = column === undefined ? asked : COLUMN_RELEASE[column];
  const release = /^\d+\.\d+(\.\d+)?$/.test(text) ? parseRelease(text) : null;
  if (release === null) {
    const near = nearest(name, [...KERNEL_NAMES, ...READ, 'next']);
    const hint = near === null ? `a release such as 6.12.107, or atomic-v4` : `did you mean '${near}'?`;
    throw new RangeError(`unknown kernel '${name}' (${hint})`);
  }
  if (compareReleases(release, [6, 10, 0]) < 0) {
    throw new RangeError(`unknown kernel '${name}' (panthor came with 6.10)`);
  }
  return { name: asked, release, text, patch: column === 'atomic-v4' };
}

function uapiMinor(release: Release): number {
  let minor = 0;
  for (const [since, value] of UAPI_MINORS) if (isPresent({ since }, release)) minor = value;
  return minor;
}

/** What is not sure about a release: nothing where its sources were read. */
function doubtsOf(text: string, release: Release): string[] {
  if (READ.includes(text)) return [];
  const newest = parseRelease(COLUMN_RELEASE[NEWEST]) as Release;
  if (compareReleases(release, newest) > 0) {
    return [`${text} is newer than what was read; it is taken to be ${COLUMN_RELEASE[NEWEST]}`];
  }
  const branch = READ.filter((one) => sameBranch(parseRelease(one) as Release, release));
  const near = branch.length > 0 ? `read were ${branch.join(', ')}` : 'nothing of its branch was';
  return [`the sources of ${text} were not read (${near}); its row rests on commits and changelogs`];
}

/** The kernel of that name, with what a Kernel's `switched` says: "+name" or "-name" for each. Throws as kernel() does. */
export function switchedKernel(name: string, switched: readonly string[]): Kernel {
  const signed = (sign: string) => switched.filter((one) => one[0] === sign).map((one) => one.slice(1));
  return kernel(name, signed('+'), signed('-'));
}

/**
 * The kernel of that name (a column, a release such as "6.12.107", "atomic-v4", or "next" for the newest) with
 * behaviours switched on (`with_`) and off (`without`), both by command-line name. Throws RangeError for unknown ones,
 * which says what may have been meant.
 */
export function kernel(name: string, with_: readonly string[] = [], without: readonly string[] = []): Kernel {
  const resolved = resolve(name);
  const behaviours = {} as Record<BehaviourKey, boolean>;
  for (const key of BEHAVIOUR_KEYS) {
    const row: Behaviour = BEHAVIOURS[key];
    behaviours[key] =
      resolved.patch && row.patch !== undefined ? row.patch : isPresent(row.in, resolved.release);
  }
  const switched: string[] = [];
  for (const [list, on] of [
    [with_, true],
    [without, false],
  ] as const) {
    for (const one of list) {
      const key = behaviourKey(one);
      if (behaviours[key] !== on) switched.push((on ? '+' : '-') + one);
      behaviours[key] = on;
    }
  }
  // Properties added one by one under computed names end up in a hash table; parsed ones have fixed places, which makes
  // an operation that asks for fifteen of them twice as fast.
  const fast = JSON.parse(JSON.stringify(behaviours)) as Behaviours;
  return {
    name: resolved.name,
    release: resolved.text,
    uapi: { major: 1, minor: uapiMinor(resolved.release) },
    behaviours: fast,
    switched,
    doubts: doubtsOf(resolved.text, resolved.release),
  };
}

/** Names of the behaviours that one kernel has and the other has not. */
export function difference(a: Kernel, b: Kernel): { onlyA: BehaviourKey[]; onlyB: BehaviourKey[] } {
  return {
    onlyA: BEHAVIOUR_KEYS.filter((key) => a.behaviours[key] && !b.behaviours[key]),
    onlyB: BEHAVIOUR_KEYS.filter((key) => b.behaviours[key] && !a.behaviours[key]),
  };
}
