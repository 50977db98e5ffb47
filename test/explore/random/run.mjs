/** Random scenarios searched in every way: other ones each time, whose seed is printed. Status 1 where two ways disagree. */
import { spawnSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { fileURLToPath } from 'node:url';

const COUNT = 120;
const seed = randomInt(1 << 20);
const script = fileURLToPath(new URL('strategies.mjs', import.meta.url));
const args = [script, String(seed), String(COUNT), '6.12', 'atomic-v4', '6.18', '7.1', '7.2', '7.3'];
const r = spawnSync(process.execPath, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
const found = r.status === 0 ? JSON.parse(r.stdout) : null;
const says =
  found === null
    ? `exit status ${r.status ?? r.signal}`
    : `${found.alike} hold, ${found.broken} break, ${found.bounded} too large, ${found.differ.length} differ`;
process.stdout.write(`${COUNT} random scenarios (seed ${seed}): ${says}\n`);
if (found?.differ.length > 0) process.stdout.write(`${JSON.stringify(found.differ[0], null, 1)}\n`);
// Fewer than a third decided would say little.
const isEnough = found !== null && found.alike + found.broken > COUNT / 3;
process.exitCode = isEnough && found.differ.length === 0 ? 0 : 1;
