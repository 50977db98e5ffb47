import { readSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import type { GemObject } from '../../src/driver/gem/gem.ts';
import { BoMemories } from '../../src/live/server/bo-memory.ts';
import { buildNative, compiler, openDescriptors } from './toolbox.ts';

describe.skipIf(compiler === null)('the memory of an object', () => {
  beforeAll(buildNative, 120_000);

  it('may be larger than the engine can see at once', () => {
    const memories = new BoMemories();
    const bo = { size: 5 * 2 ** 30 } as GemObject;
    const places = [0, 2 ** 28 - 4096, 2 ** 28, 2 ** 32 + 4096, bo.size - 4096];
    for (const [i, offset] of places.entries()) memories.pageOf(bo, offset)?.setUint32(8, i + 1, true);
    const shared = memories.memoryOf(bo).share(1);
    if (typeof shared === 'number') throw new Error('no memory');
    const { fd } = shared;
    const read = places.map((offset) => {
      const word = new Uint32Array(1);
      readSync(fd.number, word, 0, 4, offset + 8);
      return word[0];
    });
    expect(read).toEqual([1, 2, 3, 4, 5]);
    memories.forget(bo);
    expect(memories.count).toBe(0);
  });

  it('costs a descriptor once a client maps it, and none before, whatever a stream does', () => {
    const memories = new BoMemories();
    const before = openDescriptors();
    const bos = Array.from({ length: 300 }, () => ({ size: 4 * 4096 }) as GemObject);
    for (const bo of bos) memories.pageOf(bo, 4096)?.setUint32(0, 7, true);
    expect(openDescriptors()).toBe(before);
    for (const bo of bos.slice(0, 10)) expect(typeof memories.memoryOf(bo).share(1)).toBe('object');
    expect(openDescriptors()).toBe(before + 10);
    expect(memories.pageOf(bos[0], 4096)?.getUint32(0, true)).toBe(7);
    for (const bo of bos) memories.forget(bo);
    expect(openDescriptors()).toBe(before);
  });
});
