import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { HeapGuard } from '../../src/live/server/heap-guard.ts';
import type { OpenFile } from '../../src/live/server/open-file.ts';
import { buildNative, compileProgram, compiler, leftOver, runProgram, startServer } from './toolbox.ts';

function fileWith(objects: number): OpenFile {
  const vms = { get: () => undefined };
  const drm = { vms, bos: { count: objects }, syncobjs: { count: 0 }, groups: { count: 0 } };
  return { drm } as unknown as OpenFile;
}

describe('the guard of the heap', () => {
  it('lets all clients go on where there is room', () => {
    const files = [fileWith(1e6), fileWith(1)];
    const guard = new HeapGuard(
      () => files,
      () => 0,
    );
    for (let i = 0; i < 1000; i++) expect(guard.refuses(files[i % 2], 100)).toBe(false);
  });

  it('refuses those who have most of what fills it, and no others', () => {
    const [greedy, other] = [fileWith(1e6), fileWith(100)];
    const guard = new HeapGuard(
      () => [greedy, other],
      () => 0,
      1 << 20,
    );
    for (let i = 0; i < 300; i++) guard.refuses(other, 0);
    expect(guard.refuses(greedy, 0)).toBe(true);
    expect(guard.refuses(other, 0)).toBe(false);
  });

  it('looks soon after large calls', () => {
    const file = fileWith(10);
    const guard = new HeapGuard(
      () => [file],
      () => 0,
      1 << 20,
    );
    expect(guard.refuses(file, 1 << 20)).toBe(false);
    expect(guard.refuses(file, 4 << 20)).toBe(true);
  });
});

describe.skipIf(compiler === null)('a server whose heap is full', () => {
  beforeAll(buildNative, 120_000);

  it('says ENOMEM, and what is freed can be had again', async () => {
    const scratch = mkdtempSync(join(tmpdir(), 'panthor-heap-'));
    const fixture = startServer({ server: { heapBytes: 1 << 20 } });
    const before = leftOver(fixture);
    const ended = await runProgram(fixture, compileProgram('limits', scratch), ['0', '2000']);
    expect(ended.stdout).toMatch(/^\d+ objects, errno 12\n/);
    await fixture.runToQuiescence();
    expect(leftOver(fixture)).toEqual(before);
    fixture.close();
    rmSync(scratch, { recursive: true });
  });
});
