/**
 * Schedules as one string that can be pasted back. A token names scenario, kernel and invariants, and carries a digest
 * of everything that its schedule depends on: the scenario's text, the behaviours, and the code of driver and machine.
 * Where that differs it is refused rather than replayed into something else.
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { BEHAVIOUR_KEYS, kernel } from '../../driver/kernels.js';
import { UsageError } from '../../errors.js';
/** What a schedule runs through, from the top of the package. */
const FOLDERS = ['src/coroutine', 'src/driver', 'src/hw', 'src/explore/model', 'uapi'];
const TOP = join(import.meta.dirname, '../../..');
/** The files that a token's digest covers, subfolders included, from the top of the package. */
export function modelFiles() {
    return FOLDERS.flatMap((folder) => readdirSync(join(TOP, folder), { recursive: true, encoding: 'utf8' })
        .filter((file) => /\.(js|ts|json)$/.test(file))
        .map((file) => `${folder}/${file.replaceAll('\\', '/')}`)).sort();
}
let modelDigest;
/** Digest of the code that a schedule runs through. */
function digestOfModel() {
    if (modelDigest !== undefined)
        return modelDigest;
    const hash = createHash('sha256');
    for (const path of modelFiles())
        hash.update(`${path}\n`).update(readFileSync(join(TOP, path)));
    return (modelDigest = hash.digest('hex'));
}
/** What a token has to agree with. */
export function digest(scenario, model) {
    const behaviours = BEHAVIOUR_KEYS.map((key) => `${key}=${model.behaviours[key]}`).join();
    const all = [scenario.name, scenario.source, model.name, behaviours, digestOfModel()].join('\n');
    return createHash('sha256').update(all).digest('hex').slice(0, 16);
}
/** Runs of equal steps, two bytes each: how many, and which. */
function pack(schedule) {
    const bytes = [];
    for (let i = 0; i < schedule.length;) {
        let n = 1;
        while (n < 255 && schedule[i + n] === schedule[i])
            n++;
        bytes.push(n, schedule[i]);
        i += n;
    }
    return Buffer.from(bytes);
}
function unpack(bytes) {
    const schedule = [];
    for (let i = 0; i + 1 < bytes.length; i += 2)
        for (let n = bytes[i]; n > 0; n--)
            schedule.push(bytes[i + 1]);
    return schedule;
}
export function encodeToken(scenario, model, invariants, schedule) {
    const parts = [
        '1',
        scenario.name,
        model.name,
        model.switched.join(','),
        invariants.join(','),
        digest(scenario, model),
        pack(schedule).toString('base64'),
    ];
    return Buffer.from(parts.join('\n')).toString('base64url');
}
/** @throws UsageError for what is no token */
export function decodeToken(text) {
    const parts = Buffer.from(text, 'base64url').toString('utf8').split('\n');
    if (parts.length !== 7 || parts[0] !== '1')
        throw new UsageError('this is no token of panthor-shim explore');
    const [, scenario, name, switched, invariants, hash, schedule] = parts;
    return {
        scenario,
        kernel: name,
        switched: switched === '' ? [] : switched.split(','),
        invariants: invariants === '' ? [] : invariants.split(','),
        digest: hash,
        schedule: unpack(Buffer.from(schedule, 'base64')),
    };
}
/** The kernel that a token names. @throws UsageError */
export function kernelOf(token) {
    try {
        const list = (sign) => token.switched.filter((one) => one[0] === sign).map((one) => one.slice(1));
        return kernel(token.kernel, list('+'), list('-'));
    }
    catch (error) {
        throw new UsageError(`the token does not fit: ${error.message}`);
    }
}
/** @throws UsageError where scenario, kernel or model are not those that the token was made with */
export function checkFits(token, scenario, model) {
    if (token.digest === digest(scenario, model))
        return;
    throw new UsageError(`the token does not fit: scenario '${scenario.name}', kernel ${model.name} or the model itself changed since it was made`);
}
//# sourceMappingURL=token.js.map