/** Debian's Chromium: the machine's own, or one that is fetched and runs from where it is unpacked. */
import { existsSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Browser, chromium } from 'playwright-core';
import { onPath, prepareRoots } from '../clients/roots.mjs';

const cache = resolve(import.meta.dirname, '../../.cache/clients');

/** A browser, or why there is none. */
export async function startBrowser(): Promise<{ browser: Browser } | { why: string }> {
  const named = process.env.CHROMIUM ?? (onPath('chromium') ? '/usr/bin/chromium' : undefined);
  if (named !== undefined) return { browser: await launch(named, {}) };
  const { roots, incomplete } = (await prepareRoots(cache, ['chromium'])) as {
    roots: { browser: string };
    incomplete: Record<string, string[]>;
  };
  if (incomplete.chromium !== undefined) return { why: incomplete.chromium.join('; ') };
  return { browser: await launch(join(roots.browser, 'usr/lib/chromium/chromium'), unpacked(roots.browser)) };
}

function launch(executablePath: string, env: Record<string, string>): Promise<Browser> {
  // What runs as root, as in containers, has no sandbox.
  return chromium.launch({
    executablePath,
    args: ['--no-sandbox', '--disable-gpu'],
    env: { ...(process.env as Record<string, string>), ...env },
  });
}

/** Where programs that are unpacked into a folder find their libraries, fonts and data. */
function unpacked(root: string): Record<string, string> {
  const lib = join(root, 'usr/lib');
  const triplets = readdirSync(lib).filter((name) => name.endsWith('-linux-gnu'));
  const folders = [lib, ...triplets.map((name) => join(lib, name))];
  const libraries = folders.flatMap((folder) => [
    folder,
    ...['nss', 'blas', 'lapack', 'pulseaudio']
      .map((sub) => join(folder, sub))
      .filter((one) => existsSync(one)),
  ]);
  return {
    LD_LIBRARY_PATH: libraries.join(':'),
    XDG_DATA_DIRS: join(root, 'usr/share'),
    FONTCONFIG_SYSROOT: root,
  };
}
