// Each client alone, on each kernel: it runs to its end, no call fails that the kernel would not fail, and what was
// recorded replays without a difference.

import { join } from 'node:path';
import { judgeErrors, readCapture, replay, shim } from './captures.mjs';
import { clients } from './commands.mjs';
import { expect } from './harness.mjs';
import { crashed, run, tail } from './process.mjs';

export const KERNELS = ['next', '7.2'];
const ALL_KERNELS = ['next', '7.2', 'atomic-v4', '6.12'];

/** Without the library there is no device: a judge that is content then would be content always. */
export async function judgesAreAwake(suite, place) {
  for (const client of clients(place).filter((c) => ['panthor_query', 'vulkaninfo'].includes(c.name))) {
    if (place.lacking(client) !== '') continue;
    await suite.test(`${client.name} without the library is called a failure`, async () => {
      const r = await run(client.argv(undefined), {
        cwd: place.scratch,
        env: place.env,
        seconds: client.seconds,
      });
      const why = client.complaint(r);
      expect(why !== '', 'it was called a success', tail(r.stdout));
      return why;
    });
  }
}

/** `place` says where everything is: project, roots, preload libraries, scratch folder, uapi. */
export async function eachClient(suite, place) {
  for (const kernel of new Set([...KERNELS, ...ALL_KERNELS])) {
    for (const client of clients(place)) {
      if (!(place.everywhere ? ALL_KERNELS : (client.kernels ?? KERNELS)).includes(kernel)) continue;
      const name = `${client.name} on ${kernel}`;
      const lacks = place.lacking(client);
      if (lacks !== '') {
        suite.skip(`${name} is not run`, lacks);
        continue;
      }
      const capture = join(place.scratch, `${client.name}-${kernel}.ptcap`);
      let recorded = false;
      await suite.test(`${name} runs to its end`, async () => {
        client.build?.();
        const r = await onModel(place, client, ['--kernel', kernel, '--record', capture]);
        complain(client, r);
        const { records } = await readCapture(place, capture);
        recorded = true;
        const { calls, errors, unexplained } = judgeErrors(place, client.name, kernel, records);
        if (client.calls !== false) expect(calls > 0, 'the capture has no call: was the library loaded?');
        expect(unexplained.length === 0, 'errors that the kernel would not give', unexplained.join('\n'));
        return `${calls} calls, ${errors} with an error that the kernel gives too`;
      });
      await suite.test(`the capture of ${name} replays on every kernel`, async () => {
        if (!suite.list) expect(recorded, 'nothing was recorded');
        const reports = await Promise.all(ALL_KERNELS.map((k) => replay(place, capture, k, k === kernel)));
        const notes = ALL_KERNELS.map((k, i) => `${k} explains ${reports[i].explained.length}`);
        return notes.join(', ');
      });
    }
  }
}

/** Runs a client under `panthor-shim run` with these options. */
export function onModel(place, client, options) {
  const argv = client.argv(place.preload[client.architecture]);
  const root = client.asRoot ? ['unshare', '--map-root-user'] : [];
  return run([...root, ...shim(place, 'run', ...options, ...(client.options ?? []), '--', ...argv)], {
    cwd: place.scratch,
    env: place.env,
    seconds: client.seconds,
  });
}

/** Fails the test unless the client ran to its end on our device. */
export function complain(client, result) {
  const said = `${tail(result.stdout)}\n${tail(result.stderr)}`;
  const crash = crashed(result);
  expect(crash === '', crash, said);
  const why = client.complaint(result);
  expect(why === '', why, said);
}
