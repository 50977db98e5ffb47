/**
 * node test/innocent.mjs [SECONDS [KIND...]]: how long the calls of a client take that disturbs no one (it maps and unmaps
 * 1 MiB), beside clients that care for no one else (test/live/programs/beside.c) and, in turn with each, alone: what else the
 * machine does at that hour is not the server's affair. Nor is for how long the client or the
 * server could run and had no processor, which is taken off; with it, times are in brackets. Prints p50, p99 and the longest of all calls in
 * microseconds. Ends with 1 where the p99 beside a client is more than twice that of the turns alone, or
 * where a client's calls do not do what they should.
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
const NONE = ': >"$READY"';

const { seconds, kinds } = commandLine('innocent.mjs', 3);
const scratch = mkdtempSync(join(tmpdir(), 'panthor-innocent-'));

/** Calls of the innocent client, ns: without and with the time in which it had no processor. */
class Times {
  own = [];
  all = [];

  /** Has it run beside `other`: a shell command that makes the file $READY once it has begun. */
  take(beside, other) {
    const script = besideOther(other, `'${beside}' innocent ${seconds}`);
    const noted = join(TOP, 'test/server-thread.mjs');
    const args = [
      ...process.execArgv,
      '--import',
      noted,
      join(TOP, 'bin/panthor-shim'),
      'run',
      '--',
      'sh',
      '-c',
      script,
    ];
    const env = {
      ...process.env,
      READY: join(scratch, 'ready'),
      SERVER_THREAD: join(scratch, 'thread'),
      // One that looks again and lets others run meanwhile could always run: all its waits would be taken off.
      PANTHOR_SHIM_SPIN: '0',
    };
    const { stdout, stderr } = spawnSync(process.execPath, args, { maxBuffer: 1 << 26, env });
    // A client whose calls fail disturbs no one.
    if (/not so|beside:|returned/.test(stderr) || stdout.length === 0) {
      process.stderr.write(stderr);
      process.exitCode = 1;
    }
    const numbers = new BigUint64Array(new Uint8Array(stdout).buffer);
    for (let i = 0; i < numbers.length; i += 2) {
      // Both may have waited at once.
      this.own.push(Math.max(0, Number(numbers[i] - numbers[i + 1])));
      this.all.push(Number(numbers[i]));
    }
  }

  print(name, note = '') {
    const parts = [0.5, 0.99, 1].map((part) => `${quantile(this.own, part)} (${quantile(this.all, part)})`);
    const calls = `${String(this.own.length).padStart(6)} calls`;
    process.stdout.write(
      `${name.padEnd(16)} ${calls}: p50 ${parts[0]} p99 ${parts[1]} longest ${parts[2]}${note}\n`,
    );
  }
}

/** The `part` quantile of numbers, ns, in us. */
function quantile(numbers, part) {
  const sorted = Float64Array.from(numbers).sort();
  return Math.round(sorted[Math.floor((sorted.length - 1) * part)] / 100) / 10;
}

try {
  const beside = compiled('beside.c', scratch);
  for (const kind of kinds) {
    const [quiet, loud] = [new Times(), new Times()];
    const ratio = (of) => quantile(loud[of], 0.99) / quantile(quiet[of], 0.99);
    for (let i = 0; i < TURNS.most && (i < TURNS.least || ratio('own') > CLEARLY * LIMIT); i++) {
      quiet.take(beside, NONE);
      loud.take(beside, `'${beside}' ${kind} "$READY"`);
    }
    quiet.print('alone');
    const fails = !(ratio('own') <= LIMIT);
    const times = `, ${ratio('own').toFixed(2)} (${ratio('all').toFixed(2)}) times that`;
    loud.print(kind, `${times}${fails ? `: FAILED, more than ${LIMIT}` : ''}`);
    if (fails) process.exitCode = 1;
  }
} finally {
  rmSync(scratch, { recursive: true });
}
