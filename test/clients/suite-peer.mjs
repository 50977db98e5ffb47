// The comparison with Mesa's no-op shim: one program makes the same calls under both, and under ours for both
// architectures. Ours must answer as the source of the kernel says, and the table in docs/ must be what comes out.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { arm64Argv, peerPreload } from './arm64.mjs';
import { shim } from './captures.mjs';
import { compileBoth } from './compile.mjs';
import { expect } from './harness.mjs';
import { CALLS } from './peer/calls.mjs';
import { answers, compile } from './peer/script.mjs';
import { table } from './peer/table.mjs';
import { run, tail } from './process.mjs';

const KERNEL = '7.2';
const DOCUMENT = 'docs/peer-comparison.md';

export async function peerComparison(suite, place) {
  const results = {};
  for (const architecture of ['amd64', 'arm64']) {
    const lacks = place.lacking({ needs: architecture === 'arm64' ? ['vulkan', 'qemu'] : [], architecture });
    if (lacks !== '') {
      suite.skip(`the ${CALLS.length} calls of the comparison are not made on ${architecture}`, lacks);
      continue;
    }
    await suite.test(
      `${CALLS.length} calls are answered as the kernel's source says, ${architecture} client`,
      async () => {
        results[architecture] = await ours(place, architecture);
        const wrong = CALLS.flatMap((row, i) =>
          results[architecture][i] === row.kernel
            ? []
            : [`${row.section}: ${row.what}: ${results[architecture][i]}, not ${row.kernel} (${row.source})`],
        );
        expect(wrong.length === 0, `${wrong.length} of ${CALLS.length} answers differ`, wrong.join('\n'));
      },
    );
  }
  const lacks = place.lacking({ needs: ['peer', 'qemu'], architecture: 'arm64' });
  if (lacks !== '') {
    suite.skip('the no-op shim is not compared with', lacks);
    return;
  }
  await suite.test(`${DOCUMENT} is what the comparison prints`, async () => {
    expect(results.arm64 !== undefined, 'our own answers are missing');
    const text = table(CALLS, await peers(place), results.arm64);
    place.print?.(text);
    const document = join(place.project, DOCUMENT);
    let now = '';
    try {
      now = readFileSync(document, 'utf8');
    } catch {
      // not written yet
    }
    const out = `${DOCUMENT} is out of date: npm run --silent peer-comparison > ${DOCUMENT}`;
    expect(now === text || place.print !== undefined, out);
  });
}

async function ours(place, architecture) {
  const program = compileBoth(place, join(place.project, 'test/clients/peer/peer-calls.c'))[architecture];
  const preload = place.preload[architecture];
  expect(program !== undefined, `no compiler for ${architecture}`);
  const list = join(place.scratch, `calls-${architecture}`);
  writeFileSync(list, compile(CALLS, place.uapi));
  const argv = architecture === 'amd64' ? [program] : arm64Argv(place, program, [], preload);
  const command = ['/bin/sh', '-c', 'exec "$@" < "$0"', list, ...argv];
  const r = await run(shim(place, 'run', '--kernel', KERNEL, '--', ...command), {
    env: place.env,
    seconds: 120,
  });
  expect(r.status === 0, `status ${r.status}`, tail(r.stderr));
  return answers(CALLS, r.stdout, place.uapi);
}

async function peers(place) {
  const program = compileBoth(place, join(place.project, 'test/clients/peer/peer-calls.c')).arm64;
  const list = join(place.scratch, 'calls-peer');
  writeFileSync(list, compile(CALLS, place.uapi));
  const argv = arm64Argv(place, program, [], peerPreload(place), { PAN_GPU_ID: 'a867' });
  const r = await run(['/bin/sh', '-c', 'exec "$@" < "$0"', list, ...argv], { env: place.env, seconds: 120 });
  expect(r.status === 0, `status ${r.status}`, tail(r.stderr));
  return answers(CALLS, r.stdout, place.uapi);
}
