/**
 * node test/innocent.mjs [SECONDS [KIND...]]: how long the calls of a client take that disturbs no one (it maps and unmaps
 * 1 MiB), beside clients that care for no one else (test/live/programs/beside.c) and, in turn with each, beside a process that
 * only computes: what the machine's cores cost is not the server's affair, nor what else it does at that hour. Prints p50, p99
 * and the longest of all calls in microseconds. Ends with 1 where the p99 beside a client is more than twice that of the turns beside
 * the computing process, or where a client's calls do not do what they should.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { besideOther, commandLine, compiled, TOP } from './beside.mjs';

/** Turns of SECONDS beside each, at least and at most: a kind that is clearly below the limit needs no more. */
const TURNS = { least: 2, most: 5 };
const CLEARLY = 0.8;
const LIMIT = 2;
const LOOP = '(: >"$READY"; while :; do :; done)';

const { seconds, kinds } = commandLine('innocent.mjs', 3);
const scratch = mkdtempSync(join(tmpdir(), 'panthor-innocent-'));

/** How long the innocent client's calls took beside `other`, ns: a shell command that makes the file $READY once it has begun. */
function samples(beside, other) {
  const script = besideOther(other, `'${beside}' innocent ${seconds}`);
  const args = [join(TOP, 'bin/panthor-shim'), 'run', '--', 'sh', '-c', script];
  const env = { ...process.env, READY: join(scratch, 'ready') };
  const { stdout, stderr } = spawnSync(process.execPath, args, { maxBuffer: 1 << 26, env });
  // A client whose calls fail disturbs no one.
  if (/not so|beside:|returned/.test(stderr) || stdout.length === 0) {
    process.stderr.write(stderr);
    process.exitCode = 1;
  }
  return Array.from(new BigUint64Array(new Uint8Array(stdout).buffer), Number);
}

/** The `part` quantile of numbers in order, ns, in us. */
function quantile(sorted, part) {
  return Math.round(sorted[Math.floor((sorted.length - 1) * part)] / 100) / 10;
}

function line(name, all, note = '') {
  const sorted = Float64Array.from(all).sort();
  const [p50, p99, longest] = [0.5, 0.99, 1].map((part) => quantile(sorted, part));
  process.stdout.write(
    `${name.padEnd(16)} ${String(all.length).padStart(6)} calls: p50 ${p50} p99 ${p99} longest ${longest}${note}\n`,
  );
}

const p99 = (all) => quantile(Float64Array.from(all).sort(), 0.99);

try {
  const beside = compiled('beside.c', scratch);
  line('alone', samples(beside, ': >"$READY"'));
  for (const kind of kinds) {
    const quiet = [];
    const loud = [];
    let ratio = Number.POSITIVE_INFINITY;
    for (let i = 0; i < TURNS.most && (i < TURNS.least || ratio > CLEARLY * LIMIT); i++) {
      quiet.push(...samples(beside, LOOP));
      loud.push(...samples(beside, `'${beside}' ${kind} "$READY"`));
      ratio = p99(loud) / p99(quiet);
    }
    line('beside a loop', quiet);
    const fails = !(ratio <= LIMIT);
    line(kind, loud, `, ${ratio.toFixed(2)} times that${fails ? `: FAILED, more than ${LIMIT}` : ''}`);
    if (fails) process.exitCode = 1;
  }
} finally {
  rmSync(scratch, { recursive: true });
}
