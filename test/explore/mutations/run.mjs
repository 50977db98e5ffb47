/**
 * Makes each mistake of list.mjs in a copy of the interleaved build and lets the built-in scenarios find it:
 *
 *     node test/explore/mutations/run.mjs [--jobs N] [--seconds N] [--results FILE] [TEXT]
 *
 * TEXT picks mutants by name, "A|B" those of either; after so many seconds no more are begun. With FILE what becomes of each is
 * written there, a line of JSON each, and what is there already is not run again; the table of docs/mutants.md is printed in the end. Exits
 * with 1 where fewer than nine in ten of those that are not equivalent are found, or where one that is called equivalent is.
 */
import { spawn, spawnSync } from 'node:child_process';
import { appendFileSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { transformWithOxc } from 'vite';
import { namesBeside } from '../../../build/build.mjs';
import { instrument } from '../../../build/instrument.mjs';
import { MUTANTS } from './list.mjs';
import { changeOf } from './place.mjs';
import { lastFoundBy, readResults, tableOf } from './results.mjs';

const top = fileURLToPath(new URL('../../..', import.meta.url)).replace(/[/\\]$/, '');
const built = join(top, 'dist/interleaved');
const check = fileURLToPath(new URL('./check.mjs', import.meta.url));
const NEEDED = 0.9;
const SECONDS = 400;

const args = process.argv.slice(2);
const jobsAt = args.indexOf('--jobs');
const jobs = jobsAt < 0 ? 2 : Number(args.splice(jobsAt, 2)[1]);
const secondsAt = args.indexOf('--seconds');
const until =
  secondsAt < 0 ? Number.POSITIVE_INFINITY : Date.now() + 1000 * Number(args.splice(secondsAt, 2)[1]);
const resultsAt = args.indexOf('--results');
const results = resultsAt < 0 ? null : args.splice(resultsAt, 2)[1];
const texts = (args[0] ?? '').split('|');
const known = readResults(results);
// What no scenario should find takes longest: all of them are asked.
const chosen = MUTANTS.filter(
  ({ name }) => texts.some((text) => name.includes(text)) && !known.has(name),
).sort((a, b) => Number(a.equivalent !== undefined) - Number(b.equivalent !== undefined));
const hints = lastFoundBy(join(top, 'docs/mutants.md'));
const cache = join(top, '.cache');
mkdirSync(cache, { recursive: true });

const names = namesBeside(built);

/** The source of a mutant, as JavaScript that tracks its state. */
async function mutated(mutant) {
  const { file, start, end, text } = changeOf(top, mutant);
  const source = readFileSync(join(top, file), 'utf8');
  const changed = source.slice(0, start) + text + source.slice(end);
  const { code } = await transformWithOxc(changed, file, { lang: 'ts' });
  const tracking = relative(dirname(file), 'src/explore/state/tracking.js');
  const trackingFrom = tracking.startsWith('.') ? tracking : `./${tracking}`;
  return instrument(code.replace(/(from\s+["'].*)\.ts(["'])/g, '$1.js$2'), file, trackingFrom, names);
}

/** What the scenarios say: the first thing that breaks, or null. */
function scenariosOver(root, baseline, hint) {
  const child = spawn(process.execPath, [check, root, baseline, ...(hint ? [hint] : [])], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const timer = setTimeout(() => child.kill(), SECONDS * 1000);
  let out = '';
  let errors = '';
  child.stdout.on('data', (data) => (out += data));
  child.stderr.on('data', (data) => (errors += data));
  return new Promise((done, failed) => {
    child.on('exit', (status, signal) => {
      clearTimeout(timer);
      if (status === 2) failed(new Error(errors));
      if (status === 0 || signal !== null) done(null);
      else done((out || errors).split('\n')[0]);
    });
  });
}

const work = mkdtempSync(join(cache, 'mutants-'));
const caught = [];
const missed = [];
try {
  const first = spawnSync(process.execPath, [check, built], { encoding: 'utf8', maxBuffer: 2 ** 26 });
  if (first.status !== 0) throw new Error(first.stderr);
  const baseline = join(work, 'baseline.json');
  writeFileSync(baseline, first.stdout);
  const queue = [...chosen];
  const worker = async (number) => {
    const root = join(work, `build-${number}`);
    cpSync(built, root, { recursive: true });
    for (let mutant = queue.shift(); mutant !== undefined && Date.now() < until; mutant = queue.shift()) {
      const path = join(root, changeOf(top, mutant).file.replace(/\.ts$/, '.js'));
      const before = readFileSync(path, 'utf8');
      let found;
      try {
        writeFileSync(path, await mutated(mutant));
        found = await scenariosOver(root, baseline, hints.get(mutant.name));
      } catch (error) {
        process.stdout.write(`BROKEN   ${error.message}\n`);
        process.exitCode = 1;
        continue;
      } finally {
        writeFileSync(path, before);
      }
      (found === null ? missed : caught).push(mutant);
      if (results !== null) appendFileSync(results, `${JSON.stringify({ name: mutant.name, found })}\n`);
      const word = found === null ? (mutant.equivalent ? 'same    ' : 'MISSED  ') : 'caught  ';
      process.stdout.write(
        `${word} ${mutant.name}${found === null ? '' : `\n         ${found.slice(0, 150)}`}\n`,
      );
    }
  };
  await Promise.all(Array.from({ length: jobs }, (_, i) => worker(i)));
} finally {
  rmSync(work, { recursive: true, force: true });
}
const wrong = caught.filter((mutant) => mutant.equivalent !== undefined);
for (const { name } of wrong) process.stdout.write(`not equivalent after all: ${name}\n`);
const judged = [...caught, ...missed];
const real = judged.filter((mutant) => mutant.equivalent === undefined);
const found = caught.filter((mutant) => mutant.equivalent === undefined).length;
process.stdout.write(
  `${found} of ${real.length} found; ${judged.length - real.length} are equivalent; ${chosen.length - judged.length} were not judged\n`,
);
if (results !== null) process.stdout.write(`\n${tableOf(MUTANTS, readResults(results))}\n`);
if (found < NEEDED * real.length || wrong.length > 0) process.exitCode = 1;
