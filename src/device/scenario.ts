import type { Json, JsonObject } from '../../uapi/codec.ts';
import { allIoctls } from '../../uapi/lookup.ts';
import { InputError } from '../errors.ts';

/** One step: an ioctl, or something else that a client can do. Strings "$name" stand for what an earlier step gave out. */
export type Step =
  | {
      readonly kind: 'ioctl';
      readonly name: string;
      readonly value: JsonObject;
      readonly size?: number;
      readonly buffers?: Json;
      /** Names for output fields: {"vm": "id"}. */
      readonly as: { readonly [name: string]: string };
      /** Which open file; a new name opens one. */
      readonly file: string;
      /** The descriptor that it is made on instead. */
      readonly on: Json | null;
    }
  | {
      readonly kind: 'mmap';
      readonly bo: Json;
      readonly length: number;
      readonly prot: number;
      readonly file: string;
      readonly offset: string | null;
    }
  | {
      readonly kind: 'write';
      readonly bo: Json;
      readonly at: number;
      readonly words: readonly number[];
      readonly file: string;
    }
  | {
      readonly kind: 'read';
      readonly bo: Json;
      readonly at: number;
      readonly count: number;
      readonly file: string;
    }
  | {
      readonly kind: 'gpu';
      readonly does: 'read' | 'write';
      readonly vm: Json;
      readonly at: readonly number[];
      readonly value: number;
      readonly file: string;
    }
  | { readonly kind: 'eventfd'; readonly as: string }
  | { readonly kind: 'poll' | 'close'; readonly fd: Json }
  | { readonly kind: 'close-file'; readonly file: string };

/** What is played on a device and on the model, from a new open file on. */
export interface Scenario {
  readonly name: string;
  /** One sentence. */
  readonly about: string;
  /** Where it stands, for people. */
  readonly source: string;
  /** Where the GPU's accesses may put what they need, where that is not the usual place. */
  readonly gpuVa?: number;
  readonly steps: readonly Step[];
}

/** Steps of one scenario, so that a file costs what it may. */
const MAX_STEPS = 100_000;
const ioctlNames = new Set(allIoctls.map((spec) => spec.shortName));
/** Words that a step may have besides what it does. */
const MODIFIERS = new Set([
  'as',
  'file',
  'on',
  'size',
  'buffers',
  'at',
  'words',
  'count',
  'vm',
  'value',
  'prot',
  'offset',
]);
const VERBS = ['mmap', 'write', 'read', 'gpu', 'eventfd', 'poll', 'close', 'close_file'];

/** Whether a file's first line begins a scenario for a device. */
export function isScenarioLine(line: string): boolean {
  return line.startsWith('{"scenario"');
}

/**
 * The scenarios of a file: JSON Lines, `{"scenario": name, "about": sentence}` and then a step a line.
 *
 * @throws InputError that names the line
 */
export function parseScenarios(text: string, path: string): Scenario[] {
  const found: { name: string; about: string; source: string; steps: Step[] }[] = [];
  for (const [i, line] of text.split('\n').entries()) {
    if (line.trim() === '' || line.startsWith('#')) continue;
    const bad = (why: string): InputError => new InputError(`${path}: line ${i + 1}: ${why}`);
    let json: unknown;
    try {
      json = JSON.parse(line);
    } catch (error) {
      throw bad((error as Error).message);
    }
    if (typeof json !== 'object' || json === null || Array.isArray(json)) throw bad('expected a JSON object');
    const object = json as JsonObject;
    if (object.scenario !== undefined) {
      found.push({
        name: String(object.scenario),
        about: String(object.about ?? ''),
        source: `${path}:${i + 1}`,
        steps: [],
      });
      continue;
    }
    const steps = found.at(-1)?.steps;
    if (steps === undefined) throw bad('a step before the first {"scenario": name}');
    if (steps.length >= MAX_STEPS) throw bad(`more than ${MAX_STEPS} steps`);
    steps.push(parseStep(object, bad));
  }
  if (found.length === 0) throw new InputError(`${path}: no scenario in it`);
  return found;
}

function parseStep(object: JsonObject, bad: (why: string) => InputError): Step {
  const verbs = Object.keys(object).filter((key) => !MODIFIERS.has(key));
  if (verbs.length !== 1)
    throw bad(
      `found ${verbs.length === 0 ? 'nothing to do' : verbs.join(', ')}, expected an ioctl or one of ${VERBS.join(', ')}`,
    );
  const [verb] = verbs;
  const value = object[verb];
  const file = String(object.file ?? 'a');
  const count = (key: string, fallback: number): number => {
    const n = Number(object[key] ?? fallback);
    if (!Number.isSafeInteger(n) || n < 0)
      throw bad(`${key}: found ${JSON.stringify(object[key])}, expected a number`);
    return n;
  };
  const numbers = (list: Json | undefined, key: string): number[] => {
    const all = Array.isArray(list) ? (list as readonly Json[]).map(Number) : [];
    if (all.length === 0 || all.some((n) => !Number.isSafeInteger(n) || n < 0))
      throw bad(`${key}: found ${JSON.stringify(list)}, expected a list of numbers`);
    return all;
  };
  switch (verb) {
    case 'mmap':
      return {
        kind: 'mmap',
        bo: value,
        length: count('size', 4096),
        prot: count('prot', 3),
        file,
        offset: object.offset === undefined ? null : String(object.offset),
      };
    case 'write':
      return { kind: 'write', bo: value, at: count('at', 0), words: numbers(object.words, 'words'), file };
    case 'read':
      return { kind: 'read', bo: value, at: count('at', 0), count: count('count', 1), file };
    case 'gpu':
      if (value !== 'read' && value !== 'write')
        throw bad(`gpu: found ${JSON.stringify(value)}, expected read or write`);
      return {
        kind: 'gpu',
        does: value,
        vm: object.vm ?? 0,
        at: numbers(object.at, 'at'),
        value: count('value', 0),
        file,
      };
    case 'eventfd':
      return { kind: 'eventfd', as: String(value) };
    case 'poll':
    case 'close':
      return { kind: verb, fd: value };
    case 'close_file':
      return { kind: 'close-file', file: String(value) };
  }
  if (!ioctlNames.has(verb)) throw bad(`${verb}: neither an ioctl nor one of ${VERBS.join(', ')}`);
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw bad(`${verb}: expected an object with its fields`);
  return {
    kind: 'ioctl',
    name: verb,
    value: value as JsonObject,
    ...(object.size === undefined ? {} : { size: count('size', 0) }),
    ...(object.buffers === undefined ? {} : { buffers: object.buffers }),
    as: (object.as ?? {}) as { readonly [name: string]: string },
    file,
    on: object.on ?? null,
  };
}
