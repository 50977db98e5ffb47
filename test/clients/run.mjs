// npm run test:clients: real clients, unmodified, on the model. What they are is fetched into a folder that may be
// kept (PANTHOR_SHIM_CACHE, default .cache/clients); docs/how-to-add-a-client.md says how another one joins.
//
//   node test/clients/run.mjs [--list] [--only REGEXP] [--everywhere] [--fetch-only] [--keep] [--table | --slowdown]

import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Suite } from './harness.mjs';
import { asNobody, cacheFolder, isRoot, readableProject } from './ordinary.mjs';
import { loadUapi } from './peer/uapi.mjs';
import { preloadLibraries } from './preload.mjs';
import { CROSS_BIN, GROUPS, prepareRoots } from './roots.mjs';
import { slowdown } from './slowdown.mjs';
import { bothDoors } from './suite-doors.mjs';
import { eachClient, judgesAreAwake } from './suite-each.mjs';
import { injectedFaults } from './suite-injected.mjs';
import { killedClients } from './suite-killed.mjs';
import { manyClients } from './suite-many.mjs';
import { peerComparison } from './suite-peer.mjs';
import { underValgrind } from './suite-valgrind.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const project = resolve(here, '../..');
const args = process.argv.slice(2);
const { values } = parseArgs({
  args,
  options: {
    list: { type: 'boolean' },
    only: { type: 'string' },
    'fetch-only': { type: 'boolean' },
    // each client on every kernel, also those that are run on one or two otherwise
    everywhere: { type: 'boolean' },
    keep: { type: 'boolean' },
    // docs/peer-comparison.md or the slowdown table to standard output, everything else to standard error
    table: { type: 'boolean' },
    slowdown: { type: 'boolean' },
  },
});

process.exitCode = isRoot ? asRoot() : await asOrdinary();

/** Fetches and runs as nobody; only the libraries are built as the owner of the project. */
function asRoot() {
  const cache = cacheFolder(project);
  const env = { PANTHOR_SHIM_CACHE: cache };
  const readable = readableProject(project);
  try {
    const script = (folder) => join(folder, 'test/clients/run.mjs');
    if (!values.list) {
      const status = asNobody(script(readable), ['--fetch-only'], env);
      if (status !== 0) return status;
      buildLibraries(join(cache, 'tools'));
    }
    const now = readable === project ? project : readableProject(project);
    try {
      return asNobody(script(now), args, env);
    } finally {
      if (now !== project) rmSync(now, { recursive: true, force: true });
    }
  } finally {
    if (readable !== project) rmSync(readable, { recursive: true, force: true });
  }
}

async function asOrdinary() {
  const cache = cacheFolder(project);
  const filter = values.only === undefined ? null : new RegExp(values.only);
  const suite = new Suite({
    filter,
    list: values.list ?? false,
    print: values.table || values.slowdown ? console.error : console.log,
  });
  const groups = Object.keys(GROUPS);
  const { roots, incomplete } = values.list
    ? { roots: { amd64: '', arm64: '', tools: '' }, incomplete: {} }
    : await prepareRoots(cache, groups);
  for (const [group, sentences] of Object.entries(incomplete)) {
    for (const sentence of sentences) suite.loud(`${group}: ${sentence}`);
  }
  if (values['fetch-only']) return 0;
  if (!values.list && !existsSync(join(project, 'dist/uapi'))) {
    console.error('clients: dist/ is missing, run `npm run build` first');
    return 1;
  }
  if (!isRoot && !values.list) buildLibraries(roots.tools);

  const scratch = mkdtempSync(join(tmpdir(), 'panthor-shim-clients-'));
  const preload = values.list ? { amd64: '', arm64: '' } : preloadLibraries(project);
  const place = {
    project,
    roots,
    preload,
    scratch,
    everywhere: values.everywhere ?? false,
    print: values.table ? (text) => process.stdout.write(text) : undefined,
    uapi: values.list ? undefined : await loadUapi(project),
    env: { ...process.env, HOME: scratch, XDG_RUNTIME_DIR: scratch, TMPDIR: scratch },
    /** Why a client cannot be run here, or ''. */
    lacking: (client) => {
      const group = client.needs.find((g) => incomplete[g] !== undefined);
      if (group !== undefined) return `what it needs (${group}): ${incomplete[group].join('; ')}`;
      if (preload[client.architecture] !== undefined) return '';
      const why = incomplete.cross === undefined ? '' : `: ${incomplete.cross.join('; ')}`;
      return `no library for ${client.architecture} was built${why}`;
    },
  };
  delete place.env.IGT_DEVICE; // it must not be set: the tests then look elsewhere
  delete place.env.DISPLAY;
  delete place.env.WAYLAND_DISPLAY;

  if (values.slowdown) {
    await suite.test('slowdown against the no-op shim', async () => console.log(await slowdown(place)));
    return suite.end();
  }
  await peerComparison(suite, place);
  if (!values.table) {
    await judgesAreAwake(suite, place);
    await eachClient(suite, place);
    await injectedFaults(suite, place);
    await bothDoors(suite, place);
    await underValgrind(suite, place);
    await manyClients(suite, place);
    await killedClients(suite, place);
  }
  const status = suite.end();
  if ((status === 0 && !values.keep) || values.list) rmSync(scratch, { recursive: true, force: true });
  else console.error(`captures and outputs are kept in ${scratch}`);
  return status;
}

/** The preload libraries, where the build made none for an architecture that a compiler was fetched for. */
function buildLibraries(tools) {
  const built = preloadLibraries(project);
  if (built.amd64 !== undefined && built.arm64 !== undefined) return;
  const cross = join(tools, CROSS_BIN);
  const path = existsSync(cross) ? `${process.env.PATH}:${cross}` : process.env.PATH;
  const r = spawnSync(process.execPath, [join(project, 'native-stubs/compile.mjs')], {
    stdio: 'inherit',
    env: { ...process.env, PATH: path },
  });
  if (r.status !== 0) console.error('clients: the preload libraries could not be built');
}
