// npm run abi: compares the tables of uapi/ with the kernel's headers, for each suite and architecture.
//
// Exit status: 0 all that could be checked agrees, 1 something differs. A header or compiler that cannot be had is one
// loud line and no failure; one that is there and cannot be used is a failure.

import { join } from 'node:path';
import { cacheFolder, fetchHeaders, findCompiler, suites, triplets } from './fetch.mjs';

const { checkAbi } = await import('../../dist/native-stubs/abi-probe/check.js').catch((error) => {
  process.stderr.write(`abi: the package is not built (npm run build): ${error.message}\n`);
  process.exit(2);
});
const { headerTables } = await import('../../dist/native-stubs/abi-probe/tables.js');

let failed = false;
const headers = await Promise.all(suites.map(fetchHeaders));
for (const [i, suite] of suites.entries()) {
  const { include, why } = headers[i];
  if (why !== '') {
    process.stderr.write(`ABI CHECK NOT RUN for ${suite}: ${why}\n`);
    continue;
  }
  for (const triplet of triplets) {
    const target = await findCompiler(triplet);
    if (target.why !== '') {
      process.stderr.write(`ABI CHECK NOT RUN for ${suite} on ${triplet}: ${target.why}\n`);
      continue;
    }
    failed = report(suite, triplet, include, target.compiler) || failed;
  }
}
process.exitCode = failed ? 1 : 0;

function report(suite, triplet, include, compiler) {
  let result;
  try {
    result = checkAbi(include, { triplet, compiler }, headerTables, join(cacheFolder, 'abi', 'work', suite));
  } catch (error) {
    process.stdout.write(`${suite} ${triplet}: FAILED: ${error.message}\n`);
    return true;
  }
  const { compared, versions, skipped, failures } = result;
  const verdict = failures.length === 0 ? 'agree' : `${failures.length} DIFFER`;
  process.stdout.write(`${suite} ${triplet}: ${compared} numbers, ${verdict} (${versions.join(', ')})\n`);
  // The same on every architecture: said once.
  if (triplet === triplets[0] && skipped.length > 0) {
    process.stdout.write(`  newer than these headers and skipped:\n    ${skipped.join('\n    ')}\n`);
  }
  for (const one of failures) process.stdout.write(`  ${one}\n`);
  return failures.length > 0;
}
