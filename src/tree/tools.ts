/** The programs that building a kernel takes, and what to say where one is missing. */
import { spawnSync } from 'node:child_process';
import { UsageError } from '../errors.ts';

/** Program and the Debian package that has it. */
const PROGRAMS: readonly (readonly [string, string])[] = [
  ['gcc', 'gcc'],
  ['make', 'make'],
  ['flex', 'flex'],
  ['bison', 'bison'],
  ['bc', 'bc'],
  ['ld', 'binutils'],
  ['nm', 'binutils'],
  ['objcopy', 'binutils'],
  ['addr2line', 'binutils'],
];

function works(program: string): boolean {
  return spawnSync(program, ['--version'], { stdio: 'ignore' }).error === undefined;
}

/** Throws UsageError, in one sentence with the remedy, where trees cannot be built on this machine. */
export function requireTools(): void {
  if (process.arch !== 'x64' || process.platform !== 'linux') {
    throw new UsageError(
      `building a kernel tree needs an x86-64 Linux machine (User Mode Linux has no other host); this is ${process.platform} ${process.arch}`,
    );
  }
  const missing = PROGRAMS.filter(([program]) => !works(program));
  if (missing.length === 0) return;
  const names = missing.map(([program]) => program).join(', ');
  const packages = [...new Set(missing.map(([, debian]) => debian))].join(' ');
  throw new UsageError(
    `building a kernel tree needs ${names}, which this machine lacks; on Debian: apt-get install ${packages}`,
  );
}

/** The compiler's own word for its version, part of what an addon is known by. */
export function compilerVersion(): string {
  return spawnSync('gcc', ['--version'], { encoding: 'utf8' }).stdout.split('\n')[0];
}
