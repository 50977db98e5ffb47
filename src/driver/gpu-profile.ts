import { readFileSync, statSync } from 'node:fs';

/** The u32 fields of drm_panthor_gpu_info: registers of the GPU, under their uAPI names. */
const REGISTERS = [
  'gpu_id',
  'gpu_rev',
  'csf_id',
  'l2_features',
  'tiler_features',
  'mem_features',
  'mmu_features',
  'thread_features',
  'max_threads',
  'thread_max_workgroup_size',
  'thread_max_barrier_size',
  'coherency_features',
  'as_present',
  'selected_coherency',
  'core_features',
] as const;
/** Its u64 fields, below 2^53 in a profile. */
const MASKS = ['shader_present', 'l2_present', 'tiler_present', 'gpu_features'] as const;
/** drm_panthor_csif_info, and two clock rates in Hz. */
const COUNTS = [
  'csg_slot_count',
  'cs_slot_count',
  'cs_reg_count',
  'scoreboard_slot_count',
  'unpreserved_cs_reg_count',
  'timestamp_frequency',
  'gpu_frequency',
] as const;

type Register = (typeof REGISTERS)[number];
type Mask = (typeof MASKS)[number];
type Count = (typeof COUNTS)[number];

/** One GPU: what drm_panthor_gpu_info and drm_panthor_csif_info say, and its clocks. */
export type GpuProfile = { readonly [key in Register | Mask | Count]: number } & {
  /** For people. */
  readonly name: string;
  /** Device tree `compatible`, most specific first. */
  readonly compatible: readonly string[];
  readonly texture_features: readonly number[];
};

/** Larger files are taken for something else. */
const MAX_PROFILE_BYTES = 1 << 20;

/** Fields that clients divide by or look for the lowest bit of. */
const NEVER_ZERO = ['gpu_id', 'shader_present', 'tiler_present', 'cs_reg_count', 'csg_slot_count'] as const;

/** Every field of a profile, in the order of a template. */
export const PROFILE_FIELDS: readonly string[] = [
  'name',
  'compatible',
  ...REGISTERS,
  ...MASKS,
  'texture_features',
  ...COUNTS,
];

function fail(where: string, why: string): never {
  throw new RangeError(`GPU profile ${where}: ${why}`);
}

/** A JSON number or hex string as an integer below `limit`; null where it is none. */
function integer(value: unknown, limit: number): number | null {
  const n = typeof value === 'string' && /^0x[0-9a-f]+$/i.test(value) ? Number(value) : value;
  return typeof n === 'number' && Number.isInteger(n) && n >= 0 && n < limit ? n : null;
}

/**
 * Checks a profile read from JSON; numbers are JSON numbers or hex strings.
 *
 * @throws RangeError naming `where` and all fields that are missing, out of range, or zero where no client takes that
 */
export function parseGpuProfile(where: string, json: unknown): GpuProfile {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) fail(where, 'not a JSON object');
  const given = json as Record<string, unknown>;
  const profile: Record<string, unknown> = {};
  const wrong: string[] = [];
  const integers = (keys: readonly string[], bits: number): void => {
    for (const key of keys) {
      if (!Object.hasOwn(given, key)) continue;
      profile[key] = integer(given[key], 2 ** bits);
      if (profile[key] === null) wrong.push(`${key} is not an integer below 2^${bits}`);
    }
  };
  integers(REGISTERS, 32);
  integers(MASKS, 53);
  integers(COUNTS, 32);
  const check = (key: string, what: string, value: unknown): void => {
    profile[key] = value;
    if (Object.hasOwn(given, key) && value === null) wrong.push(`${key} is not ${what}`);
  };
  const { texture_features: textures, compatible, name } = given;
  const features = Array.isArray(textures) ? textures.map((value) => integer(value, 2 ** 32)) : [];
  const four = features.length === 4 && !features.includes(null);
  check('texture_features', 'a list of four integers below 2^32', four ? features : null);
  const strings = Array.isArray(compatible) && compatible.every((entry) => typeof entry === 'string');
  check('compatible', 'a list of strings', strings ? compatible : null);
  check('name', 'a string', typeof name === 'string' ? name : null);
  for (const key of NEVER_ZERO)
    if (profile[key] === 0) wrong.push(`${key} is zero, no client takes such a GPU`);
  const lacking = PROFILE_FIELDS.filter((key) => !Object.hasOwn(given, key));
  if (lacking.length > 0) wrong.unshift(`lacks ${lacking.join(', ')}`);
  if (wrong.length > 0) fail(where, wrong.join('; '));
  return profile as GpuProfile;
}

/** Reads a profile from a file. Throws as parseGpuProfile() does, and RangeError for what cannot be read as JSON. */
export function readGpuProfile(path: string | URL): GpuProfile {
  let json: unknown;
  try {
    const stat = statSync(path);
    if (!stat.isDirectory() && !stat.isFile() && !stat.isFIFO()) fail(String(path), 'it is not a file');
    if (stat.size > MAX_PROFILE_BYTES) fail(String(path), `${stat.size} bytes, a profile has a few hundred`);
    json = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    if (error instanceof RangeError) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') fail(String(path), `no such file, and none of ${GPU_PROFILES.join(', ')}`);
    fail(String(path), code === 'EISDIR' ? 'it is a directory' : message);
  }
  return parseGpuProfile(String(path), json);
}

/** Profiles that come with the package, by the names that `--gpu` takes. */
export const GPU_PROFILES = ['g610', 'g310'] as const;

/** A profile by name, or from a file where the argument is not a known name. */
export function gpuProfile(nameOrPath: string): GpuProfile {
  const known = GPU_PROFILES.find((name) => name === nameOrPath.toLowerCase());
  return readGpuProfile(
    known === undefined ? nameOrPath : new URL(`../gpu-profiles/${known}.json`, import.meta.url),
  );
}
