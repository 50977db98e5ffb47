// The calls of Mesa's clients by both ways to the model. The clients themselves run under qemu-user, which can only
// preload: what they asked is asked again by a program of this machine, once with the library and once behind the door.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readCapture, replay, shim } from './captures.mjs';
import { clients } from './commands.mjs';
import { compileBoth } from './compile.mjs';
import { expect } from './harness.mjs';
import { run, tail } from './process.mjs';
import { line } from './slowdown.mjs';
import { complain, onModel } from './suite-each.mjs';

const NAMES = ['vulkaninfo', 'eglinfo'];
const KERNELS = ['6.12', 'next'];
/** Waits: their deadlines have passed when they are made again. */
const WAITS = /^SYNCOBJ_(TIMELINE_)?WAIT$/;
const LAST_DEADLINE = Buffer.from('ffffffffffffff7f', 'hex');

export async function bothDoors(suite, place) {
  for (const kernel of KERNELS) {
    for (const client of clients(place).filter((one) => NAMES.includes(one.name))) {
      const name = `the calls of ${client.name} by library and door, on ${kernel}`;
      const lacks = place.lacking(client);
      if (lacks !== '') suite.skip(`${name}, are not compared`, lacks);
      else await suite.test(name, () => compare(place, client, kernel));
    }
  }
}

async function compare(place, client, kernel) {
  const original = join(place.scratch, `${client.name}-${kernel}-doors.ptcap`);
  complain(client, await onModel(place, client, ['--kernel', kernel, '--record', original]));
  const list = join(place.scratch, `${client.name}-${kernel}-calls`);
  writeFileSync(list, requests(place, (await readCapture(place, original)).records));
  const host = process.arch === 'arm64' ? 'arm64' : 'amd64';
  const program = compileBoth(place, join(place.project, 'test/clients/peer/peer-calls.c'))[host];
  const answers = {};
  for (const door of ['preload', 'seccomp']) {
    const capture = join(place.scratch, `${client.name}-${kernel}-${door}.ptcap`);
    const options = ['--kernel', kernel, '--door', door, '--record', capture];
    const command = ['/bin/sh', '-c', 'exec "$@" < "$0"', list, program, '/dev/dri/renderD128', 'time'];
    const r = await run(shim(place, 'run', ...options, '--', ...command), { env: place.env, seconds: 60 });
    expect(r.status === 0, `status ${r.status} with --door ${door}`, tail(r.stderr));
    await replay(place, capture, kernel, true);
    answers[door] = (await readCapture(place, capture)).records.filter(isCall).map(essence);
  }
  const { preload, seccomp } = answers;
  expect(preload.length > 40, `${preload.length} calls: too few to say anything`);
  const at = preload.findIndex((one, i) => one !== seccomp[i]);
  expect(at < 0, `call ${at} differs`, `library ${preload[at]}\ndoor    ${seccomp[at]}`);
  expect(
    preload.length === seccomp.length,
    `${preload.length} calls with the library, ${seccomp.length} behind`,
  );
  return `${preload.length} calls alike, ${preload.filter((one) => !one.endsWith(' 0')).length} of them refused`;
}

const isCall = (record) => record.type === 'ioctl';

/** What does not depend on where memory lies: the argument after the call has its pointers taken out. */
function essence({ request, ret, errno, arg_out: argument, buffers }) {
  const bytes = Buffer.from(argument ?? '', 'hex');
  const addresses = new Set(buffers.map(({ addr }) => BigInt(addr)));
  for (let at = 0; at + 8 <= bytes.length; at += 8) {
    if (addresses.has(bytes.readBigUInt64LE(at))) bytes.fill(0, at, at + 8);
  }
  return `${request} ${bytes.toString('hex')} ${errno ?? ''} ${ret}`;
}

/** A list for peer-calls.c: the calls of each open file. Waits last as long as they have to. */
function requests(place, records) {
  const rows = new Map();
  for (const record of records) {
    if (record.type !== 'ioctl' || record.fd >= 1 << 20) continue;
    const name = place.uapi.requestName(Number(record.request));
    const row = rows.get(record.fd) ?? [];
    rows.set(record.fd, row);
    row.push(line(WAITS.test(name) ? withoutDeadline(record, name) : record));
  }
  return [...rows.values()]
    .flatMap((lines, n) => [`row ${n}`, ...lines])
    .concat('')
    .join('\n');
}

/** timeout_nsec of drm_syncobj_wait and drm_syncobj_timeline_wait: behind one pointer or two. */
function withoutDeadline(record, name) {
  const bytes = Buffer.from(record.arg_in, 'hex');
  LAST_DEADLINE.copy(bytes, name === 'SYNCOBJ_WAIT' ? 8 : 16);
  return { ...record, arg_in: bytes.toString('hex') };
}
