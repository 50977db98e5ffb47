// npm run test:package: packs the package, looks through the tarball, installs it into an empty project on each supported
// Node, and uses command and library there. It fetches those Nodes and what the package depends on.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findCompiler } from '../../native-stubs/abi-probe/fetch.mjs';
import { compilerFor } from '../../native-stubs/compile.mjs';
import { check, summary } from './checks.mjs';
import { checkContents, pack } from './pack.mjs';
import { root, run } from './tools.mjs';
import { checkUse } from './use.mjs';

const NODES = ['20.19', '22', '24'];

// The package holds libraries for both architectures: where the machine has no compiler for aarch64, Debian's is fetched.
const cross = await findCompiler('aarch64-linux-gnu');
if (cross.why !== '') {
  console.log(`1 skipped\n!!!!    ${cross.why}`);
  process.exit();
}
process.env.CC_aarch64 ??= cross.compiler;

const dir = mkdtempSync(join(tmpdir(), 'panthor-package-'));
try {
  let tarball = '';
  const client = join(dir, 'client');
  // The machine that packs has a compiler; who installs the package has none.
  run(compilerFor(process.arch === 'arm64' ? 'aarch64' : 'x86_64'), [
    '-o',
    client,
    join(root, 'test/package/client.c'),
  ]);
  await check('npm pack makes a tarball', () => {
    tarball = pack(dir);
    run('tar', ['-xzf', tarball, '-C', dir]);
  });
  if (tarball !== '') {
    await checkContents(tarball, join(dir, 'package'));
    for (const version of NODES) {
      const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, '.ci/nodes.mjs'), version], {
        encoding: 'utf8',
      });
      if (status === 0)
        await checkUse({
          tarball,
          client,
          node: join(stdout.trim(), 'node'),
          version,
          dir: join(dir, `on-${version}`),
        });
      // Status 3: the registry did not deliver it, which is no fault here (test/tooling/excuse.mjs).
      else if (status === 3) console.log(`1 skipped\n!!!!    not delivered: Node ${version}`);
      else await check(`Node ${version} can be had`, () => Promise.reject(new Error(stderr)));
    }
  }
} finally {
  if (process.env.KEEP === undefined) rmSync(dir, { recursive: true, force: true });
}
summary();
