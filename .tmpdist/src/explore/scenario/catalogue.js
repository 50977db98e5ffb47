/** Where scenarios come from: files named on the command line, and the built-in ones in scenarios/. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { InputError, UsageError } from '../../errors.js';
import { parseScenario } from './parser.js';
import { ScenarioError } from './scenario.js';
const SUFFIX = '.scenario';
/** The directory of the built-in scenarios: beside package.json, from wherever this file was compiled to. */
export function scenarioDirectory() {
    for (let up = '../..'; up.length < 20; up += '/..') {
        const directory = join(import.meta.dirname, up, 'scenarios');
        if (existsSync(directory))
            return directory;
    }
    throw new InputError('the scenarios directory is missing');
}
/** Names of the built-in scenarios. */
export function scenarioNames() {
    return readdirSync(scenarioDirectory())
        .filter((file) => file.endsWith(SUFFIX))
        .map((file) => file.slice(0, -SUFFIX.length))
        .sort();
}
/** A built-in scenario by name, or one from a file. @throws UsageError, InputError */
export function loadScenario(nameOrPath) {
    const builtIn = scenarioNames().includes(nameOrPath);
    const path = builtIn ? join(scenarioDirectory(), nameOrPath + SUFFIX) : nameOrPath;
    if (!existsSync(path)) {
        throw new UsageError(`no scenario '${nameOrPath}' (panthor-shim explore --list shows the built-in ones)`);
    }
    try {
        return parseScenario(readFileSync(path, 'utf8'), builtIn ? nameOrPath : basename(path, SUFFIX));
    }
    catch (error) {
        if (error instanceof ScenarioError)
            throw new InputError(error.message);
        throw error;
    }
}
//# sourceMappingURL=catalogue.js.map