/** `review`: scenarios, vectors and captures on two kernels, and what is different. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { whyModelAlone } from '../explore/model/model-alone.ts';
import { loadScenario } from '../explore/scenario/catalogue.ts';
import { inParallel, type RunCommand, runCommand } from './commands.ts';
import type { Compared, Review, Side } from './difference.ts';
import { reviewScenario } from './scenarios.ts';
import { type Played, reviewVectors, type Vectors, vectorsOfCapture } from './streams.ts';

export interface ReviewRequest {
  base: Side;
  tree: Side;
  /** The modelled kernel that turns captures into calls of the VM layer. */
  nearest: string;
  scenarios: readonly string[];
  vectors: readonly string[];
  captures: readonly string[];
  /** Seconds that each search may take. */
  seconds: number;
  /** Commands that run at the same time. */
  jobs: number;
  /** Runs the searches of scenarios; here by default. */
  run?: RunCommand;
  /** Told when something is done, for a terminal. */
  progress: (done: number, of: number, what: string) => void;
}

/** Runs everything that was asked for and gathers what differs. Throws UsageError where there is no such scenario. */
export async function review(request: ReviewRequest): Promise<Review> {
  const { base, tree, seconds } = request;
  const begin = performance.now();
  const folder = mkdtempSync(join(tmpdir(), 'panthor-shim-review-'));
  const alone = request.scenarios.filter((name) => whyModelAlone(loadScenario(name)) !== null);
  const scenarios = request.scenarios.filter((name) => !alone.includes(name));
  let number = 0;
  const played = (vectors: Vectors): Promise<Played> => reviewVectors(vectors, base, tree, folder, number++);
  const tasks: (() => Promise<Compared | Played>)[] = [
    ...request.vectors.map((file) => () => played({ file, shown: file, made: [] })),
    ...request.captures.map((capture) => async (): Promise<Compared | Played> => {
      const vectors = await vectorsOfCapture(capture, request.nearest, folder, number++);
      if ('file' in vectors) return { ...(await played(vectors)), what: capture };
      return { what: capture, differences: [], open: [vectors] };
    }),
    ...scenarios.map((name) => () => reviewScenario(request.run ?? runCommand, name, base, tree, seconds)),
  ];
  let done = 0;
  const reported = tasks.map((task) => async () => {
    const result = await task();
    request.progress(++done, tasks.length, result.what);
    return result;
  });
  try {
    const all = await inParallel(reported, request.jobs);
    const sum = (key: 'streams' | 'operations'): number =>
      all.reduce((n, one) => n + (key in one ? (one as Played)[key] : 0), 0);
    return {
      base: base.name,
      tree: tree.name,
      scenarios: scenarios.length,
      forTheModelAlone: alone,
      streams: sum('streams'),
      operations: sum('operations'),
      differences: all.flatMap(({ differences }) => differences),
      open: all.flatMap(({ open }) => open),
      seconds: Math.round((performance.now() - begin) / 100) / 10,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
