import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'panthor-see-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let count = 0;

/** A path of that name that nothing else uses; it goes when the tests of the file have run. */
export function temporary(name: string): string {
  return join(folder, `${count++}-${name}`);
}
