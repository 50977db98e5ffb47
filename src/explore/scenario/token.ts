/**
 * Schedules as one string that can be pasted back. A token names kernel and invariants, carries its scenario (or the
 * name of a built-in one), and a digest of everything that its schedule depends on: the scenario's text, the behaviours,
 * the invariants, and the code of driver and machine. Where that differs it is refused rather than replayed into
 * something else.
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { BEHAVIOUR_KEYS, type Kernel, switchedKernel } from '../../driver/kernels.ts';
import { UsageError } from '../../errors.ts';
import { INVARIANTS } from '../invariants.ts';
import type { Step } from '../search/world.ts';
import { loadScenario, scenarioNames } from './catalogue.ts';
import type { Scenario } from './scenario.ts';

export interface Token {
  scenario: string;
  /** The scenario's text, '' where it is a built-in one. */
  source: string;
  kernel: string;
  /** "+name" or "-name" for each behaviour away from the kernel's row. */
  switched: readonly string[];
  invariants: readonly string[];
  digest: string;
  schedule: Step[];
}

const VERSION = '2';
/** Characters of a token, and bytes of the scenario in it, that are worth reading. */
const MAX_TOKEN = 2 ** 20;
const MAX_SOURCE = 2 ** 20;

/** What a schedule runs through, from the top of the package: all that the explorer's world loads, and its GPUs. */
const FOLDERS = [
  'src/coroutine',
  'src/driver',
  'src/explore',
  'src/gpu-profiles',
  'src/hw',
  'src/tree',
  'uapi',
];
const TOP = join(import.meta.dirname, '../../..');

/** The files that a token's digest covers, subfolders included, from the top of the package. */
export function modelFiles(): string[] {
  return FOLDERS.flatMap((folder) =>
    readdirSync(join(TOP, folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => /\.(js|ts|json)$/.test(file))
      .map((file) => `${folder}/${file.replaceAll('\\', '/')}`),
  ).sort();
}

let modelDigest: string | undefined;

/** Digest of the code that a schedule runs through. */
function digestOfModel(): string {
  if (modelDigest !== undefined) return modelDigest;
  const hash = createHash('sha256');
  for (const path of modelFiles()) hash.update(`${path}\n`).update(readFileSync(join(TOP, path)));
  return (modelDigest = hash.digest('hex'));
}

/** What a token has to agree with. */
export function digest(scenario: Scenario, model: Kernel, invariants: readonly string[]): string {
  const behaviours = BEHAVIOUR_KEYS.map((key) => `${key}=${model.behaviours[key]}`).join();
  const all = [
    scenario.name,
    scenario.source,
    model.name,
    behaviours,
    invariants.join(),
    digestOfModel(),
  ].join('\n');
  return createHash('sha256').update(all).digest('hex').slice(0, 16);
}

/** Runs of equal steps, two bytes each: how many, and which. */
function pack(schedule: readonly Step[]): Buffer {
  const bytes: number[] = [];
  for (let i = 0; i < schedule.length; ) {
    let n = 1;
    while (n < 255 && schedule[i + n] === schedule[i]) n++;
    bytes.push(n, schedule[i]);
    i += n;
  }
  return Buffer.from(bytes);
}

function unpack(bytes: Buffer): Step[] {
  const schedule: Step[] = [];
  for (let i = 0; i + 1 < bytes.length; i += 2)
    for (let n = bytes[i]; n > 0; n--) schedule.push(bytes[i + 1]);
  return schedule;
}

export function encodeToken(
  scenario: Scenario,
  model: Kernel,
  invariants: readonly string[],
  schedule: readonly Step[],
): string {
  const { name, source } = scenario;
  const builtIn = scenarioNames().includes(name) && loadScenario(name).source === source;
  const parts = [
    VERSION,
    name,
    builtIn ? '' : deflateRawSync(source, { level: 9 }).toString('base64'),
    model.name,
    model.switched.join(','),
    invariants.join(','),
    digest(scenario, model, invariants),
    pack(schedule).toString('base64'),
  ];
  return Buffer.from(parts.join('\n')).toString('base64url');
}

/** @throws UsageError for what is no token */
export function decodeToken(text: string): Token {
  const nonsense = new UsageError('this is no token of panthor-shim explore');
  if (text.length > MAX_TOKEN) throw nonsense;
  const parts = Buffer.from(text, 'base64url').toString('utf8').split('\n');
  if (parts.length !== 8 || parts[0] !== VERSION) throw nonsense;
  const [, scenario, source, name, switched, invariants, hash, schedule] = parts;
  const token: Token = {
    scenario,
    source: '',
    kernel: name,
    switched: switched === '' ? [] : switched.split(','),
    invariants: invariants === '' ? [] : invariants.split(','),
    digest: hash,
    schedule: unpack(Buffer.from(schedule, 'base64')),
  };
  if (!token.invariants.every((one) => (INVARIANTS as readonly string[]).includes(one))) throw nonsense;
  if (!/^[\w.-]{1,100}$/.test(scenario)) throw nonsense;
  try {
    token.source = inflateRawSync(Buffer.from(source, 'base64'), { maxOutputLength: MAX_SOURCE }).toString();
  } catch {
    if (source !== '') throw nonsense;
  }
  return token;
}

/** The kernel that a token names. @throws UsageError */
export function kernelOf(token: Token): Kernel {
  try {
    return switchedKernel(token.kernel, token.switched);
  } catch (error) {
    throw new UsageError(`the token does not fit: ${(error as Error).message}`);
  }
}

/** @throws UsageError where scenario, kernel or model are not those that the token was made with */
export function checkFits(token: Token, scenario: Scenario, model: Kernel): void {
  if (token.digest === digest(scenario, model, token.invariants)) return;
  throw new UsageError(
    `the token does not fit: scenario '${scenario.name}', kernel ${model.name}, the invariants or the model itself changed since it was made`,
  );
}
