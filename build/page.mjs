/** Bundles the code of report pages (src/page/browser, with d3) into one file that a page carries in itself. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { rolldown } from 'rolldown';

/**
 * Writes `outDir`/src/page/page.js from the sources in `root`.
 *
 * @param {string} root
 * @param {string} outDir
 */
export async function bundlePage(root, outDir) {
  const bundle = await rolldown({
    input: join(root, 'src/page/browser/main.ts'),
    platform: 'browser',
    tsconfig: join(root, 'src/page/browser/tsconfig.json'),
  });
  const { output } = await bundle.generate({ format: 'iife', minify: true });
  await bundle.close();
  const [{ code }] = output;
  // An HTML parser ends a script at the first </script, wherever it stands.
  if (/<\/script|<!--/i.test(code)) throw new Error('the code of pages would end its own script element');
  mkdirSync(join(outDir, 'src/page'), { recursive: true });
  writeFileSync(join(outDir, 'src/page/page.js'), code);
}
