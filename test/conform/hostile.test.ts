/**
 * Random operations that trees of 6.12.117 and 7.2.13 played (test/trees/hostile). Among them are a GPU whose width of
 * physical addresses no page table can have, operations on destroyed VMs, and an empty VMA behind the one that an unmap cuts.
 */
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { ModelRunner } from '../../src/conform/model.ts';
import type { StreamOp } from '../../src/conform/op-fields.ts';
import { checkStream, readStreams } from '../../src/conform/stream.ts';
import { kernel } from '../../src/driver/kernels.ts';
import { EINVAL } from '../../uapi/errno.ts';

const fixture = (variant: string): string =>
  fileURLToPath(new URL(`../fixtures/hostile-${variant}.jsonl.gz`, import.meta.url));

describe('random operations', () => {
  it.each([
    ['6.12', '6.12'],
    ['7.2', '7.2'],
    ['7.2', '7.3'],
  ])('that a tree of %s played come to the same on the model of %s', async (variant, name) => {
    const different: string[] = [];
    let streams = 0;
    for await (const stream of readStreams(fixture(variant))) {
      streams++;
      const found = checkStream(stream, kernel(name));
      if (found !== null)
        different.push(`${stream.name}: ${found.index}: ${JSON.stringify(found.fields[0])}`);
    }
    expect(different).toEqual([]);
    expect(streams).toBeGreaterThan(12);
  });
});

/** A stream that unmaps beside an empty VMA, at which a mapping was cut before. */
const CUT_BESIDE_EMPTY = [
  { op: 'init' },
  { op: 'vm_create' },
  { op: 'bo_create', size: '0x200000', layout: 'contig4k' },
  { op: 'bind', vm: 1, bo: 1, va: '0x1000000', size: '0x200000' },
  { op: 'bind', vm: 1, bo: 1, va: '0x1001000', size: '0x0', async: 1 },
  { op: 'bind', vm: 1, flags: 0x10000000, va: '0x1100000', size: '0x400000', async: 1 },
] as const;

describe('an unmap that cuts a mapping beside an empty one', () => {
  it.each([
    ['6.12', 'panthor_vm_unmap_pages: short-unmap'],
    ['7.2', 'panthor_vm_unmap_pages: never-ends'],
  ])('ends with EINVAL on %s, where the model warns: %s', (name, warning) => {
    const runner = new ModelRunner(kernel(name));
    const outs = CUT_BESIDE_EMPTY.map((op) => runner.step(op as unknown as StreamOp));
    expect(outs.at(-1)).toMatchObject({ r: 0, fence: -EINVAL });
    expect([...runner.device.warnings.keys()]).toContain(warning);
  });
});
