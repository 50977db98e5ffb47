/**
 * How long an ioctl takes on the model, beside a C server that only echoes over the same kind of socket: the floor that
 * waking another process and coming back sets on this machine. Both are measured in turns, in one run.
 *
 *   node native-stubs/latency/latency.mjs [--json] [--rounds 7] [--count 10000]
 */
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { compilerFor, WARNINGS } from '../compile.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const program = join(here, '../../bin/panthor-shim');
const hostArch = process.arch === 'arm64' ? 'aarch64' : 'x86_64';

/** Bytes of a VM_BIND of one operation and of its reply, as native-stubs/wire.h lays them out. */
const REQUEST_BYTES = 152;
const REPLY_BYTES = 72;

const { values } = parseArgs({
  options: {
    json: { type: 'boolean' },
    rounds: { type: 'string', default: '7' },
    count: { type: 'string', default: '10000' },
  },
});

function compile(name, dir) {
  const compiler = compilerFor(hostArch);
  if (compiler === null) throw new Error('a C compiler is needed');
  const out = join(dir, name);
  const source = join(here, `${name}.c`);
  execFileSync(compiler, ['-std=c11', '-D_GNU_SOURCE', '-O2', ...WARNINGS, '-o', out, source]);
  return out;
}

/** "NAME P50 P99" lines, in ns. */
function samples(text) {
  return Object.fromEntries(
    text
      .trim()
      .split('\n')
      .map((line) => {
        const [name, p50, p99] = line.split(' ');
        return [name, { p50: Number(p50), p99: Number(p99) }];
      }),
  );
}

async function echo(path, dir) {
  const socket = join(dir, 'socket');
  rmSync(socket, { force: true });
  const sizes = [String(REQUEST_BYTES), String(REPLY_BYTES)];
  const server = spawn(path, ['server', socket, ...sizes], { stdio: 'inherit' });
  try {
    return samples(execFileSync(path, ['client', socket, ...sizes, values.count], { encoding: 'utf8' }));
  } finally {
    server.kill();
  }
}

function model(path) {
  // The primary node: which number it has is the shim's choice, and the shell finds it.
  const script = 'for node in /dev/dri/renderD*; do :; done; exec "$0" "$node" "$1"';
  const command = ['run', '--', 'sh', '-c', script, path, values.count];
  return samples(execFileSync(process.execPath, [program, ...command], { encoding: 'utf8' }));
}

const median = (numbers) => numbers.sort((a, b) => a - b)[Math.floor(numbers.length / 2)];
const us = (ns) => (ns / 1000).toFixed(1);

if (!existsSync(join(here, '../../dist')))
  throw new Error('`npm run build` and `npm run build:native` come first');
const dir = mkdtempSync(join(tmpdir(), 'panthor-latency-'));
try {
  const echoPath = compile('echo', dir);
  const clientPath = compile('roundtrip', dir);
  const rounds = [];
  for (let i = 0; i < Number(values.rounds); i++) {
    const one = { ...(await echo(echoPath, dir)), ...model(clientPath) };
    rounds.push(one);
    if (process.stderr.isTTY) process.stderr.write(`round ${i + 1} of ${values.rounds}\r`);
  }
  const rows = ['echo', 'DEV_QUERY', 'VM_BIND'].map((name) => ({
    name,
    p50_ns: median(rounds.map((round) => round[name].p50)),
    p99_ns: median(rounds.map((round) => round[name].p99)),
    // Round by round, because a machine is not as fast in one minute as in the next.
    ratio: median(rounds.map((round) => round[name].p50 / round.echo.p50)),
  }));
  if (values.json) {
    process.stdout.write(`${JSON.stringify({ rounds: rounds.length, count: Number(values.count), rows })}\n`);
  } else {
    process.stdout.write('round trip                p50        p99   p50 / echo\n');
    for (const { name, p50_ns, p99_ns, ratio } of rows) {
      const label = name === 'echo' ? 'C echo server' : name === 'VM_BIND' ? 'VM_BIND of one page' : name;
      const cells = [
        `${us(p50_ns)} us`.padStart(10),
        `${us(p99_ns)} us`.padStart(11),
        ratio.toFixed(2).padStart(8),
      ];
      process.stdout.write(`${label.padEnd(20)}${cells.join('')}\n`);
    }
  }
} finally {
  rmSync(dir, { recursive: true, force: true });
}
