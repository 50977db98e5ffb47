import { writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
/** Writes a recorded scenario as a vector file, gzip'd where the name ends so, and says so on standard error. */
export function writeScenario(path, scenario, name, kernel) {
    const text = `${scenario.lines(name, kernel).join('\n')}\n`;
    writeFileSync(path, path.endsWith('.gz') ? gzipSync(text) : text);
    process.stderr.write(`${path}: ${scenario.ops.length} operations; play them with: panthor-shim conform ${path}\n`);
}
//# sourceMappingURL=scenario-file.js.map