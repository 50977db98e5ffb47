import { readFileSync } from 'node:fs';
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
];
/** Its u64 fields, below 2^53 in a profile. */
const MASKS = ['shader_present', 'l2_present', 'tiler_present', 'gpu_features'];
/** drm_panthor_csif_info, and two clock rates in Hz. */
const COUNTS = [
    'csg_slot_count',
    'cs_slot_count',
    'cs_reg_count',
    'scoreboard_slot_count',
    'unpreserved_cs_reg_count',
    'timestamp_frequency',
    'gpu_frequency',
];
function fail(where, why) {
    throw new RangeError(`GPU profile ${where}: ${why}`);
}
function number(where, key, value, limit) {
    const n = typeof value === 'string' && /^0x[0-9a-f]+$/i.test(value) ? Number(value) : value;
    if (typeof n !== 'number' || !Number.isInteger(n) || n < 0 || n >= limit) {
        fail(where, `${key} is not an integer below 2^${Math.log2(limit)}`);
    }
    return n;
}
/**
 * Checks a profile read from JSON; numbers are JSON numbers or hex strings.
 *
 * @throws RangeError naming `where`, for a field that is missing or out of range, and for a GPU that clients refuse
 */
export function parseGpuProfile(where, json) {
    if (typeof json !== 'object' || json === null)
        fail(where, 'not an object');
    const given = json;
    const profile = {};
    for (const key of REGISTERS)
        profile[key] = number(where, key, given[key], 2 ** 32);
    for (const key of MASKS)
        profile[key] = number(where, key, given[key], 2 ** 53);
    for (const key of COUNTS)
        profile[key] = number(where, key, given[key], 2 ** 32);
    const textures = given.texture_features;
    if (!Array.isArray(textures) || textures.length !== 4)
        fail(where, 'texture_features is not a list of four');
    profile.texture_features = textures.map((value) => number(where, 'texture_features', value, 2 ** 32));
    if (typeof given.name !== 'string')
        fail(where, 'name is not a string');
    profile.name = given.name;
    if (!Array.isArray(given.compatible) || !given.compatible.every((entry) => typeof entry === 'string')) {
        fail(where, 'compatible is not a list of strings');
    }
    profile.compatible = given.compatible;
    for (const key of [
        'gpu_id',
        'shader_present',
        'tiler_present',
        'cs_reg_count',
        'csg_slot_count',
    ]) {
        if (profile[key] === 0)
            fail(where, `${key} is zero, no client takes such a GPU`);
    }
    return profile;
}
/** Reads a profile from a file. Throws as parseGpuProfile() does, and for files that are not to be read as JSON. */
export function readGpuProfile(path) {
    return parseGpuProfile(String(path), JSON.parse(readFileSync(path, 'utf8')));
}
/** Profiles that come with the package, by the names that `--gpu` takes. */
export const GPU_PROFILES = ['g610', 'g310'];
/** A profile by name, or from a file where the argument is not a known name. */
export function gpuProfile(nameOrPath) {
    const known = GPU_PROFILES.find((name) => name === nameOrPath.toLowerCase());
    return readGpuProfile(known === undefined ? nameOrPath : new URL(`../gpu-profiles/${known}.json`, import.meta.url));
}
//# sourceMappingURL=gpu-profile.js.map