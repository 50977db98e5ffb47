/** Splits `1.7` or `v6.16`. */
export function parseSince(since) {
    const core = since.startsWith('v');
    const [major, minor] = since.slice(core ? 1 : 0).split('.');
    return { core, major: Number(major), minor: Number(minor) };
}
/** Negative, zero or positive as a is older than, the same as or newer than b. */
export function compareVersions(a, b) {
    return a.major - b.major || a.minor - b.minor;
}
/** Whether panthor `uapi` has something that came with `since`; what belongs to the DRM core is always there. */
export function availableIn(since, uapi) {
    if (since === undefined)
        return true;
    const version = parseSince(since);
    return version.core || compareVersions(version, uapi) <= 0;
}
//# sourceMappingURL=version.js.map