import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CaptureRecord, setIoctl } from '../../src/capture/record.ts';
import { CaptureWriter } from '../../src/capture/writer.ts';
import { _IOC_SIZE } from '../../uapi/ioctl.ts';
import { CAPTURES, captureText, convertBytes, essence, openBytes, readAll } from './helpers.ts';

const HEADER =
  '{"type":"header","format":"panthor-capture","version":0,"arch":"x86_64","client":"c","replies":"model"}';
const CLOSE = '{"type":"close","time_ns":1,"fd":3}';

describe('every capture survives every conversion byte for byte', () => {
  for (const name of CAPTURES) {
    it(name, async () => {
      const text = captureText(name);
      const binary = await convertBytes(text, 'ptcap');
      expect(binary.length).toBeLessThan(text.length / 2);
      expect((await convertBytes(binary, 'jsonl')).equals(text)).toBe(true);
      expect((await convertBytes(text, 'jsonl')).equals(text)).toBe(true);
      expect((await convertBytes(binary, 'ptcap')).equals(binary)).toBe(true);
      expect((await convertBytes(gzipSync(text), 'ptcap')).equals(binary)).toBe(true);
      expect((await convertBytes(gzipSync(binary), 'jsonl')).equals(text)).toBe(true);
    });
  }
});

it.each([1, 7, 4096])('a stream that arrives %i bytes at a time gives the same', async (piece) => {
  const text = captureText('vulkaninfo');
  const binary = await convertBytes(text, 'ptcap');
  expect((await convertBytes(text, 'ptcap', piece)).equals(binary)).toBe(true);
  expect((await convertBytes(binary, 'jsonl', piece)).equals(text)).toBe(true);
  expect((await convertBytes(gzipSync(text), 'ptcap', piece)).equals(binary)).toBe(true);
});

it('no line of a real capture needs to be kept as text', async () => {
  for (const name of CAPTURES) {
    const { records } = await readAll(captureText(name));
    expect(records.filter((record) => record.raw !== null)).toEqual([]);
  }
});

describe('a line that is legal but spelled otherwise', () => {
  const base =
    '{"type":"ioctl","time_ns":5,"tid":1,"fd":3,"request":"0x40086409","arg_in":"0a00000000000000",' +
    '"arg_out":"0a00000000000000","buffers":[{"addr":"0x10","in":"ff"}],"ret":0,"errno":0}';
  const spellings: [string, string][] = [
    ['with blanks', base.replaceAll(':', ' : ').replaceAll(',', ', ')],
    ['with its keys in another order', base.replace('"time_ns":5,"tid":1', '"tid":1,"time_ns":5')],
    ['with a key that we do not know', base.replace('"ret"', '"comm":"vkmark","ret"')],
    ['with upper-case hex', base.replace('0a0000', '0A0000')],
    ['with a padded address', base.replace('0x10', '0x00000010')],
    ['with a number in exponent form', base.replace('"time_ns":5', '"time_ns":0.5e1')],
    ['with an escape in a string', base.replace('"ioctl"', '"\\u0069octl"')],
    ['with an escape in hex', base.replace('"ff"', '"f\\u0066"')],
    ['with a carriage return', `${base}\r`],
    ['with a key twice', base.replace('"tid":1', '"tid":2,"tid":1')],
    ['with an empty out', base.replace('"in":"ff"', '"in":"ff","out":""')],
  ];
  const text = (line: string): Buffer => Buffer.from(`${HEADER}\n${CLOSE}\n${line}\n${CLOSE}\n`);

  it.each(spellings)('%s means the same and comes back as it was', async (_, line) => {
    const binary = await convertBytes(text(line), 'ptcap');
    expect((await convertBytes(binary, 'jsonl')).toString()).toBe(text(line).toString());
    expect((await convertBytes(await convertBytes(binary, 'jsonl'), 'ptcap')).equals(binary)).toBe(true);
    const [plain] = (await readAll(text(base))).records.slice(1);
    for (const stream of [text(line), binary]) {
      const { records, error } = await readAll(stream);
      expect(error).toBeNull();
      expect(records[1]).toMatchObject({ timeNs: 5, tid: 1, fd: 3, request: 0x40086409, ret: 0, errno: 0 });
      expect(records[1].argIn).toEqual(plain.argIn);
      expect(records[1].bufferIn(0)).toEqual(plain.bufferIn(0));
      expect(records[1].buffers[0].addr).toBe(0x10);
    }
  });

  it('is told from ours by its missing newline at the end of the stream', async () => {
    const whole = Buffer.from(`${HEADER}\n${CLOSE}`);
    const binary = await convertBytes(whole, 'ptcap');
    expect((await convertBytes(binary, 'jsonl')).equals(whole)).toBe(true);
  });
});

