import { type Command, InvalidArgumentError } from 'commander';
import type { Presence } from '../../driver/kernels/release.ts';
import {
  BEHAVIOUR_KEYS,
  BEHAVIOURS,
  type Behaviour,
  type BehaviourKey,
  difference,
  hasBehaviour,
  KERNEL_NAMES,
  type Kernel,
  kernel,
} from '../../driver/kernels.ts';
import { print } from '../io/output.ts';

export function register(program: Command): void {
  program
    .command('kernels')
    .summary('list the modelled kernels and what tells them apart')
    .description(
      'Lists the kernels that people run and the named behaviours that tell them apart, with the releases that have ' +
        'each, the commit, and how that is known. With one kernel, what that one does; with two, where they differ.',
    )
    .argument('[kernel]', 'a release such as 6.12.107 or 7.2, atomic-v4, or next for the newest', kernelOf)
    .argument('[other]', 'the kernel to compare it with', kernelOf)
    .option('--json', 'one JSON object')
    .action((one: Kernel | undefined, other: Kernel | undefined, options: { json?: true }) => {
      print(`${(options.json ? json : text)(one, other)}\n`);
    });
}

function kernelOf(name: string): Kernel {
  try {
    return kernel(name);
  } catch (e) {
    throw new InvalidArgumentError((e as Error).message);
  }
}

function rowOf(key: BehaviourKey): Behaviour {
  return BEHAVIOURS[key];
}

/** "since 7.3, 6.12.114, 7.2.6" and "until 7.1", or where else a behaviour is. */
function releases({ in: presence, patch }: Behaviour): string {
  const { since, until, backports = [], dropped = [] }: Presence = presence;
  const parts: string[] = [];
  if (since === null) parts.push('in no release');
  else parts.push(`since ${[since, ...backports.map((one) => `${one} of its branch`)].join(', ')}`);
  if (until !== undefined) parts.push(`until ${[until, ...dropped].join(', ')}`);
  if (patch === true) parts.push('in atomic-v4');
  if (patch === false) parts.push('not in atomic-v4');
  return parts.join('; ');
}

function kernelJson(one: Kernel) {
  return {
    name: one.name,
    release: one.release,
    uapi: `${one.uapi.major}.${one.uapi.minor}`,
    behaviours: BEHAVIOUR_KEYS.filter((key) => one.behaviours[key]).map((key) => rowOf(key).name),
    doubts: one.doubts,
  };
}

function json(one?: Kernel, other?: Kernel): string {
  if (one !== undefined && other !== undefined) {
    const { onlyA, onlyB } = difference(one, other);
    const names = (keys: readonly BehaviourKey[]) => keys.map((key) => rowOf(key).name);
    return JSON.stringify({
      kernels: [kernelJson(one), kernelJson(other)],
      only_first: names(onlyA),
      only_second: names(onlyB),
    });
  }
  const shown = one === undefined ? KERNEL_NAMES.map((name) => kernel(name)) : [one];
  return JSON.stringify({
    kernels: shown.map(kernelJson),
    behaviours: BEHAVIOUR_KEYS.map(rowOf).map((row) => ({
      name: row.name,
      what: row.what,
      upstream: row.upstream,
      since: row.in.since,
      until: row.in.until ?? null,
      backports: row.in.backports ?? [],
      dropped: row.in.dropped ?? [],
      commit: row.commit,
      source: row.source,
      seed: row.seed ?? null,
    })),
  });
}

function heading(one: Kernel): string {
  const exact = one.name === one.release ? '' : ` (${one.release})`;
  return `${one.name}${exact}, uAPI ${one.uapi.major}.${one.uapi.minor}`;
}

function details(key: BehaviourKey): string[] {
  const row = rowOf(key);
  return [
    `${row.name}${row.seed === undefined ? '' : ' ◆'}`,
    `  ${row.what}`,
    `  releases: ${releases(row)}`,
    `  commit: ${row.commit}`,
    `  upstream: ${row.upstream}`,
    `  known by: ${row.source}`,
    ...(row.seed === undefined ? [] : [`  in the patch of July 2025: ${row.seed}`]),
  ];
}

function text(one?: Kernel, other?: Kernel): string {
  if (one === undefined) return table();
  const doubts = (which: Kernel) => which.doubts.map((doubt) => `  not sure: ${doubt}`);
  if (other === undefined) {
    const has = BEHAVIOUR_KEYS.filter((key) => one.behaviours[key]);
    return [heading(one), ...doubts(one), ...has.flatMap((key) => ['', ...details(key)])].join('\n');
  }
  const { onlyA, onlyB } = difference(one, other);
  const part = (which: Kernel, keys: readonly BehaviourKey[]) => [
    '',
    `only ${which.name}:${keys.length === 0 ? ' nothing' : ''}`,
    ...keys.flatMap((key) => ['', ...details(key)]),
  ];
  return [
    heading(one),
    ...doubts(one),
    heading(other),
    ...doubts(other),
    ...part(one, onlyA),
    ...part(other, onlyB),
  ].join('\n');
}

function table(): string {
  const width = Math.max(...BEHAVIOUR_KEYS.map((key) => rowOf(key).name.length));
  const columns = (cell: (name: (typeof KERNEL_NAMES)[number]) => string): string =>
    KERNEL_NAMES.map((name) => cell(name).padStart(10)).join('');
  const rows = BEHAVIOUR_KEYS.map((key) => {
    const { name, seed } = rowOf(key);
    const marks = columns((column) => (hasBehaviour(key, column) ? '✓' : ''));
    return `${name.padEnd(width)}${marks}${seed === undefined ? '' : '   ◆'}`;
  });
  return [
    `${'behaviour'.padEnd(width)}${columns((name) => name)}`,
    `${'stands for'.padEnd(width)}${columns((name) => kernel(name).release)}`,
    `${'uAPI'.padEnd(width)}${columns((name) => `1.${kernel(name).uapi.minor}`)}`,
    ...rows,
    '',
    '◆ part of "drm/panthor: Add support for atomic page table updates" (v4, July 2025) or of its review',
    'atomic-v4 is that patch on 6.12.117; next is the newest; --kernel takes any release.',
    ...BEHAVIOUR_KEYS.flatMap((key) => ['', ...details(key)]),
  ].join('\n');
}
