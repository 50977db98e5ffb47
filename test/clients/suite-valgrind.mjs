// The IGT binaries under memcheck: no error whose stack goes through our library, and no leak that it made.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { shim } from './captures.mjs';
import { clients, igtArgv } from './commands.mjs';
import { expect } from './harness.mjs';
import { IGT } from './igt-tests.mjs';
import { crashed, run, tail } from './process.mjs';

export async function underValgrind(suite, place) {
  for (const client of clients(place).filter((c) => c.name in IGT)) {
    const lacks = place.lacking({ ...client, needs: [...client.needs, 'valgrind'] });
    if (lacks !== '') {
      suite.skip(`${client.name} under valgrind is not run`, lacks);
      continue;
    }
    await suite.test(`${client.name} under valgrind: nothing to report in our library`, async () => {
      const xml = join(place.scratch, `${client.name}.xml`);
      const argv = valgrindArgv(place, xml, igtArgv(place, client.name, place.preload.amd64));
      const r = await run(shim(place, 'run', '--kernel', 'next', '--', ...argv), {
        cwd: place.scratch,
        env: { ...place.env, VALGRIND_LIB: join(place.roots.amd64, 'usr/libexec/valgrind') },
        seconds: 180,
      });
      expect(crashed(r) === '', crashed(r), tail(r.stderr));
      const why = client.complaint(r);
      expect(why === '', why, `${tail(r.stdout)}\n${tail(r.stderr)}`);
      const { ours, others } = reports(readFileSync(xml, 'utf8'), place.preload.amd64);
      expect(ours.length === 0, `${ours.length} reports in our library`, ours.slice(0, 3).join('\n\n'));
      return others > 0 ? `${others} reports in other code` : '';
    });
  }
}

/** sid's valgrind on sid's ld.so: the machine's own does not find the symbols of a newer ld.so. */
function valgrindArgv(place, xml, argv) {
  const root = place.roots.amd64;
  return [
    join(root, 'usr/lib64/ld-linux-x86-64.so.2'),
    '--library-path',
    join(root, 'usr/lib/x86_64-linux-gnu'),
    join(root, 'usr/bin/valgrind.bin'),
    '--tool=memcheck',
    '--leak-check=full',
    '--show-leak-kinds=definite,indirect',
    '--track-origins=yes',
    '--child-silent-after-fork=yes',
    `--extra-debuginfo-path=${join(root, 'usr/lib/debug')}`,
    '--xml=yes',
    `--xml-file=${xml}`,
    ...argv,
  ];
}

/** Errors of an XML report, apart by whether a frame of the first stack lies in our library. */
export function reports(xml, library) {
  const ours = [];
  let others = 0;
  for (const [, error] of xml.matchAll(/<error>([\s\S]*?)<\/error>/g)) {
    const stack = /<stack>([\s\S]*?)<\/stack>/.exec(error)?.[1] ?? '';
    if (!stack.includes(`<obj>${library}</obj>`)) {
      others++;
      continue;
    }
    const what = /<(?:text|what)>([^<]*)</.exec(error)?.[1] ?? '?';
    const frames = [...stack.matchAll(/<frame>([\s\S]*?)<\/frame>/g)].slice(0, 12).map(([, frame]) => {
      const get = (tag) => new RegExp(`<${tag}>([^<]*)<`).exec(frame)?.[1] ?? '';
      return `  ${get('fn') || get('ip')} (${get('file') ? `${get('file')}:${get('line')}` : get('obj')})`;
    });
    ours.push([what, ...frames].join('\n'));
  }
  return { ours, others };
}
