/**
 * Whether some built-in scenario, on some kernel, reaches every place of the driver at which threads may be switched, and so
 * every branch with such a place:
 *
 *     node test/explore/switch-points/run.mjs [--states N]
 *
 * What none reaches has to be in unreached.mjs, with its reason, and nothing else. Prints what differs, and ends with 1 where
 * anything does.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { Session } from 'node:inspector/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parse } from 'acorn';
import { UNREACHED } from './unreached.mjs';

const built = fileURLToPath(new URL('../../../dist/interleaved/src', import.meta.url));
const at = process.argv.indexOf('--states');
/** Of each scenario and kernel: coverage does not need every interleaving. */
const budget = { states: at < 0 ? 500 : Number(process.argv[at + 1]), seconds: 20, memory: 2 ** 31 };
/** Kernels, with behaviours switched on and off. */
const KERNELS = [
  ['7.2'],
  ['6.12'],
  ['6.18.2'],
  ['atomic-v4'],
  ['7.2', ['explicit-expansion', 'read-suspended-irq'], ['vm-lookup-lock']],
  ['7.2', ['hole-is-a-size', 'flush-after-each-update'], ['tolerate-short-unmap']],
];

const load = (file) => import(pathToFileURL(join(built, file)).href);

async function exploreAll() {
  const { scenarioNames, loadScenario } = await load('explore/scenario/catalogue.js');
  const { DriverWorld } = await load('explore/driver-world.js');
  const { explore } = await load('explore/search/verdict.js');
  const { kernel } = await load('driver/kernels.js');
  const { INVARIANTS } = await load('explore/invariants.js');
  for (const name of scenarioNames()) {
    const scenario = loadScenario(name);
    for (const [release, more = [], less = []] of KERNELS) {
      try {
        const world = new DriverWorld(scenario, kernel(release, more, less), INVARIANTS);
        explore(world, {
          budget,
          accept: scenario.accept,
          further: Number.POSITIVE_INFINITY,
          shorten: false,
        });
      } catch (error) {
        // Not every kernel can do what a scenario begins with.
        if (error.name !== 'ScenarioError') throw error;
      }
    }
  }
}

/** What was instrumented, as it is written: reads that are noted are calls there (build/instrument-reads.mjs). */
function written(text) {
  return text
    .replace(/\$g_(\w+)\((\w+)\)/g, '$2.$1')
    .replace(/\$(?:h_\w+|whole)\((\w+)\)/g, '$1')
    .replace(/\$_/g, '')
    .replace(/\s+/g, ' ');
}

/** What the driver's source yields, without what instrument-frames.mjs has put around it to come back to the place. */
function yielded(node) {
  if (node.type !== 'ConditionalExpression') return node;
  const { alternate } = node;
  return alternate.type === 'CallExpression' && alternate.callee.name === '$call'
    ? alternate.arguments[0]
    : alternate;
}

/** Every yield of a module: its function, what it says, and its offset. */
function yieldsIn(code) {
  const found = [];
  const visit = (node, inside) => {
    if (node === null || typeof node !== 'object') return;
    if (Array.isArray(node)) {
      for (const one of node) visit(one, inside);
      return;
    }
    let name = inside;
    if (node.type === 'FunctionDeclaration') name = node.id.name;
    else if (node.type === 'MethodDefinition') name = node.key.name.replace(/^\$_/, '');
    else if (node.type === 'VariableDeclarator' && /Function/.test(node.init?.type ?? ''))
      name = node.id.name;
    if (node.type === 'YieldExpression' && node.argument !== null) {
      const what = yielded(node.argument);
      const text = `yield${node.delegate ? '*' : ''} ${code.slice(what.start, what.end)}`;
      found.push({
        in: name,
        text: written(text),
        offset: what.start,
      });
    }
    for (const key of Object.keys(node)) if (key !== 'type') visit(node[key], name);
  };
  visit(parse(code, { ecmaVersion: 2023, sourceType: 'module' }), '');
  return found;
}

const session = new Session();
session.connect();
await session.post('Profiler.enable');
await session.post('Profiler.startPreciseCoverage', { callCount: false, detailed: true });
await exploreAll();
const { result } = await session.post('Profiler.takePreciseCoverage');

const ranges = new Map(result.map(({ url, functions }) => [url, functions.flatMap((one) => one.ranges)]));
const unreached = [];
let count = 0;
for (const file of readdirSync(join(built, 'driver'), { recursive: true, encoding: 'utf8' })) {
  if (!file.endsWith('.js')) continue;
  const path = join(built, 'driver', file);
  const known = ranges.get(pathToFileURL(path).href);
  for (const one of yieldsIn(readFileSync(path, 'utf8'))) {
    count++;
    // The smallest range around it says whether it ran.
    const around = (known ?? []).filter(
      ({ startOffset, endOffset }) => startOffset <= one.offset && one.offset < endOffset,
    );
    around.sort((a, b) => a.endOffset - a.startOffset - (b.endOffset - b.startOffset));
    if ((around[0]?.count ?? 0) === 0)
      unreached.push(`${file.replaceAll('\\', '/').replace(/js$/, 'ts')} ${one.in}: ${one.text}`);
  }
}

const listed = UNREACHED.flatMap(({ places }) => places);
const missing = unreached.filter((text) => !listed.includes(text));
const stale = listed.filter((place) => !unreached.includes(place));
for (const text of missing) process.stdout.write(`no scenario reaches  ${text}\n`);
for (const text of stale) process.stdout.write(`is reached after all ${text}\n`);
process.stdout.write(
  `${count} places to switch, ${count - unreached.length} reached, ${unreached.length - missing.length} listed with a reason\n`,
);
if (missing.length > 0 || stale.length > 0) process.exitCode = 1;
