/** The explorer over a driver or machine with a bug put into it: one source file changed, everything else as built. */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { transformWithOxc } from 'vite';
import { namesBeside } from '../../build/build.mjs';
import { instrument } from '../../build/instrument.mjs';
import type * as Kernels from '../../src/driver/kernels.ts';
import type * as Worlds from '../../src/explore/driver-world.ts';
import type * as Catalogue from '../../src/explore/scenario/catalogue.ts';
import type * as Verdicts from '../../src/explore/search/verdict.ts';

const top = resolve(import.meta.dirname, '../..');
const built = join(top, 'dist/interleaved');

export interface Bug {
  /** Source file, from the top of the package. */
  file: string;
  /** What is replaced by what; each `from` occurs once. */
  changes: [from: string, to: string][];
}

function changed(bug: Bug): string {
  let source = readFileSync(join(top, bug.file), 'utf8');
  for (const [from, to] of bug.changes) {
    const parts = source.split(from);
    if (parts.length !== 2) throw new Error(`${bug.file}: '${from}' occurs ${parts.length - 1} times`);
    source = parts.join(to);
  }
  return source;
}

/** Invariants of a scenario that the bug breaks, after an exhaustive search. */
export async function explored(...asked: Parameters<typeof violations>): Promise<string[]> {
  return [...new Set((await violations(...asked)).map(({ invariant }) => invariant))].sort();
}

/** The same, in the invariants' words. */
export async function messages(...asked: Parameters<typeof violations>): Promise<string[]> {
  return (await violations(...asked)).map(({ message }) => message);
}

async function violations(
  bug: Bug,
  scenarioName: string,
  kernelName: string,
  invariants?: readonly string[],
): Promise<{ invariant: string; message: string }[]> {
  mkdirSync(join(top, '.cache'), { recursive: true });
  const root = mkdtempSync(join(top, '.cache', 'mutant-'));
  try {
    cpSync(built, root, { recursive: true });
    const path = join(root, bug.file.replace(/\.ts$/, '.js'));
    const { code } = await transformWithOxc(changed(bug), bug.file, { lang: 'ts' });
    const names = namesBeside(built);
    const tracker = relative(dirname(path), join(root, 'src/explore/state/tracking.js'));
    const plain = code.replace(/(from\s+["'].*)\.ts(["'])/g, '$1.js$2');
    writeFileSync(
      path,
      instrument(plain, bug.file, tracker.startsWith('.') ? tracker : `./${tracker}`, names),
    );

    const load = <T>(file: string): Promise<T> => import(join(root, 'src', file)) as Promise<T>;
    const { kernel } = await load<typeof Kernels>('driver/kernels.js');
    const { loadScenario } = await load<typeof Catalogue>('explore/scenario/catalogue.js');
    const { DriverWorld } = await load<typeof Worlds>('explore/driver-world.js');
    const { explore } = await load<typeof Verdicts>('explore/search/verdict.js');
    const scenario = loadScenario(scenarioName);
    const world = new DriverWorld(scenario, kernel(kernelName), invariants ?? scenario.check);
    const result = explore(world, {
      budget: { states: 200_000, seconds: 60, memory: 2 * 2 ** 30 },
      accept: scenario.accept,
      further: invariants === undefined ? 0 : 200_000,
    });
    return result.findings.map((finding) => finding.violation);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}