it.each([
  [
    'of another key order',
    HEADER.replace(
      '"type":"header","format":"panthor-capture"',
      '"format":"panthor-capture","type":"header"',
    ),
  ],
  ['with a lone surrogate in it', HEADER.replace('"c"', '"\\ud800"')],
  ['with text beyond ASCII', HEADER.replace('"c"', '"größe 😀"')],
  ['with an unknown key', HEADER.replace('"arch"', '"host":"board","arch"')],
  ['with a driver version', HEADER.replace('"model"', '"model","driver_version":"1.8.0"')],
])('a header %s comes back as it was', async (_, header) => {
  const text = Buffer.from(`${header}\n${CLOSE}\n`);
  const binary = await convertBytes(text, 'ptcap');
  expect((await convertBytes(binary, 'jsonl')).toString()).toBe(text.toString());
  expect((await openBytes(binary)).header).toEqual((await openBytes(text)).header);
});

it('zeros of every kind are written as one digit and read back', async () => {
  const text = Buffer.from(
    `${HEADER}\n{"type":"mmap","time_ns":0,"fd":0,"length":"0x0","prot":0,"flags":0,"offset":"0x0","ok":false}\n` +
      '{"type":"ioctl","time_ns":0,"tid":0,"fd":0,"request":"0x0","arg_in":"","arg_out":"",' +
      '"buffers":[{"addr":"0x0","in":""},{"addr":"0x100000000","in":""}],"ret":0,"errno":0}\n',
  );
  const { records } = await readAll(text);
  expect(records.map((record) => record.raw)).toEqual([null, null]);
  expect((await convertBytes(await convertBytes(text, 'ptcap'), 'jsonl')).toString()).toBe(text.toString());
});

const bytes = (max: number): fc.Arbitrary<Uint8Array> => fc.uint8Array({ maxLength: max });

const anyRecord = fc.oneof(
  fc
    .record({
      timeNs: fc.maxSafeNat(),
      tid: fc.nat(0x7fffffff),
      fd: fc.nat(0x7fffffff),
      request: fc.nat(0xffffffff).map((n) => (n & ~0x3f000000) >>> 0),
      ret: fc.constantFrom(-1, 0, 1, 0x7fffffff),
      errno: fc.nat(4095),
      buffers: fc.array(
        fc.record({ addr: fc.bigInt(0n, 0xffffffffffffffffn), in: bytes(40), out: fc.option(bytes(40)) }),
        { maxLength: 5 },
      ),
      fill: fc.infiniteStream(fc.nat(255)),
    })
    .map(({ fill, ...init }) => {
      const size = _IOC_SIZE(init.request);
      const argument = (): Uint8Array => Uint8Array.from({ length: size }, () => fill.next().value);
      return setIoctl(new CaptureRecord(), { ...init, argIn: argument(), argOut: argument() });
    }),
  fc
    .record({
      type: fc.constant('mmap' as const),
      timeNs: fc.maxSafeNat(),
      fd: fc.nat(0x7fffffff),
      lengthLo: fc.nat(0xffffffff),
      lengthHi: fc.nat(0xffffffff),
      offsetLo: fc.nat(0xffffffff),
      offsetHi: fc.nat(0xffffffff),
      prot: fc.nat(0xffffffff),
      flags: fc.nat(0xffffffff),
      ok: fc.boolean(),
    })
    .map((init) => Object.assign(new CaptureRecord(), init)),
  fc
    .record({ type: fc.constant('close' as const), timeNs: fc.maxSafeNat(), fd: fc.nat(0x7fffffff) })
    .map((init) => Object.assign(new CaptureRecord(), init)),
);

