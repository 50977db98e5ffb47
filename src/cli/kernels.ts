import type { Command } from 'commander';
import { BEHAVIOUR_KEYS, BEHAVIOURS, type Behaviour, KERNEL_NAMES, kernel } from '../driver/kernels.ts';
import { print } from './output.ts';

export function register(program: Command): void {
  program
    .command('kernels')
    .summary('list the modelled kernels and what tells them apart')
    .description(
      'Lists the modelled kernels and the named behaviours that tell them apart, each with a sentence, where upstream ' +
        'does it, and which part of the atomic-page-table-update patch of July 2025 it is, if any.',
    )
    .option('--json', 'one JSON object')
    .action((options: { json?: true }) => {
      print(options.json ? `${json()}\n` : text());
    });
}

function rows(): Behaviour[] {
  return BEHAVIOUR_KEYS.map((key) => BEHAVIOURS[key]);
}

function json(): string {
  return JSON.stringify({
    kernels: KERNEL_NAMES.map((name) => {
      const { uapi } = kernel(name);
      return {
        name,
        uapi: `${uapi.major}.${uapi.minor}`,
        behaviours: rows()
          .filter((b) => b.in.includes(name))
          .map((b) => b.name),
      };
    }),
    behaviours: rows().map(({ name, what, upstream, seed }) => ({
      name,
      what,
      upstream,
      seed: seed ?? null,
    })),
  });
}

function text(): string {
  const width = Math.max(...rows().map((b) => b.name.length));
  const head = KERNEL_NAMES.map((name) => name.padStart(10)).join('');
  const uapi = KERNEL_NAMES.map((name) => `1.${kernel(name).uapi.minor}`.padStart(10)).join('');
  const table = rows().map((b) => {
    const marks = KERNEL_NAMES.map((name) => (b.in.includes(name) ? '✓' : '').padStart(10)).join('');
    return `${b.name.padEnd(width)}${marks}${b.seed === undefined ? '' : '   ◆'}`;
  });
  const details = rows().flatMap((b) => [
    '',
    `${b.name}${b.seed === undefined ? '' : ' ◆'}`,
    `  ${b.what}`,
    `  upstream: ${b.upstream}`,
    ...(b.seed === undefined ? [] : [`  seed patch: ${b.seed}`]),
  ]);
  return [
    `${'behaviour'.padEnd(width)}${head}`,
    `${'uAPI'.padEnd(width)}${uapi}`,
    ...table,
    '',
    '◆ part of "drm/panthor: Add support for atomic page table updates" (v4, July 2025) or of its review',
    ...details,
    '',
  ].join('\n');
}
