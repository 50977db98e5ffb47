// How much slower clients are on the model than on Mesa's no-op shim, which answers inside the client's process.
// vulkaninfo is run under both. The IGT binaries are built for amd64 and open card0, the no-op shim is for arm64 and
// has no card0: what is compared is their requests, made again under both by one program.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { arm64Argv, peerPreload } from './arm64.mjs';
import { readCapture, shim } from './captures.mjs';
import { clients } from './commands.mjs';
import { compileBoth } from './compile.mjs';
import { expect } from './harness.mjs';
import { IGT } from './igt-tests.mjs';
import { run, tail } from './process.mjs';
import { onModel } from './suite-each.mjs';

const RUNS = 7;

/** Markdown rows: what, no-op shim, panthor-shim, ratio. */
export async function slowdown(place) {
  const rows = [['what', 'no-op shim', 'panthor-shim', 'slowdown']];
  const info = clients(place).find((c) => c.name === 'vulkaninfo');
  const peerInfo = info.argv(peerPreload(place), { PAN_GPU_ID: 'a867' });
  const theirs = median(await times(place, peerInfo, (argv) => argv));
  const ours = median(
    await times(place, info.argv(place.preload.arm64), (argv) => shim(place, 'run', '--', ...argv)),
  );
  rows.push(['vulkaninfo --summary, whole process', ms(theirs), ms(ours), ratio(ours, theirs)]);

  const list = join(place.scratch, 'igt-calls');
  writeFileSync(list, await igtCalls(place));
  const program = compileBoth(place, join(place.project, 'test/clients/peer/peer-calls.c')).arm64;
  const render = ['/dev/dri/renderD128', 'time'];
  const peerCalls = await timed(
    place,
    list,
    arm64Argv(place, program, render, peerPreload(place), { PAN_GPU_ID: 'a867' }),
  );
  const ourArgv = arm64Argv(place, program, render, place.preload.arm64);
  const ourCalls = await timed(place, list, ourArgv, (argv) => shim(place, 'run', '--', ...argv));
  const what = `the ${ourCalls.calls} accepted calls of the 23 IGT subtests`;
  rows.push([what, ms(peerCalls.ns), ms(ourCalls.ns), ratio(ourCalls.ns, peerCalls.ns)]);
  return rows
    .map((row) => `| ${row.join(' | ')} |`)
    .join('\n')
    .replace('\n', '\n|---|---|---|---|\n');
}

/** Wall times in ns of the runs of a command; those on the model are timed inside one `run`, without its start. */
async function times(place, argv, wrap) {
  const script =
    `i=0; while [ $i -lt ${RUNS} ]; do s=$(date +%s%N); "$@" >/dev/null 2>&1 || exit 1; ` +
    'e=$(date +%s%N); echo $((e - s)); i=$((i + 1)); done';
  const r = await run(wrap(['/bin/sh', '-c', script, 'sh', ...argv]), { env: place.env, seconds: 120 });
  expect(r.status === 0, `${argv.at(-2)} ended with status ${r.status}`, tail(r.stderr));
  return r.stdout.trim().split('\n').map(Number);
}

async function timed(place, list, argv, wrap = (a) => a) {
  const all = [];
  let calls = 0;
  for (let i = 0; i < RUNS; i++) {
    const command = wrap(['/bin/sh', '-c', 'exec "$@" < "$0"', list, ...argv]);
    const r = await run(command, { env: place.env, seconds: 120 });
    const m = /^(\d+) calls (\d+) ns$/m.exec(r.stdout);
    expect(m !== null, `no time was printed (status ${r.status})`, tail(r.stderr));
    calls = Number(m[1]);
    all.push(Number(m[2]));
  }
  return { calls, ns: median(all) };
}

/** The ioctls of the four binaries as a list for peer-calls.c, a row for each open file. */
async function igtCalls(place) {
  const rows = new Map();
  for (const client of clients(place).filter((c) => c.name in IGT)) {
    const capture = join(place.scratch, `${client.name}-slowdown.ptcap`);
    const r = await onModel(place, client, ['--record', capture]);
    expect(client.complaint(r) === '', `${client.name}: ${client.complaint(r)}`, tail(r.stderr));
    for (const record of (await readCapture(place, capture)).records) {
      // A call that the kernel refuses, such as the offset of an unknown handle, may end the no-op shim's process.
      if (record.type !== 'ioctl' || record.ret !== 0) continue;
      const key = `${client.name} ${record.fd}`;
      rows.set(key, [...(rows.get(key) ?? []), line(record)]);
    }
  }
  return [...rows.values()]
    .flatMap((lines, n) => [`row ${n}`, ...lines])
    .join('\n')
    .concat('\n');
}

/** A recorded ioctl as peer-calls.c reads it: where the client's pointers were, pointers to the same bytes. */
export function line(record) {
  const bytes = Buffer.from(record.arg_in, 'hex');
  const buffers = record.buffers.map((b) => ({
    addr: BigInt(b.addr),
    bytes: Buffer.from(b.in ?? b.out ?? '', 'hex'),
  }));
  const pointers = (data, token) => {
    const found = [];
    for (let at = 0; at + 8 <= data.length; at += 8) {
      const b = buffers.findIndex((one) => one.addr === data.readBigUInt64LE(at));
      if (b >= 0) found.push(token(at, b));
    }
    return found;
  };
  return [
    'setup',
    BigInt(record.request).toString(16),
    record.arg_in || '-',
    ...buffers.map((b) => `b=${b.bytes.toString('hex')}`),
    ...pointers(bytes, (at, b) => `p=${at}:${b}`),
    ...buffers.flatMap((one, a) => pointers(one.bytes, (at, b) => `q=${a}:${at}:${b}`)),
  ].join(' ');
}

const median = (list) => list.toSorted((a, b) => a - b)[list.length >> 1];
const ms = (ns) => `${(ns / 1e6).toFixed(ns < 1e7 ? 2 : 0)} ms`;
const ratio = (a, b) => `${(a / b).toFixed(1)}×`;
