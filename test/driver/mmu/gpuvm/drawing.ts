/** Draws mappings the way drm_gpuvm.c's documentation does, for people who look at a test that failed. */
import { DUMMY, type NaiveVma } from './naive.ts';

/** Columns of one page. */
const WIDTH = 9;

function label(v: NaiveVma, unit: number): string {
  const name = v.bo === DUMMY ? '∅' : String.fromCharCode(97 + v.bo);
  return v.bo === DUMMY ? name : `${name}+${v.offset / unit}`;
}

/** One line: each mapping between bars, its object and its offset in units of `unit` bytes; ∅ is sparse. */
export function draw(vmas: readonly NaiveVma[], base: number, unit: number): string {
  let line = '';
  for (const v of vmas) {
    const from = Math.round(((v.va - base) / unit) * WIDTH);
    const to = Math.round(((v.va + v.range - base) / unit) * WIDTH);
    const inner = to - from - 1;
    const text = label(v, unit).slice(0, Math.max(inner, 0));
    const before = Math.max(0, Math.floor((inner - text.length) / 2));
    line = line.padEnd(from, ' ').slice(0, from);
    line += `|${'-'.repeat(before)}${text}${'-'.repeat(Math.max(0, inner - text.length - before))}|`;
  }
  return line;
}

export function drawAll(
  lines: readonly (readonly [name: string, vmas: readonly NaiveVma[]])[],
  base: number,
  unit: number,
): string {
  return lines.map(([name, vmas]) => `  ${`${name}:`.padEnd(11)}${draw(vmas, base, unit)}`).join('\n');
}
