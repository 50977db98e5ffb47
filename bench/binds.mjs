// The nine workloads through the ioctl entry, and their ratios to the kernel's C.
import { BenchClient } from './client.mjs';
import { median, range, spreadText } from './spread.mjs';
import { GROUPS, KERNEL } from './workloads.mjs';
import { compileYardstick } from './yardstick.mjs';

const ROUNDS = 7;
/** How long a workload runs before its rounds count, ms: the engine compiles what is hot on the side. */
export const WARM_UP_MS = 1500;

/** Adds a round's figures to the lists of `all`. */
function collect(all, round) {
  for (const [name, ns] of Object.entries(round)) (all[name] ??= []).push(ns);
}

/** Medians of ROUNDS rounds, and what each was. The yardstick runs before and after each group of workloads; its best figures count. */
export function measureBinds() {
  const yardstick = compileYardstick();
  const samples = {};
  const strokes = {};
  for (const make of GROUPS) {
    if (yardstick !== null) collect(strokes, yardstick());
    const round = make(() => new BenchClient());
    for (const until = performance.now() + WARM_UP_MS; performance.now() < until; ) round();
    for (let i = 0; i < ROUNDS; i++) collect(samples, round());
  }
  const each = (lists, of) =>
    Object.fromEntries(Object.entries(lists).map(([name, list]) => [name, of(list)]));
  const workloads = each(samples, median);
  const ranges = each(samples, range);
  if (yardstick === null) return { workloads, ranges, samples, yardstick: null, ratio_to_kernel: null };
  collect(strokes, yardstick());
  const figures = each(strokes, (list) => Math.min(...list));
  const ratios = Object.entries(workloads).map(([name, ns]) => {
    const [figure, times] = KERNEL[name];
    return [name, ns / (figures[figure] * times)];
  });
  return { workloads, ranges, samples, yardstick: figures, ratio_to_kernel: Object.fromEntries(ratios) };
}

export function geometricMean(values) {
  return Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);
}

export function duration(ns) {
  return ns < 10_000 ? `${ns.toFixed(0)} ns` : `${(ns / 1000).toFixed(0)} µs`;
}

export function printBinds(json) {
  const result = measureBinds();
  if (json) {
    const { samples: _, ...figures } = result;
    process.stdout.write(`${JSON.stringify(figures)}\n`);
    return;
  }
  process.stdout.write(
    'VM_BIND through the ioctl entry, VM active, kernel 7.2 (ratio: to the kernel’s own C; spread of the rounds)\n\n',
  );
  for (const [name, ns] of Object.entries(result.workloads)) {
    const ratio = result.ratio_to_kernel?.[name].toFixed(2) ?? 'no C compiler';
    const row = `${duration(ns).padStart(10)}   ${ratio}   ${spreadText(result.samples[name])}`;
    process.stdout.write(`  ${name.padEnd(22)}${row}\n`);
  }
  if (result.ratio_to_kernel !== null) {
    const mean = geometricMean(Object.values(result.ratio_to_kernel));
    const { A, B, D } = result.yardstick;
    process.stdout.write(
      `\n  geometric mean of the ratios ${mean.toFixed(2)}; yardstick A ${A} B ${B} D ${D} ns\n\n`,
    );
  }
}
