/** The ABI check of one set of headers on one architecture. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readSection } from './elf.js';
import { parseHeader } from './header.js';
import { comparePresence } from './presence.js';
import { probeRows, probeSource, sectionName } from './probe.js';
/** The kernel release of an unpacked linux-libc-dev, from linux/version.h. */
export function kernelVersion(include) {
    const text = readFileSync(join(include, 'linux/version.h'), 'utf8');
    const code = Number(/LINUX_VERSION_CODE\s+(\d+)/.exec(text)?.[1]);
    return { core: true, major: code >> 16, minor: (code >> 8) & 0xff };
}
/**
 * Compares tables with headers.
 *
 * @param include the `usr/include` folder of an unpacked linux-libc-dev.
 * @param work a folder for the probe's source and object.
 * @throws Error when the compiler cannot compile the probe.
 */
export function checkAbi(include, target, tables, work) {
    const kernel = kernelVersion(include);
    const rows = [];
    const failures = [];
    const skipped = [];
    const versions = [];
    const headers = [];
    for (const table of tables) {
        const header = parseHeader(readFileSync(join(include, table.header), 'utf8'));
        const presence = comparePresence(table, header, kernel);
        headers.push(table.header);
        versions.push(`${table.header} ${presence.version}`);
        failures.push(...presence.failures);
        skipped.push(...presence.skipped);
        rows.push(...probeRows(table, presence));
    }
    const words = compileProbe(include, target, headers, rows, work);
    for (const [i, row] of rows.entries()) {
        if (words[i] === row.expected)
            continue;
        failures.push(`${row.what}: our table says ${show(row.expected)}, C says ${show(words[i])}`);
    }
    return { compared: rows.length, versions, skipped, failures };
}
function show(word) {
    return word < 4096n ? `${word}` : `0x${word.toString(16)}`;
}
function compileProbe(include, target, headers, rows, work) {
    mkdirSync(work, { recursive: true });
    const source = join(work, `probe-${target.triplet}.c`);
    const object = join(work, `probe-${target.triplet}.o`);
    writeFileSync(source, probeSource(headers, rows));
    const run = (args) => {
        const result = spawnSync(target.compiler, args, { encoding: 'utf8' });
        if (result.status === 0)
            return result.stdout.trim();
        throw new Error(`${target.compiler}: ${result.error?.message ?? result.stderr.trim()}`);
    };
    // Nothing of the machine's own headers, lest they answer in the place of the ones that are checked.
    const own = run(['-print-file-name=include']);
    const dirs = [own, include, join(include, target.triplet)].flatMap((dir) => ['-isystem', dir]);
    run(['-std=gnu11', '-w', '-nostdinc', ...dirs, '-c', source, '-o', object]);
    const words = readSection(readFileSync(object), sectionName);
    if (words.length !== rows.length)
        throw new Error(`${object}: ${words.length} words, not ${rows.length}`);
    return words;
}
//# sourceMappingURL=check.js.map