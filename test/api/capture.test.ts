import { createReadStream, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import type { CaptureInput, CaptureRecord, IoctlRecord } from '../../src/index.ts';
import { CAPTURES, capturePath, captureText } from '../capture/helpers.ts';
import { library } from './library.ts';

const { CaptureError, SourceError, convertCapture, createCapture, openCapture, requestOf } = library;
const dir = mkdtempSync(join(tmpdir(), 'panthor-api-'));
afterAll(() => rmSync(dir, { recursive: true }));
const file = (name: string): string => join(dir, name);

async function all(input: CaptureInput): Promise<CaptureRecord[]> {
  const records: CaptureRecord[] = [];
  for await (const record of await openCapture(input)) records.push(record);
  return records;
}

describe('a capture that is read', () => {
  it('gives records that stay as they are when others follow', async () => {
    const records = await all(capturePath('vulkan-sparse'));
    expect(records.map(({ index }) => index)).toEqual(records.map((_, i) => i));
    const lines = captureText('vulkan-sparse').toString().trim().split('\n').slice(1);
    expect(records.length).toBe(lines.length);
    for (const [i, record] of records.entries()) {
      const line = JSON.parse(lines[i]);
      expect(record.type).toBe(line.type);
      if (record.type !== 'ioctl') continue;
      expect(Buffer.from(record.argIn).toString('hex')).toBe(line.arg_in);
      expect(record.buffers.map((one) => Buffer.from(one.in).toString('hex'))).toEqual(
        line.buffers.map((one: { in: string }) => one.in),
      );
    }
  });

  it('comes from a URL and from a stream as it does from a path', async () => {
    const path = capturePath('vulkaninfo');
    const expected = await all(path);
    expect(await all(pathToFileURL(path))).toEqual(expected);
    expect(await all(createReadStream(path))).toEqual(expected);
  });

  it('throws what is wrong after the records in front of it', async () => {
    const text = captureText('vulkaninfo').toString();
    const truncated = text.split('\n').slice(0, 6).join('\n').concat('\n{"type":"ioctl"}\n');
    writeFileSync(file('corrupt.jsonl'), truncated);
    const records: CaptureRecord[] = [];
    const reading = (async () => {
      for await (const record of await openCapture(file('corrupt.jsonl'))) records.push(record);
    })();
    await expect(reading).rejects.toThrow(CaptureError);
    await expect(reading).rejects.toMatchObject({ name: 'CaptureError', record: 5 });
    expect(records).toHaveLength(5);
  });

  it('says what cannot be opened', async () => {
    await expect(openCapture(file('nothing.jsonl'))).rejects.toThrow(SourceError);
    writeFileSync(file('empty.jsonl'), '');
    await expect(openCapture(file('empty.jsonl'))).rejects.toThrow(CaptureError);
  });
});

describe('a capture that is written', () => {
  it.each(CAPTURES)('is the one that was read: %s', async (name) => {
    const capture = await openCapture(capturePath(name));
    const copy = await createCapture(file(`${name}.jsonl`), capture.header);
    for await (const record of capture) await copy.write(record);
    await copy.close();
    expect(copy.count).toBe(capture.count);
    // The fixtures are spelled as this project spells them, so that not a byte may differ.
    expect(readFileSync(file(`${name}.jsonl`)).equals(captureText(name))).toBe(true);
  });

  it('is converted to the other form and back', async () => {
    await convertCapture(capturePath('vulkaninfo'), file('there.ptcap.gz'));
    expect(
      gunzipSync(readFileSync(file('there.ptcap.gz')))
        .subarray(1, 6)
        .toString(),
    ).toBe('PTCAP');
    await convertCapture(await openCapture(file('there.ptcap.gz')), file('back.jsonl'));
    expect(readFileSync(file('back.jsonl')).equals(captureText('vulkaninfo'))).toBe(true);
  });

  it('refuses records that no capture can hold, and names without a form', async () => {
    const header = { arch: 'x86_64', client: 'test', replies: 'model' } as const;
    const capture = await createCapture(file('refused.jsonl'), header);
    const record = (await all(capturePath('vulkaninfo')))[0] as IoctlRecord;
    await expect(capture.write({ ...record, fd: -1 })).rejects.toThrow('fd: found -1');
    await expect(capture.write({ ...record, timeNs: Number.NaN })).rejects.toThrow('timeNs');
    await expect(capture.write({ ...record, argIn: new Uint8Array(3) })).rejects.toThrow(/argIn of 3/);
    await expect(
      capture.write({
        type: 'mmap',
        index: 0,
        timeNs: 0,
        fd: 3,
        length: -1n,
        offset: 0n,
        prot: 0,
        flags: 0,
        ok: true,
      }),
    ).rejects.toThrow(/length: found -1/);
    await capture.close();
    await expect(createCapture(file('nameless'), header)).rejects.toThrow(/which form/);
    await expect(convertCapture(capturePath('vulkaninfo'), capturePath('vulkaninfo'))).rejects.toThrow(
      /input itself/,
    );
  });
});

it('a record of a capture is a request', async () => {
  const records = await all(capturePath('vulkan-sparse'));
  const bind = records.find(
    (one): one is IoctlRecord => one.type === 'ioctl' && (one.request & 0xff) === 0x43,
  );
  expect(requestOf(bind as IoctlRecord).text('short')).toMatch(/^VM_BIND\(vm_id=1, /);
});
