/** The walks that a page shows are those of the page tables, at any address of a mapping and at any record of its life. */
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { openCapture } from '../../src/capture/reader.ts';
import { BO_LAYOUTS, type BoLayout } from '../../src/driver/gem/sg.ts';
import { kernelFor } from '../../src/driver/kernels/for-capture.ts';
import { kernel } from '../../src/driver/kernels.ts';
import { startLevel } from '../../src/hw/vmsa.ts';
import { type WalkStep, walk } from '../../src/hw/walker.ts';
import { CaptureRecording } from '../../src/page/capture-recording.ts';
import type { DetailChunk } from '../../src/page/data.ts';
import { Details } from '../../src/page/details.ts';
import { walksOf } from '../../src/page/walk-recorder.ts';
import { type Walked, walkIn } from '../../src/page/walks.ts';
import { Replayer } from '../../src/replay/replayer.ts';
import { clientVms } from '../../src/replay/snapshot.ts';
import { sampled } from '../tooling/long.ts';

const captures = 'test/fixtures/captures';
const names = ['zink-sparse-buffer-commit', 'vulkan-sparse', 'zink-sparse-buffer-basic', 'vulkaninfo'];

interface Compared {
  /** Walks that the page has and the page tables have alike, or not, and those that the page does not have. */
  same: number;
  other: string[];
  missing: number;
}

/** Asks the page for an address of every mapping after every record, and the page tables of another replay for the same. */
async function compare(name: string, boLayout: BoLayout): Promise<Compared> {
  const path = `${captures}/${name}.jsonl.gz`;
  const capture = await openCapture(path);
  const { header } = capture;
  const options = { kernel: kernel(kernelFor(header).name), choice: null, boLayout };
  const recording = new CaptureRecording(header, options);
  await capture.each((record) => recording.step(record));
  const chunks = recording.details
    .finish()
    .map(({ gzip }) => JSON.parse(`${gunzipSync(gzip)}`) as DetailChunk);
  const { mappings } = recording.history;
  const replayer = new Replayer(header, options);
  const compared: Compared = { same: 0, other: [], missing: 0 };
  let chosen = 1;
  await (await openCapture(path)).each((record) => {
    replayer.step(record);
    const vms = new Map(clientVms(replayer.model).map(({ vm }) => [vm.uid, vm]));
    mappings.forEach(({ vm: { uid }, va, size, object, mapped, removed }, row) => {
      const vm = vms.get(uid);
      if (vm === undefined || mapped.record > record.index) return;
      if (removed !== null && removed.record <= record.index) return;
      chosen = (chosen * 48_271) % 0x7fffffff;
      const at = va + ((chosen * 0x1000) % size);
      const chunk = chunks.find(({ first, calls }) => mapped.record - first < calls.length);
      const mapping = { va, size, sparse: object === null };
      const found = walkIn(chunk as DetailChunk, row, mapping, at, startLevel(vm.pgtable.vaBits));
      if (found === null) {
        compared.missing++;
        return;
      }
      const steps: WalkStep[] = [];
      walk(replayer.model.device.machine.memory, vm.pgtable.ttbr, vm.pgtable.vaBits, at, steps);
      const { lo, hi } = steps[steps.length - 1];
      const real = { tables: steps.map(({ pa, index }) => pa - index * 8), lo: lo >>> 0, hi: hi >>> 0 };
      if (JSON.stringify(real) === JSON.stringify(found)) compared.same++;
      else compared.other.push(`record ${record.index}, mapping ${row} at ${at.toString(16)}`);
    });
  });
  return compared;
}

