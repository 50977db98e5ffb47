/**
 * Where something entered the uAPI: a panthor driver version (`1.7`, the DRM_IOCTL_VERSION numbers listed above
 * panthor_drm_driver in panthor_drv.c) or, for what belongs to the DRM core, a kernel release (`v6.16`).
 */
export type Since = `${number}.${number}` | `v${number}.${number}`;

/** A version as two numbers. Core versions compare with core versions only. */
export interface Version {
  readonly core: boolean;
  readonly major: number;
  readonly minor: number;
}

/** Splits `1.7` or `v6.16`. */
export function parseSince(since: Since): Version {
  const core = since.startsWith('v');
  const [major, minor] = since.slice(core ? 1 : 0).split('.');
  return { core, major: Number(major), minor: Number(minor) };
}

/** Negative, zero or positive as a is older than, the same as or newer than b. */
export function compareVersions(
  a: { major: number; minor: number },
  b: { major: number; minor: number },
): number {
  return a.major - b.major || a.minor - b.minor;
}

/** Whether panthor `uapi` has something that came with `since`; what belongs to the DRM core is always there. */
export function availableIn(since: Since | undefined, uapi: { major: number; minor: number }): boolean {
  if (since === undefined) return true;
  const version = parseSince(since);
  return version.core || compareVersions(version, uapi) <= 0;
}
