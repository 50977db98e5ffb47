// Faults on demand: what Mesa's Vulkan driver tells an application of them.

import { join } from 'node:path';
import { readCapture, replay } from './captures.mjs';
import { clients } from './commands.mjs';
import { expect } from './harness.mjs';
import { crashed, tail } from './process.mjs';
import { complain, onModel } from './suite-each.mjs';

const FAULTS = [
  ['vulkaninfo', 'BO_CREATE:ENOMEM@2', /vkCreateDevice failed with ERROR_OUT_OF_DEVICE_MEMORY/],
  ['vkmark', 'GROUP_SUBMIT:EINVAL@20', /ErrorDeviceLost/],
];

/** Waits that end as by a signal, and are made again: IGT's, since Mesa's find their fences signalled when no shader runs. */
const SIGNALS = 'interrupt%30,seed:1';

export async function injectedFaults(suite, place) {
  await interruptedWaits(suite, place);
  for (const [name, plan, said] of FAULTS) {
    const client = clients(place).find((one) => one.name === name);
    const lacks = place.lacking(client);
    if (lacks !== '') {
      suite.skip(`${name} with ${plan} is not run`, lacks);
      continue;
    }
    await suite.test(`${name} with ${plan} is told so`, async () => {
      const r = await onModel(place, client, ['--inject', plan]);
      const found = said.exec(r.stdout + r.stderr)?.[0];
      expect(found !== undefined, `it does not say ${said}`, `${tail(r.stdout)}\n${tail(r.stderr)}`);
      expect(!r.timedOut, crashed(r));
      return found;
    });
  }
}

async function interruptedWaits(suite, place) {
  const client = clients(place).find((one) => one.name === 'syncobj_wait');
  const name = `syncobj_wait with ${SIGNALS} runs to its end`;
  const lacks = place.lacking(client);
  if (lacks !== '') {
    suite.skip(`${name}: it is not run`, lacks);
    return;
  }
  await suite.test(name, async () => {
    client.build();
    const capture = join(place.scratch, 'syncobj-wait-interrupted.ptcap');
    complain(
      client,
      await onModel(place, client, ['--inject', SIGNALS, '--kernel', 'next', '--record', capture]),
    );
    const { records } = await readCapture(place, capture);
    const waits = records.filter((r) => r.ret === -1 && place.uapi.errno(r.errno) === 'EINTR').length;
    expect(waits > 0, 'no wait was interrupted');
    await replay(place, capture, 'next', true);
    return `${waits} waits were interrupted`;
  });
}
