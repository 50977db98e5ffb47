/** What a page of a large capture leaves out, and that it says so. */
import { execFileSync } from 'node:child_process';
import { createWriteStream, readFileSync, statSync } from 'node:fs';
import { finished } from 'node:stream/promises';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { openCapture } from '../../src/capture/reader.ts';
import { kernelFor } from '../../src/driver/kernels/for-capture.ts';
import { kernel } from '../../src/driver/kernels.ts';
import type { capturePage as CapturePage } from '../../src/page/capture-page.ts';
import { CaptureRecording } from '../../src/page/capture-recording.ts';
import type { DetailChunk } from '../../src/page/data.ts';
import { Details } from '../../src/page/details.ts';
import { program } from '../cli/program.ts';
import { LONG } from '../tooling/long.ts';
import { temporary } from './temporary.ts';

/** A capture of that many records. */
async function capture(records: number): Promise<string> {
  const { writeCapture } = await import('../../bench/capture-stream.mjs' as string);
  const path = temporary('large.ptcap');
  const file = createWriteStream(path);
  await writeCapture(file, records, 'ptcap');
  file.end();
  await finished(file);
  return path;
}

/** What a page says that it leaves out, and the numbers of its blocks of details. */
function leftOut(page: string): { said: string[]; blocks: number[] } {
  return {
    said: [...page.matchAll(/<p class="left">([^<]*)/g)].map(([, text]) => text),
    blocks: [...page.matchAll(/id="details-(\d+)"/g)].map(([, number]) => Number(number)),
  };
}

describe('a page of a large capture', () => {
  it('has details that are thinned evenly where they would be too large, and say how much is left', () => {
    const details = new Details(20_000);
    for (let i = 0; i < 40_000; i++) details.add(i, `call ${i} ${(i * 7919) % 10_007}`, [], null);
    const blocks = details.finish();
    expect(details.every).toBeGreaterThan(1);
    expect(blocks.reduce((sum, { gzip }) => sum + gzip.length, 0)).toBeLessThanOrEqual(20_000);
    expect(blocks.map(({ id }) => id)).toEqual(blocks.map((_, i) => `details-${i * details.every}`));
    const last = blocks.at(-1) as (typeof blocks)[0];
    const chunk = JSON.parse(gunzipSync(last.gzip).toString()) as DetailChunk;
    expect(chunk.calls[0]).toContain(`call ${chunk.first} `);
  });

  // Those of whole captures take seconds of processor time.
  it.each(LONG ? [4000] : [])(
    'of %d records has the text of an even part of the calls, and says so',
    async (records) => {
      const reader = await openCapture(await capture(records));
      const options = { kernel: kernel(kernelFor(reader.header).name), choice: null };
      const recording = new CaptureRecording(reader.header, options, 40_000);
      await reader.each((record) => recording.step(record));
      const { every } = recording.details;
      expect(every).toBeGreaterThan(1);
      // The page's code and styles stand beside what is built.
      const { capturePage } = (await import('../../dist/src/page/capture-page.js' as string)) as {
        capturePage: typeof CapturePage;
      };
      const { said, blocks } = leftOut(
        capturePage('large', reader.header, recording, 'panthor-shim vm large'),
      );
      expect(said).toEqual([expect.stringContaining(`1000 of every ${every * 1000} records`)]);
      expect(blocks).toEqual(Array.from({ length: Math.ceil(4 / every) }, (_, i) => i * every));
      expect(recording.history.mappings.length).toBeGreaterThan(700);
    },
  );

  it.each(LONG ? [501_000] : [])(
    'of %d records ends at 500,000, says so, and stays as small as it was',
    async (records) => {
      const [input, file] = [await capture(records), temporary('large.html')];
      execFileSync(process.execPath, [program, 'report', input, '-o', file], { stdio: 'ignore' });
      expect(statSync(file).size).toBeLessThan(17e6);
      const { said, blocks } = leftOut(readFileSync(file, 'utf8'));
      expect(said).toEqual([
        expect.stringContaining('The page ends with record 499999'),
        expect.stringMatching(/1000 of every \d+ records/),
      ]);
      expect(blocks.length).toBeGreaterThan(50);
    },
    600_000,
  );
});
