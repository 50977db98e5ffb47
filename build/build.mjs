/**
 * Compiles the package into dist/:
 *
 *   dist/{src,uapi}               plain JavaScript; interruptible code (src/driver, src/hw) stripped to plain functions
 *                                 and linked with uapi into one module
 *   dist/interleaved/{src,uapi}   the same sources as generators that also record their frames, for the explorer
 *
 * Everything is made in a directory of its own and swapped in at the end, so builds may run side by side and no reader
 * sees half of one.
 */
import { spawn } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { checkYields } from './check-yields.mjs';
import { InstrumentError, instrument } from './instrument.mjs';
import { namesIn } from './instrument-names.mjs';
import { link } from './link.mjs';
import { bundlePage } from './page.mjs';
import { strip } from './strip.mjs';

/** Directories whose code is stripped; the design calls them interruptible. */
export const STRIPPED = ['src/coroutine', 'src/driver', 'src/hw'];
/** Directories that become one module: the model, whose code is hot. */
const LINKED = [...STRIPPED, 'uapi'];
/** The explorer holds generators in its hands and only ever runs unstripped. */
const UNSTRIPPED = /^src\/explore\//;

/** Tracks the state while interleaved code runs. */
const TRACKING = 'src/explore/state/tracking.js';
/** Interleaved code whose state the explorer has to see: the driver, the machine, and the explorer's own actors. */
const INSTRUMENTED = [...STRIPPED, 'src/explore/model', 'src/explore/tree/threads'];

/** Names of properties that instrument() was told, beside the code. */
export const NAMES = 'names.json';

const isInstrumented = (file) => INSTRUMENTED.some((dir) => file.startsWith(`${dir}/`));
const isLinked = (file) => LINKED.some((dir) => file.startsWith(`${dir}/`));
export const isStripped = (file) => STRIPPED.some((dir) => file.startsWith(`${dir}/`));

/** All files below `dir`, as paths relative to it, with slashes. */
function listFiles(dir) {
  return readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(dir, join(entry.parentPath, entry.name)).split(sep).join('/'));
}

function compile(root, outDir) {
  const tsc = fileURLToPath(new URL('../bin/tsc', import.meta.resolve('typescript')));
  const child = spawn(process.execPath, [tsc, '-p', root, '--outDir', outDir], {
    cwd: root,
    stdio: ['ignore', 2, 2],
  });
  return new Promise((done, failed) => {
    child.on('error', failed);
    child.on('exit', (code) => done(code === 0));
  });
}

/** Code of report pages, which runs in browsers: bundled, not compiled file by file. */
const BROWSER = 'src/page/browser/';

/** Files that are data, not code, and are read at run time from beside the code. */
function copyAssets(root, outDir) {
  for (const dir of ['src', 'uapi']) {
    if (!existsSync(join(root, dir))) continue;
    for (const file of listFiles(join(root, dir))) {
      if (file.endsWith('.ts') || `${dir}/${file}`.startsWith(BROWSER)) continue;
      const to = join(outDir, dir, file);
      mkdirSync(dirname(to), { recursive: true });
      cpSync(join(root, dir, file), to);
    }
  }
}

/** tsc wrote for .cache/build-N/, one directory deeper than dist/ (and as deep as dist/interleaved/). */
function moveMap(path) {
  writeFileSync(path, readFileSync(path, 'utf8').replaceAll('"../../', '"../'));
}

function rewrite(path, transform) {
  writeFileSync(path, transform(readFileSync(path, 'utf8')));
}

/** What instrument() was told of the names in interleaved code below `dir`. */
export function namesBeside(dir) {
  const { setters, watched } = JSON.parse(readFileSync(join(dir, NAMES), 'utf8'));
  return { setters: new Set(setters), watched: new Set(watched) };
}