it('whatever records are written, in either form, are read back', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anyRecord, { maxLength: 6 }), async (records) => {
      const header = { arch: 'a', client: 'c', replies: 'kernel' as const };
      for (const form of ['jsonl', 'ptcap'] as const) {
        const parts: Uint8Array[] = [];
        const writer = new CaptureWriter(form, (part) => void parts.push(part), header);
        for (const record of records) writer.write(record);
        await writer.flush();
        const stream = Buffer.concat(parts);
        const read = await readAll(stream);
        expect(read.error).toBeNull();
        expect(read.records.map(essence)).toEqual(records.map(essence));
        expect(read.records.map((record) => record.index)).toEqual(records.map((_, i) => i));
        const other = form === 'jsonl' ? 'ptcap' : 'jsonl';
        expect((await convertBytes(await convertBytes(stream, other), form)).equals(stream)).toBe(true);
      }
    }),
    { numRuns: 150 },
  );
});

describe('what the binary form has no field for is kept as text, and read back', () => {
  const header = HEADER.replace('}', ',"driver_version":"1.8.0","kernel_release":"7.2.13-rk"}');
  const call =
    '{"type":"ioctl","time_ns":5,"tid":1,"fd":3,"node":"primary","request":"0x40086409",' +
    '"arg_in":"0a00000000000000","arg_out":"0a00000000000000","buffers":[],"ret":0,"errno":0}';
  const map =
    '{"type":"mmap","time_ns":6,"fd":4,"node":"render","compat":true,"length":"0x1000","prot":1,"flags":1,"offset":"0x0","ok":true}';
  const text = Buffer.from(`${header}\n${call}\n${map}\n${CLOSE}\n`);

  it('how a file was opened, and kernel release', async () => {
    const binary = await convertBytes(text, 'ptcap');
    for (const bytes of [text, binary]) {
      const capture = await openBytes(bytes);
      expect(capture.header).toMatchObject({ driver_version: '1.8.0', kernel_release: '7.2.13-rk' });
      await capture.close();
      const { records, error } = await readAll(bytes);
      expect(error).toBe(null);
      expect(records.map(({ node, compat }) => [node, compat])).toEqual([
        ['primary', null],
        ['render', true],
        [null, null],
      ]);
    }
    expect((await convertBytes(binary, 'jsonl')).equals(text)).toBe(true);
    expect((await convertBytes(binary, 'ptcap')).equals(binary)).toBe(true);
  });

  it('a writer of such records need not spell them', async () => {
    const { records } = await readAll(text);
    const made = async (form: 'jsonl' | 'ptcap') => {
      const parts: Uint8Array[] = [];
      const { header: known } = await openBytes(text);
      const writer = new CaptureWriter(form, (part) => void parts.push(part), known);
      for (const record of records) {
        record.raw = null;
        writer.write(record);
      }
      await writer.flush();
      return Buffer.concat(parts);
    };
    expect((await made('jsonl')).toString()).toBe(text.toString());
    expect((await made('ptcap')).equals(await convertBytes(text, 'ptcap'))).toBe(true);
  });

  it('and another word is corruption', async () => {
    const { error } = await readAll(Buffer.from(`${HEADER}\n${call.replace('primary', 'card')}\n`));
    expect(error?.message).toContain('node: found "card", expected "primary" or "render"');
    const word = await readAll(Buffer.from(`${HEADER}\n${map.replace('true', '32')}\n`));
    expect(word.error?.message).toContain('compat: found 32, expected true or false');
  });
});
