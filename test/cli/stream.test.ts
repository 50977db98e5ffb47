import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { LONG } from '../tooling/long.ts';

const bench = fileURLToPath(new URL('../../bench/fifo.mjs', import.meta.url));
const measure = (count: number, form: string) =>
  JSON.parse(execFileSync(process.execPath, [bench, '--json', `${count}`, form], { encoding: 'utf8' }));

it('a long stream is replayed from a FIFO as it is written, in memory that does not grow with it', () => {
  const short = measure(50_000, 'ptcap');
  const records = LONG ? 400_000 : 150_000;
  const long = measure(records, 'ptcap');
  expect(short).toMatchObject({ records: 50_000, divergences: 0 });
  expect(long).toMatchObject({ records, divergences: 0 });
  expect(long.peak_bytes).toBeLessThan(200e6);
  expect(long.peak_bytes - short.peak_bytes).toBeLessThan(60e6);
}, 120_000);
