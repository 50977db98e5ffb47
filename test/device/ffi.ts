import { createRequire } from 'node:module';

/** Whether the ffi packages were compiled here; they are optional. */
export function hasFfi(): boolean {
  try {
    createRequire(import.meta.url)('ffi-napi');
    return true;
  } catch {
    process.stderr.write('\n*** ffi-napi IS NOT INSTALLED: the tests of real devices are SKIPPED ***\n\n');
    return false;
  }
}
