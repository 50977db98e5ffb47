import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SourceError } from '../../src/capture/error.ts';
import { openCapture } from '../../src/capture/reader.ts';
import { captureText, convertBytes, head } from './helpers.ts';

const folder = mkdtempSync(join(tmpdir(), 'panthor-shim-'));
afterAll(() => rmSync(folder, { recursive: true }));

let count = 0;
function fifo(): string {
  const path = join(folder, `fifo-${count++}`);
  execFileSync('mkfifo', [path]);
  return path;
}

const text = head(captureText('vulkaninfo'), 12);
let binary: Buffer;
beforeAll(async () => {
  binary = await convertBytes(text, 'ptcap');
});

describe('a FIFO', () => {
  it.each(['jsonl', 'ptcap'])('delivers a slow writer’s record (%s) as soon as it is whole', async (form) => {
    const path = fifo();
    const stream = form === 'jsonl' ? text : binary;
    const opening = openCapture(path);
    const writer: FileHandle = await open(path, 'w');
    // In pieces that end anywhere; each record must come before the next piece is written.
    let written = 0;
    const delivered: number[] = [];
    const write = async (end: number): Promise<void> => {
      await writer.write(stream, written, end - written);
      written = end;
    };
    await write(form === 'jsonl' ? text.indexOf(10) + 1 : 100);
    const capture = await opening;
    const ends = form === 'jsonl' ? lineEnds() : frameEnds();
    for (let i = 1; i < ends.length; i++) {
      await write(ends[i] - 3);
      expect(capture.next()).toBeNull();
      expect(await capture.fill()).toBe(true);
      expect(capture.next()).toBeNull();
      await write(ends[i]);
      expect(await capture.fill()).toBe(true);
      delivered.push(capture.next()!.index);
    }
    await writer.close();
    while (await capture.fill()) expect(capture.next()).toBeNull();
    expect(delivered).toEqual(Array.from({ length: 11 }, (_, i) => i));
    expect(capture.truncated).toBeNull();
    await capture.close();
  });

  it('whose writer dies within a record ends the stream without an error', async () => {
    const path = fifo();
    const reading = openCapture(path).then(async (capture) => {
      await capture.each(() => {});
      return capture;
    });
    const writer = await open(path, 'w');
    await writer.write(binary, 0, frameEnds()[4] + 20);
    await writer.close();
    const capture = await reading;
    expect(capture.count).toBe(4);
    expect(capture.truncated?.record).toBe(4);
  });

  it("carries gzip'd captures too", async () => {
    const path = fifo();
    const reading = openCapture(path);
    const writer = await open(path, 'w');
    await writer.write(gzipSync(text));
    await writer.close();
    const capture = await reading;
    await capture.each(() => {});
    expect(capture).toMatchObject({ count: 11, gzip: true, truncated: null });
  });
});

describe('a file', () => {
  it('that is not there, or is a directory, cannot be read', async () => {
    await expect(openCapture(join(folder, 'nothing'))).rejects.toThrow(SourceError);
    await expect(openCapture(folder)).rejects.toThrow('it is a directory');
  });

  it('is known by what is in it, not by its name', async () => {
    const path = join(folder, 'misnamed.jsonl');
    writeFileSync(path, gzipSync(binary));
    const capture = await openCapture(path);
    expect(capture).toMatchObject({ form: 'ptcap', gzip: true });
    await capture.close();
  });

  it('that is truncated within a record is corrupt', async () => {
    const path = join(folder, 'truncated.ptcap');
    writeFileSync(path, binary.subarray(0, binary.length - 5));
    const capture = await openCapture(path);
    await expect(capture.each(() => {})).rejects.toMatchObject({ record: 10, truncated: true });
  });
});

function lineEnds(): number[] {
  const ends: number[] = [];
  for (let at = text.indexOf(10); at >= 0; at = text.indexOf(10, at + 1)) ends.push(at + 1);
  return ends;
}

function frameEnds(): number[] {
  const ends: number[] = [];
  for (let at = 16; at < binary.length; ) {
    at += 16 + Math.ceil(binary.readUInt32LE(at) / 8) * 8;
    ends.push(at);
  }
  return ends;
}
