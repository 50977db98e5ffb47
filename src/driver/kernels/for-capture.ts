/** Which kernel a capture was made on. */
import { COLUMN_RELEASE, kernel, NEWEST } from '../kernels.ts';
import { parseRelease } from './release.ts';

/** What a capture's header says of its machine; all of it may be missing. */
export interface CaptureOrigin {
  /** `uname -r`, such as "6.12.107-v8+". */
  readonly kernel_release?: string | null | undefined;
  /** DRM_IOCTL_VERSION, such as "1.8.0". */
  readonly driver_version?: string | null | undefined;
  /** What the client was; may name a kernel ("mesa-on-6.17"). */
  readonly client?: string | null | undefined;
}

/** The kernel for a capture. */
export interface KernelChoice {
  /** For kernel(). */
  readonly name: string;
  /** The release in the header did not say it. */
  readonly guessed: boolean;
  /** The kernels that it may have been, the chosen one among them; one where it is sure. */
  readonly between: readonly string[];
  /** One sentence for the report, null where there is nothing to say. */
  readonly statement: string | null;
}

/** Releases that report each uAPI minor version, the likeliest first: what people run. */
const BY_MINOR: Readonly<Record<number, readonly string[]>> = {
  0: ['6.12', '6.10', '6.11', 'atomic-v4'],
  1: ['6.13'],
  2: ['6.13'],
  3: ['6.14', '6.15'],
  4: ['6.16'],
  5: ['6.18', '6.17'],
  6: ['6.19'],
  7: ['7.0'],
  8: ['7.2', '7.1'],
  9: ['7.3'],
};

/** A release in a client's name whose driver reports that uAPI minor version. */
function releaseInName(client: string, minor: number): string | null {
  for (const [text] of client.matchAll(/\d+\.\d+(\.\d+)?/g)) {
    if (parseRelease(text) === null) continue;
    try {
      if (kernel(text).uapi.minor === minor) return text;
    } catch {
      // Some other number, such as the client's own version.
    }
  }
  return null;
}

/**
 * The kernel that a capture's header names: its release where it has one, else what its uAPI version and its client leave
 * possible. uAPI alone does not name a kernel (7.1 and 7.2 both say 1.8), so the choice says between which it guessed.
 */
export function kernelFor(origin: CaptureOrigin): KernelChoice {
  const release = parseRelease(origin.kernel_release ?? '');
  if (release !== null && (release[0] > 6 || (release[0] === 6 && release[1] >= 10))) {
    const name = release.join('.');
    const { doubts } = kernel(name);
    return { name, guessed: false, between: [name], statement: doubts[0] ?? null };
  }
  const minor = Number(/^1\.(\d+)/.exec(origin.driver_version ?? '')?.[1] ?? Number.NaN);
  const between = BY_MINOR[minor];
  if (between === undefined) {
    const newer = minor > 9;
    const name = newer ? NEWEST : '7.2';
    const why = origin.driver_version ? `uAPI ${origin.driver_version} is not known` : 'no driver version';
    return { name, guessed: true, between: [name], statement: `kernel guessed (${why}): ${stands(name)}` };
  }
  const named = releaseInName(origin.client ?? '', minor);
  const name = named ?? between[0];
  const others = between.includes(name) ? between : [name, ...between];
  const from = named === null ? '' : ` and the client's name`;
  const choice = others.length === 1 ? '' : `, of ${others.join(', ')}`;
  return {
    name,
    guessed: true,
    between: others,
    statement: `kernel guessed from uAPI 1.${minor}${from}: ${stands(name)}${choice} (the capture has no uname -r)`,
  };
}

function stands(name: string): string {
  const exact = Object.entries(COLUMN_RELEASE).find(([column]) => column === name)?.[1];
  return exact === undefined ? name : `${name} (as ${exact})`;
}
