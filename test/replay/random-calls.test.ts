/**
 * Random calls of clients, as the drivers of 6.12.117 and 7.2.13 answered them (test/trees/calls): several operations in a VM_BIND,
 * of which some fail, syncs in any order, full pools, groups, objects of other devices. The model gives the same answers.
 */
import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { openCapture } from '../../src/capture/reader.ts';
import type { BoLayout } from '../../src/driver/gem/sg.ts';
import { kernelFor } from '../../src/driver/kernels/for-capture.ts';
import { kernel } from '../../src/driver/kernels.ts';
import { Replayer } from '../../src/replay/replayer.ts';

const folder = 'test/fixtures/calls';
/** `calls-SEED-LAYOUT-RELEASE.jsonl.gz` */
const files = readdirSync(folder).map((name) => [name, name.split('-')[2] as BoLayout] as const);

async function play(name: string, boLayout: BoLayout, release?: string): Promise<Replayer> {
  const capture = await openCapture(`${folder}/${name}`);
  const { header } = capture;
  const options = { kernel: kernel(release ?? kernelFor(header).name), boLayout, check: true };
  const replayer = new Replayer(header, options);
  await capture.each((record) => replayer.step(record));
  replayer.finish();
  return replayer;
}

describe('random calls', () => {
  it('are of every kind, and of both drivers', () => {
    expect(files.length).toBeGreaterThan(15);
    expect(new Set(files.map(([name]) => name.split('-')[3]))).toEqual(
      new Set(['6.12.117.jsonl.gz', '7.2.13.jsonl.gz']),
    );
  });

  it.each(files)('%s: are answered as the driver answered', async (name, layout) => {
    const { tally } = await play(name, layout);
    expect(tally.divergences.kept).toEqual([]);
    expect([tally.divergences.count, tally.followed.count, tally.explained.count]).toEqual([0, 0, 0]);
    expect(tally.ioctls.total).toBeGreaterThan(2);
  });

  it('are not on another kernel', async () => {
    const { tally } = await play('calls-20-contig2M-7.2.13.jsonl.gz', 'contig2M', '6.12');
    expect(tally.divergences.count).toBeGreaterThan(0);
  });
});
