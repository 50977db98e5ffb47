// Faults on demand: what Mesa's Vulkan driver tells an application of them.

import { clients } from './commands.mjs';
import { expect } from './harness.mjs';
import { crashed, tail } from './process.mjs';
import { onModel } from './suite-each.mjs';

const FAULTS = [
  ['vulkaninfo', 'BO_CREATE:ENOMEM@2', /vkCreateDevice failed with ERROR_OUT_OF_DEVICE_MEMORY/],
  ['vkmark', 'GROUP_SUBMIT:EINVAL@20', /ErrorDeviceLost/],
];

export async function injectedFaults(suite, place) {
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
