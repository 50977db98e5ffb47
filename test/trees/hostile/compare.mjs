/** Random operations played on a tree, and what came out on the model: each of several thousand a run, other ones each time. */
import { randomInt } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from '../../clients/harness.mjs';
import { FIXED, fixedStreams } from './fixed.mjs';
import { streams } from './streams.mjs';

const STREAMS = 700;

/** `shim` runs the program; `seed` says the streams again, and is printed. */
export async function hostile(suite, shim, tree, dir, scratch, seed = randomInt(1 << 20)) {
  await suite.test(
    `${tree.name}: ${STREAMS} streams of random operations (seed ${seed}) are the model's`,
    () => {
      const [asked, played] = ['asked', 'played'].map((what) => join(scratch, `${what}-${tree.name}.jsonl`));
      writeFileSync(
        asked,
        `${[...fixedStreams(), ...streams(STREAMS, seed, tree.like === '6.12')].join('\n')}\n`,
      );
      const emitted = shim('conform', '--tree', dir, '--emit', played, asked);
      expect(emitted.status === 0, `exit status ${emitted.status ?? emitted.signal}`, emitted.stderr);
      const kernel = tree.name === '6.12-old' ? '6.12.95' : tree.like;
      const r = shim('conform', '--json', '--kernel', kernel, played);
      const { passed, ops, failures } = JSON.parse(r.stdout);
      const all = FIXED + STREAMS;
      expect(passed === all, `${passed} of ${all} streams`, JSON.stringify(failures[0]));
      return `${ops} operations`;
    },
  );
}
