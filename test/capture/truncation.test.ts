import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { CaptureError } from '../../src/capture/error.ts';
import { CAPTURES, captureText, convertBytes, head, openBytes, readAll } from './helpers.ts';

/** Where records end in a text: after each line but the header's. */
function lineEnds(text: Buffer): number[] {
  const ends: number[] = [];
  for (let at = text.indexOf(10); at >= 0; at = text.indexOf(10, at + 1)) ends.push(at + 1);
  return ends;
}

/** Where frames end in a binary capture, the header's first. */
function frameEnds(binary: Buffer): number[] {
  const ends: number[] = [];
  for (let at = 16; at < binary.length; ) {
    at += 16 + Math.ceil(binary.readUInt32LE(at) / 8) * 8;
    ends.push(at);
  }
  return ends;
}

/** Checks one truncation: all whole records come, then corruption that names the right record and a byte that exists. */
async function check(stream: Buffer, size: number, ends: number[], whole: number): Promise<void> {
  const { records, error } = await readAll(stream.subarray(0, size));
  if (whole < 0) {
    expect(records).toEqual([]);
    expect(error?.record).toBe(-1);
  } else {
    expect(records.length).toBe(whole);
    if (ends.includes(size)) expect(error).toBeNull();
    else expect(error).toMatchObject({ record: whole, start: ends[whole], truncated: true });
  }
  if (error !== null) {
    expect(error.byte).toBeLessThanOrEqual(size);
    expect(error.message).toContain(`at byte ${error.byte}: found `);
  }
}

const small = head(captureText('vulkaninfo'), 14);

describe('a capture that is truncated anywhere gives every whole record and then names the place', () => {
  it('as JSON Lines, at every byte', async () => {
    const ends = lineEnds(small);
    // A line that lacks nothing but its newline is whole.
    for (let size = 0; size < small.length; size++) {
      const whole = ends.filter((end) => end - 1 <= size).length - 1;
      const tolerant = [...ends, ...ends.map((end) => end - 1)];
      const { records, error } = await readAll(small.subarray(0, size));
      expect(records.length).toBe(Math.max(whole, 0));
      if (whole < 0) expect(error?.record).toBe(-1);
      else if (tolerant.includes(size)) expect(error).toBeNull();
      else expect(error).toMatchObject({ record: whole, start: ends[whole], truncated: true });
      expect(error === null || error.byte <= size).toBe(true);
    }
  });

  it('as .ptcap, at every byte', async () => {
    const binary = await convertBytes(small, 'ptcap');
    const ends = frameEnds(binary);
    for (let size = 0; size < binary.length; size++) {
      await check(binary, size, ends, ends.filter((end) => end <= size).length - 1);
    }
  });

  it("gzip'd, at every byte, losing nothing that the compressed bytes hold", async () => {
    const zipped = gzipSync(small);
    let most = 0;
    for (let size = 0; size < zipped.length; size++) {
      const { records, error } = await readAll(zipped.subarray(0, size));
      expect(error).toBeInstanceOf(CaptureError);
      expect(records.length).toBeGreaterThanOrEqual(most);
      most = records.length;
      expect(error!.record === records.length || (error!.record === -1 && records.length === 0)).toBe(true);
    }
    expect(most).toBe(13);
  });

  it.each(CAPTURES)('%s, at some bytes of each form', async (name) => {
    const text = captureText(name);
    const binary = await convertBytes(text, 'ptcap');
    const ends = frameEnds(binary);
    for (let size = 5; size < binary.length; size += 4801) {
      await check(binary, size, ends, ends.filter((end) => end <= size).length - 1);
    }
    const lines = lineEnds(text);
    for (let size = 5; size < text.length; size += 8999) {
      if (!lines.includes(size + 1))
        await check(text, size, lines, lines.filter((end) => end <= size).length - 1);
    }
  });
});

describe('a FIFO whose writer goes away', () => {
  let binary: Buffer;
  beforeAll(async () => {
    binary = await convertBytes(small, 'ptcap');
  });

  it('ends the stream at any byte behind the header, and says where it was within a record', async () => {
    for (const stream of [small, binary, gzipSync(small)]) {
      const begin = stream === small ? small.indexOf(10) + 1 : stream === binary ? frameEnds(binary)[0] : 250;
      for (let size = begin; size < stream.length; size += 37) {
        const capture = await openBytes(stream.subarray(0, size), undefined, true);
        let count = 0;
        await capture.each(() => count++);
        expect(count).toBe(capture.count);
        if (capture.truncated !== null) expect(capture.truncated.record).toBe(count);
      }
    }
  });

  it('is corruption where not even a header came', async () => {
    await expect(openBytes(small.subarray(0, 20), undefined, true)).rejects.toThrow(CaptureError);
    await expect(openBytes(new Uint8Array(0), undefined, true)).rejects.toThrow('an empty stream');
  });

  it('is no excuse for corruption of another kind', async () => {
    const bad = Buffer.from(binary);
    bad[frameEnds(binary)[3] + 40] ^= 1;
    const capture = await openBytes(bad, undefined, true);
    await expect(capture.each(() => {})).rejects.toMatchObject({ record: 3, field: 'checksum' });
  });
});
