/** The ABI check of one set of headers on one architecture. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Version } from '../../uapi/version.ts';
import { readSection } from './elf.ts';
import { parseHeader } from './header.ts';
import { comparePresence } from './presence.ts';
import { probeRows, probeSource, type Row, sectionName } from './probe.ts';
import type { HeaderTables } from './tables.ts';

/** A compiler for one architecture. */
export interface Target {
  /** GNU triplet: x86_64-linux-gnu. */
  readonly triplet: string;
  /** The program to call. */
  readonly compiler: string;
}

export interface CheckResult {
  /** How many numbers were compared. */
  readonly compared: number;
  /** What the headers are taken for, `panthor_drm.h uAPI 1.8`. */
  readonly versions: readonly string[];
  readonly skipped: readonly string[];
  readonly failures: readonly string[];
}

/** The kernel release of an unpacked linux-libc-dev, from linux/version.h. */
export function kernelVersion(include: string): Version {
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
export function checkAbi(
  include: string,
  target: Target,
  tables: readonly HeaderTables[],
  work: string,
): CheckResult {
  const kernel = kernelVersion(include);
  const rows: Row[] = [];
  const failures: string[] = [];
  const skipped: string[] = [];
  const versions: string[] = [];
  const headers: string[] = [];
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
    if (words[i] === row.expected) continue;
    failures.push(`${row.what}: our table says ${show(row.expected)}, C says ${show(words[i])}`);
  }
  return { compared: rows.length, versions, skipped, failures };
}

function show(word: bigint): string {
  return word < 4096n ? `${word}` : `0x${word.toString(16)}`;
}

function compileProbe(
  include: string,
  target: Target,
  headers: readonly string[],
  rows: readonly Row[],
  work: string,
): bigint[] {
  mkdirSync(work, { recursive: true });
  const source = join(work, `probe-${target.triplet}.c`);
  const object = join(work, `probe-${target.triplet}.o`);
  writeFileSync(source, probeSource(headers, rows));
  const run = (args: readonly string[]): string => {
    const result = spawnSync(target.compiler, args, { encoding: 'utf8' });
    if (result.status === 0) return result.stdout.trim();
    throw new Error(`${target.compiler}: ${result.error?.message ?? result.stderr.trim()}`);
  };
  // Nothing of the machine's own headers, lest they answer in the place of the ones that are checked.
  const own = run(['-print-file-name=include']);
  const dirs = [own, include, join(include, target.triplet)].flatMap((dir) => ['-isystem', dir]);
  run(['-std=gnu11', '-w', '-nostdinc', ...dirs, '-c', source, '-o', object]);
  const words = readSection(readFileSync(object), sectionName);
  if (words.length !== rows.length) throw new Error(`${object}: ${words.length} words, not ${rows.length}`);
  return words;
}