describe('walks of a page', () => {
  it.each(sampled(names, 4))('%s: all are there, and are the page tables’ own', async (name) => {
    const { same, other, missing } = await compare(name, 'contig2M');
    expect(other).toEqual([]);
    expect(missing).toBe(0);
    expect(same).toBeGreaterThan(300);
  });

  it.each(sampled(BO_LAYOUTS.slice(1), 4))(
    'are not there rather than wrong where objects lie in pieces (%s)',
    async (layout) => {
      const { same, other } = await compare('vulkan-sparse', layout);
      expect(other).toEqual([]);
      expect(same).toBeGreaterThan(100);
    },
  );

  it('end where tables or pages no longer lie one after another', () => {
    const mapping = { va: 0x1ff000, size: 0x403000, sparse: false };
    const tables = (last: number): number[] => [0x1000, 0x2000, 0x3000, last];
    /** Region 1 has its table elsewhere, region 2 a last page elsewhere. */
    const walkOf = (va: number): Walked => {
      const region = Math.floor(va / 0x200000);
      const lo = 0x40000000 + va + (va === 0x601000 ? 0x1000 : 0) + 0x743;
      return { tables: tables([0x8000, 0x5000, 0x6000, 0x7000][region]), lo, hi: 0x600000 };
    };
    const { spans, regions } = walksOf(walkOf, mapping, 0);
    expect(spans.map(({ region }) => region)).toEqual([0, 1]);
    expect(regions).toBe(3);
  });

  it('are those of 512 regions at most, and 64 at most where none follows from the one before', () => {
    const mapping = { va: 0, size: 2000 * 0x200000, sparse: false };
    const alike = (va: number): Walked => ({
      tables: [0x1000, 0x2000, 0x3000, 0x100000 + Math.floor(va / 0x200000) * 0x1000],
      lo: 0x40000000 + (va % 2 ** 30) + 0x743,
      hi: 0x600000 + Math.floor(va / 2 ** 30),
    });
    /** Tables that lie backwards. */
    const apart = (va: number): Walked => {
      const { tables, ...rest } = alike(va);
      return { tables: [...tables.slice(0, 3), 0x80000000 - tables[3]], ...rest };
    };
    const together = walksOf(alike, { ...mapping, size: 500 * 0x200000 }, 0);
    expect([together.spans.length, together.regions]).toEqual([1, 500]);
    const block = (va: number): Walked => ({
      tables: [0x1000, 0x2000, 0x3000],
      lo: (((va - (va % 0x200000)) % 2 ** 32) | 0x741) >>> 0,
      hi: Math.floor(va / 2 ** 32),
    });
    expect(walksOf(block, mapping, 0).regions).toBe(512);
    expect(walksOf(block, mapping, 0, 0)).toMatchObject({ spans: { length: 1 }, regions: 0 });
    const { spans, regions } = walksOf(apart, mapping, 0);
    expect(spans.map(({ region }) => region)).toEqual(Array.from({ length: 64 }, (_, i) => i));
    expect(regions).toBe(64);
  });

  it('are no more on the page than were looked at', () => {
    const details = new Details();
    details.add(0, 'VM_BIND', [], null);
    const walked = { tables: [0x1000], lo: 1, hi: 0 };
    details.walk(0, 3, { spans: [{ region: 0, walked }], regions: 2 });
    details.walk(1, 1, { spans: [{ region: 0, walked }], regions: 1 });
    details.walk(2, 1, { spans: [{ region: 0, walked }], regions: 0 });
    const [chunk] = details.finish().map(({ gzip }) => JSON.parse(`${gunzipSync(gzip)}`) as DetailChunk);
    const of = (row: number, va: number, size: number) =>
      walkIn(chunk, row, { va, size, sparse: false }, va + size - 0x1000, 3);
    expect(chunk.walks).toHaveLength(3);
    expect(chunk.spans).toEqual({ 0: [2], 2: [0] });
    expect(of(0, 0, 0x400000)).not.toBeNull();
    expect(of(0, 0, 0x600000)).toBeNull();
    expect(of(1, 0, 0x2000)).not.toBeNull();
    expect(of(2, 0, 0x2000)).toBeNull();
  });
});
