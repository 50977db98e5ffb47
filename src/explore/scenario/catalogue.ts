/** Where scenarios come from: files named on the command line, and the built-in ones in scenarios/. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { InputError, UsageError } from '../../errors.ts';
import { parseScenario } from './parser.ts';
import { type Scenario, ScenarioError } from './scenario.ts';

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

/** A scenario that is at hand as text. */
export interface ScenarioText {
  name: string;
  source: string;
}

/** A built-in scenario by name, one from a file, or one from its text. @throws UsageError, InputError */
export function loadScenario(wanted: string | ScenarioText): Scenario {
  return typeof wanted === 'string' ? fromFile(wanted) : parse(wanted.source, wanted.name);
}

function fromFile(nameOrPath: string): Scenario {
  const builtIn = scenarioNames().includes(nameOrPath);
  const path = builtIn ? join(scenarioDirectory(), nameOrPath + SUFFIX) : nameOrPath;
  if (!existsSync(path)) {
    throw new UsageError(`no scenario '${nameOrPath}' (panthor-shim explore --list shows the built-in ones)`);
  }
  return parse(readFileSync(path, 'utf8'), builtIn ? nameOrPath : basename(path, SUFFIX));
}

function parse(source: string, name: string): Scenario {
  try {
    return parseScenario(source, name);
  } catch (error) {
    if (error instanceof ScenarioError) throw new InputError(error.message);
    throw error;
  }
}
