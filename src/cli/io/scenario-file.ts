import { gzipSync } from 'node:zlib';
import type { ScenarioRecorder } from '../../conform/scenario-recorder.ts';
import type { Kernel } from '../../driver/kernels.ts';
import { note } from '../exit.ts';
import { writeOutput } from './files.ts';

/** Writes a recorded scenario as a vector file, gzip'd where the name ends so, and says so on standard error. */
export function writeScenario(path: string, scenario: ScenarioRecorder, name: string, kernel: Kernel): void {
  const text = `${scenario.lines(name, kernel).join('\n')}\n`;
  writeOutput(path, path.endsWith('.gz') ? gzipSync(text) : text);
  note(`${path}: ${scenario.ops.length} operations; play them with: panthor-shim conform ${path}`);
}
