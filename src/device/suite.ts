import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readStreams } from '../conform/stream.ts';
import { InputError } from '../errors.ts';
import { packageRoot } from '../live/package-root.ts';
import { isScenarioLine, parseScenarios, type Scenario } from './scenario.ts';
import { scenarioOf } from './vectors.ts';

/** The scenarios that come with the package. */
export function shippedScenarios(): Scenario[] {
  const folder = join(packageRoot(), 'scenarios/device');
  const files = readdirSync(folder).filter((name) => name.endsWith('.jsonl'));
  return files.sort().flatMap((name) => parseScenarios(readFileSync(join(folder, name), 'utf8'), name));
}

/** What a file has for a device, and how many of its streams user space cannot express. */
export interface FileScenarios {
  readonly scenarios: Scenario[];
  readonly left: number;
}

/**
 * The scenarios of a file: of its own, or the streams of a vector file, as far as user space can express them.
 *
 * @throws InputError, StreamFileError
 */
export async function fileScenarios(path: string, filter: string): Promise<FileScenarios> {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    throw new InputError(`${path}: ${(error as Error).message}`);
  }
  if (bytes[0] !== 0x1f && isScenarioLine(bytes.toString('utf8', 0, 20)))
    return { scenarios: parseScenarios(bytes.toString('utf8'), path), left: 0 };
  const scenarios: Scenario[] = [];
  let left = 0;
  for await (const stream of readStreams(path, (name) => name.includes(filter))) {
    const scenario = scenarioOf(stream, path);
    if (scenario === null) left++;
    else scenarios.push(scenario);
  }
  return { scenarios, left };
}
