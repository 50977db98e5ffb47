/** Where scenarios come from: files named on the command line, and the built-in ones in scenarios/. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { didYouMean } from '../../../uapi/suggest.ts';
import { InputError, UsageError } from '../../errors.ts';
import { parseScenario } from './parser.ts';
import type { Scenario } from './scenario.ts';

const SUFFIX = '.scenario';

/** The directory of the built-in scenarios: beside package.json, from wherever this file was compiled to. */
export function scenarioDirectory(): string {
  for (let up = '../..'; up.length < 20; up += '/..') {
    const directory = join(import.meta.dirname, up, 'scenarios');
    if (existsSync(directory)) return directory;
  }
  throw new InputError('the scenarios directory is missing');
}

/** Names of the built-in scenarios. */
export function scenarioNames(): string[] {
  return readdirSync(scenarioDirectory())
    .filter((file) => file.endsWith(SUFFIX))
    .map((file) => file.slice(0, -SUFFIX.length))
    .sort();
}

/** Bytes of a scenario file that are worth reading. */
const MAX_BYTES = 2 ** 20;

/** A scenario that is at hand as text. */
export interface ScenarioText {
  name: string;
  source: string;
}

/** A built-in scenario by name, one from a file, or one from its text. @throws UsageError, ScenarioError */
export function loadScenario(wanted: string | ScenarioText): Scenario {
  return typeof wanted === 'string' ? fromFile(wanted) : parseScenario(wanted.source, wanted.name);
}

function fromFile(nameOrPath: string): Scenario {
  const builtIn = scenarioNames().includes(nameOrPath);
  const path = builtIn ? join(scenarioDirectory(), nameOrPath + SUFFIX) : nameOrPath;
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) {
    const near = didYouMean(nameOrPath, scenarioNames());
    throw new UsageError(
      `no scenario '${nameOrPath}'${near || ' (panthor-shim explore --list shows the built-in ones)'}`,
    );
  }
  if (!found.isFile()) throw new UsageError(`${nameOrPath} is no file`);
  if (found.size > MAX_BYTES)
    throw new UsageError(`${nameOrPath} has ${found.size} bytes: ${MAX_BYTES} are the most`);
  return parseScenario(read(path), builtIn ? nameOrPath : nameOf(path));
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new UsageError(`${path} cannot be read: ${(error as Error).message}`);
  }
}

/** A file's name as reports and tokens have it: nothing that a terminal would take for a command. */
function nameOf(path: string): string {
  return basename(path, SUFFIX)
    .replace(/[^\w.-]/g, '_')
    .slice(0, 100);
}
