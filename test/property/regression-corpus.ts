/** Sequences that once went wrong, in test/fixtures/regressions, a file each. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Failure } from './lives.ts';

const dir = fileURLToPath(new URL('../fixtures/regressions', import.meta.url));

/** All that were kept, by file name. */
export function kept(): [string, Failure][] {
  return readdirSync(dir)
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => [name, JSON.parse(readFileSync(join(dir, name), 'utf8')) as Failure]);
}

/** The text of a failure as a file holds it, a step a line. Written into the directory where the environment asks for it. */
export function keep(failure: Failure): string {
  const { kernel, why, steps } = failure;
  const lines = steps.map((step) => `    ${JSON.stringify(step)}`).join(',\n');
  const text = `{\n  "kernel": ${JSON.stringify(kernel)},\n  "why": ${JSON.stringify(why)},\n  "steps": [\n${lines}\n  ]\n}\n`;
  if (process.env.PANTHOR_SHIM_KEEP_SHRUNK !== '1') {
    return `reduced to (as a file for test/fixtures/regressions; PANTHOR_SHIM_KEEP_SHRUNK=1 writes it):\n${text}`;
  }
  mkdirSync(dir, { recursive: true });
  const slug = why.replace(/[^a-z]+/gi, '-').slice(0, 40);
  const path = join(dir, `${kernel}-${slug}.json`);
  writeFileSync(path, text);
  return `kept as ${path}:\n${text}`;
}
