/**
 * node test/pauses.mjs [SECONDS [KIND...]]: how long the server does something else before it looks who has asked for something,
 * beside clients that care for no one else (test/live/programs/beside.c), in processor time of its thread: the part of what
 * test/innocent.mjs measures that is the server's own, and that does not depend on what else the machine does. What V8 does on
 * other threads meanwhile is not in it. Prints how long what is asked for at any moment of that time has to wait, in microseconds.
 * Ends with 1 where one in a hundred waits more than two milliseconds.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { besideOther, commandLine, compiled, TOP } from './beside.mjs';

/** p99, us. */
const LIMIT = 2000;
/** What V8 compiles and the server's stores grow by once is not looked at, s. */
const WARM_UP = 1;
const { seconds, kinds } = commandLine('pauses.mjs', 5);
const scratch = mkdtempSync(join(tmpdir(), 'panthor-pauses-'));

/** The pauses beside `kind`, ns, shortest first. */
function pauses(beside, probe, kind) {
  const script = besideOther(
    `'${beside}' ${kind} "$READY"`,
    `'${beside}' innocent ${seconds + WARM_UP} >/dev/null`,
  );
  const out = join(scratch, 'pauses');
  const args = ['--import', join(TOP, 'test/pauses-probe.mjs'), join(TOP, 'bin/panthor-shim'), 'run', '--'];
  const { stderr } = spawnSync(process.execPath, [...args, 'sh', '-c', script], {
    encoding: 'utf8',
    env: {
      ...process.env,
      PANTHOR_SHIM_PROBE: probe,
      PANTHOR_SHIM_PROBE_OUT: out,
      PANTHOR_SHIM_PROBE_SECONDS: String(seconds),
      READY: join(scratch, 'ready'),
    },
  });
  if (/not so|beside:|returned/.test(stderr)) {
    process.stderr.write(stderr);
    process.exitCode = 1;
  }
  return new Float64Array(new Uint8Array(readFileSync(out)).buffer).sort();
}

/** How long at most all but `part` of what is asked for at any moment waits, us: it comes within a pause, and waits for its end. */
function waitOf(sorted, part) {
  const sum = sorted.reduce((all, one) => all + one, 0);
  let longer = 0;
  for (let i = sorted.length - 1; i > 0; i--) {
    longer += sorted[i];
    const count = sorted.length - i;
    // Moments that have more than `left` before them: the sum of what is beyond it in each longer pause.
    const left = (longer - part * sum) / count;
    if (left >= sorted[i - 1]) return left / 1000;
  }
  return 0;
}

try {
  const beside = compiled('beside.c', scratch);
  const probe = compiled('thread-time.c', scratch, [
    '-shared',
    '-fPIC',
    `-I${join(TOP, 'native-stubs/server')}`,
  ]);
  for (const kind of kinds) {
    const all = pauses(beside, probe, kind);
    const [p50, p99, p999] = [0.5, 0.01, 0.001].map((part) => Math.round(waitOf(all, part)));
    const busy = all.reduce((sum, one) => sum + one, 0) / 1e9;
    const longest = Math.round((all.at(-1) ?? 0) / 1000);
    const fails = !(p99 <= LIMIT);
    process.stdout.write(
      `${kind.padEnd(16)} ${busy.toFixed(1)} s: p50 ${p50} p99 ${p99} p99.9 ${p999} longest ${longest}${fails ? ` FAILED: more than ${LIMIT}` : ''}\n`,
    );
    if (fails) process.exitCode = 1;
  }
} finally {
  rmSync(scratch, { recursive: true });
}