/** Makes the interleaved code below `dir` tracks its state. */
function trackState(dir) {
  const problems = [];
  const files = listFiles(dir).filter((file) => file.endsWith('.js') && isInstrumented(file));
  const names = namesIn(files.map((file) => readFileSync(join(dir, file), 'utf8')));
  // Tests that instrument a changed module among these need the same names.
  writeFileSync(
    join(dir, NAMES),
    JSON.stringify({ setters: [...names.setters], watched: [...names.watched] }),
  );
  for (const file of files) {
    const tracking = relative(dirname(join(dir, file)), join(dir, TRACKING))
      .split(sep)
      .join('/');
    try {
      rewrite(join(dir, file), (code) => instrument(code, file, tracking, names));
    } catch (error) {
      if (!(error instanceof InstrumentError)) throw error;
      problems.push(...error.problems);
    }
  }
  return problems;
}

/** Puts `fresh` in the place of `target`; of two builds that end together either one wins, whole. */
function swap(fresh, target) {
  const old = `${fresh}.old`;
  for (let attempt = 0; ; attempt++) {
    try {
      renameSync(target, old);
    } catch (error) {
      if (error.code !== 'ENOENT') throw error;
    }
    try {
      renameSync(fresh, target);
      break;
    } catch (error) {
      if (attempt > 20 || (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST')) throw error;
    }
    rmSync(old, { recursive: true, force: true });
  }
  rmSync(old, { recursive: true, force: true });
}

/** What builds that were killed have left behind. */
function sweep(cache) {
  for (const name of readdirSync(cache)) {
    const path = join(cache, name);
    const stat = statSync(path, { throwIfNoEntry: false });
    if (name.startsWith('build-') && stat && Date.now() - stat.mtimeMs > 600_000) {
      rmSync(path, { recursive: true, force: true });
    }
  }
}

/**
 * Builds the package in `root` into `root`/dist.
 *
 * @param {string} root
 * @param {boolean} [keepGoing] replace dist even when there are problems
 * @returns {Promise<string[]>} problems, one line each; when there are any, dist is left as it was
 */
export async function build(root, keepGoing = false) {
  const cache = join(root, '.cache');
  mkdirSync(cache, { recursive: true });
  sweep(cache);
  const fresh = join(cache, `build-${process.pid}-${Date.now()}`);
  try {
    const compiled = compile(root, fresh);
    const problems = checkYields(
      join(root, 'tsconfig.json'),
      root,
      (file) => UNSTRIPPED.test(file),
      isStripped,
    );
    if (!(await compiled)) problems.push('tsc found errors');
    if (problems.length > 0 && !keepGoing) return problems;
    copyAssets(root, fresh);
    if (existsSync(join(root, BROWSER))) await bundlePage(root, fresh);
    for (const dir of ['src', 'uapi']) {
      if (existsSync(join(fresh, dir)))
        cpSync(join(fresh, dir), join(fresh, 'interleaved', dir), { recursive: true });
    }
    const files = listFiles(fresh);
    for (const file of files) {
      if (file.endsWith('.js.map') && !file.startsWith('interleaved/')) moveMap(join(fresh, file));
      if (file.endsWith('.js') && isStripped(file)) rewrite(join(fresh, file), (code) => strip(code, file));
    }
    await link(
      fresh,
      files.filter((file) => file.endsWith('.js') && isLinked(file)),
    );
    if (files.includes(`interleaved/${TRACKING}`)) problems.push(...trackState(join(fresh, 'interleaved')));
    if (problems.length > 0 && !keepGoing) return problems;
    swap(fresh, join(root, 'dist'));
    return problems;
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
}

if (process.argv[1] && import.meta.url === pathToFileURL(resolve(process.argv[1])).href) {
  const root = fileURLToPath(new URL('..', import.meta.url)).replace(/[/\\]$/, '');
  const problems = await build(root, process.argv.includes('--keep-going'));
  for (const problem of problems) process.stderr.write(`${problem}\n`);
  if (problems.length > 0) process.exitCode = 1;
}
