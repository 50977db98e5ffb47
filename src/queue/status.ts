/** What is under way on a queue, for people. */
import type { RunState, WorkerState } from './runs.ts';

/** A line for each run and each worker; `now` is ms since 1970. */
export function statusText(runs: readonly RunState[], workers: readonly WorkerState[], now: number): string {
  const lines = runs.map(({ kind, what, begun, jobs, counts }) => {
    const counted = Object.entries(counts).map(([name, n]) => `${n.toLocaleString('en')} ${name}`);
    const { done, begun: out, waiting } = jobs;
    const parts = `${done} jobs done, ${out} handed out, ${waiting} to come`;
    return `${kind} ${what}: ${[...counted, parts].join(', ')}; ${Math.round((now - begun) / 1000)} s`;
  });
  if (runs.length === 0) lines.push('nothing is under way');
  lines.push(workers.length === 0 ? 'no worker' : `${workers.length} workers`);
  for (const { name, done, job } of workers)
    lines.push(`  ${name}: ${done} jobs done, ${job === '' ? 'waits' : 'works'}`);
  return `${lines.join('\n')}\n`;
}
