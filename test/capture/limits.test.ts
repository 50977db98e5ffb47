import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { ByteSource } from '../../src/capture/byte-source.ts';
import { CaptureReader } from '../../src/capture/reader.ts';
import { CaptureRecord, MAX_LINE_BYTES, MAX_RECORD_BYTES, setIoctl } from '../../src/capture/record.ts';
import { lookThrough } from '../../src/capture/source.ts';
import { CaptureWriter } from '../../src/capture/writer.ts';
import { MAX_FRAME_BYTES } from '../../uapi/frame.ts';
import { convertBytes, readAll } from './helpers.ts';

const HEADER =
  '{"type":"header","format":"panthor-capture","version":0,"arch":"a","client":"c","replies":"model"}\n';
const MIB = 1 << 20;

/** First `front`, then the byte `filler` for ever. */
class EndlessSource implements ByteSource {
  readonly name = 'endless';
  readonly fifo = false;
  taken = 0;
  readonly #front: Uint8Array;
  readonly #filler: number;

  constructor(front: Uint8Array, filler: number) {
    this.#front = front;
    this.#filler = filler;
  }

  async read(into: Uint8Array): Promise<number> {
    if (this.taken > 1 << 30) throw new Error('read without end');
    const part = this.#front.subarray(this.taken, this.taken + into.length);
    into.set(part);
    const count = part.length > 0 ? part.length : into.length;
    if (part.length === 0) into.fill(this.#filler);
    this.taken += count;
    return count;
  }

  async close(): Promise<void> {}
}

async function drain(source: ByteSource): Promise<void> {
  const { gzip } = await lookThrough(source);
  expect(gzip).toBe(false);
}

describe('a length is never believed', () => {
  it('of a frame beyond the limit: refused from its first four bytes, with nothing set aside for it', async () => {
    const binary = await convertBytes(Buffer.from(HEADER), 'ptcap');
    for (const size of [MAX_FRAME_BYTES + 1, 0x7fffffff, 0xffffffff]) {
      const length = Buffer.alloc(4);
      length.writeUInt32LE(size);
      const before = process.memoryUsage().arrayBuffers;
      const { error } = await readAll(Buffer.concat([binary, length]));
      expect(error).toMatchObject({
        record: 0,
        field: 'frame size',
        found: `${size} bytes`,
        byte: binary.length,
      });
      expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(4 * MIB);
    }
  });

  it('of a frame within it: memory grows with what arrives, not with what is announced', async () => {
    const binary = await convertBytes(Buffer.from(HEADER), 'ptcap');
    const length = Buffer.alloc(64);
    length.writeUInt32LE(MAX_FRAME_BYTES);
    const before = process.memoryUsage().arrayBuffers;
    const { error } = await readAll(Buffer.concat([binary, length]));
    expect(error).toMatchObject({ record: 0, truncated: true });
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(4 * MIB);
  });

  it('of a line without end: given up at the limit', async () => {
    const front = Buffer.from(`${HEADER}{"type":"ioctl`);
    const source = new EndlessSource(front, 0x61);
    const capture = await CaptureReader.start(source, false);
    await expect(capture.each(() => {})).rejects.toMatchObject({
      record: 0,
      start: HEADER.length,
      byte: HEADER.length + MAX_LINE_BYTES,
    });
    expect(source.taken).toBeLessThan(3 * MAX_LINE_BYTES);
  });

  it('of a header without end: given up much earlier', async () => {
    const source = new EndlessSource(Buffer.from('{'), 0x20);
    await drain(source);
    await expect(CaptureReader.start(source, false)).rejects.toMatchObject({ record: -1, byte: MIB });
    expect(source.taken).toBeLessThan(3 * MIB);
  });

  it("of a gzip'd line without end: given up at the limit, however well it compresses", async () => {
    const bomb = gzipSync(Buffer.concat([Buffer.from(`${HEADER}{"x":"`), Buffer.alloc(100 * MIB, 0x61)]));
    const { error } = await readAll(bomb);
    expect(error).toMatchObject({ record: 0, byte: HEADER.length + MAX_LINE_BYTES });
  });
});

describe('the largest record', () => {
  const big = (bytes: number): CaptureRecord =>
    setIoctl(new CaptureRecord(), {
      timeNs: 1,
      tid: 1,
      fd: 1,
      request: 0xc0186443,
      argIn: new Uint8Array(24),
      argOut: new Uint8Array(24),
      buffers: [{ addr: 0xffffffffffffffffn, in: new Uint8Array(bytes - 48).fill(0xab) }],
      ret: 0,
      errno: 0,
    });
  const write = async (form: 'jsonl' | 'ptcap', record: CaptureRecord): Promise<Buffer> => {
    const parts: Uint8Array[] = [];
    const header = { arch: 'a', client: 'c', replies: 'model' as const };
    const writer = new CaptureWriter(form, (part) => void parts.push(part), header);
    writer.write(record);
    await writer.flush();
    return Buffer.concat(parts);
  };

  it('that is allowed is read in both forms and converts both ways', async () => {
    const text = await write('jsonl', big(MAX_RECORD_BYTES));
    const binary = await convertBytes(text, 'ptcap');
    expect(binary.length).toBeGreaterThan(MAX_RECORD_BYTES);
    expect((await convertBytes(binary, 'jsonl')).equals(text)).toBe(true);
    const odd = Buffer.from(text.toString().replace('"ret"', ' "ret"'));
    expect((await convertBytes(await convertBytes(odd, 'ptcap'), 'jsonl')).equals(odd)).toBe(true);
  });

  it('is followed by one that is not', async () => {
    for (const form of ['jsonl', 'ptcap'] as const) {
      const { records, error } = await readAll(await write(form, big(MAX_RECORD_BYTES + 1)));
      expect(records).toEqual([]);
      expect(error).toMatchObject({
        record: 0,
        expected: expect.stringContaining(`at most ${MAX_RECORD_BYTES}`),
      });
    }
  });

  it('leaves the window small again', async () => {
    const text = await write('jsonl', big(MAX_RECORD_BYTES));
    const small = text.subarray(0, HEADER.length);
    const line = '{"type":"close","time_ns":1,"fd":3}\n';
    const { records, error } = await readAll(Buffer.concat([text, Buffer.from(line.repeat(10000))]));
    expect(small.toString()).toBe(HEADER);
    expect(error).toBeNull();
    expect(records.length).toBe(10001);
    expect(records[10000].start).toBe(text.length + 9999 * line.length);
  });
});
