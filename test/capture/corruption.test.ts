import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { checksum, paddedSize } from '../../src/capture/frame.ts';
import { captureText, convertBytes, head, readAll } from './helpers.ts';

const HEADER =
  '{"type":"header","format":"panthor-capture","version":0,"arch":"a","client":"c","replies":"model"}';
const CLOSE = '{"type":"close","time_ns":1,"fd":3}';
const MMAP =
  '{"type":"mmap","time_ns":1,"fd":3,"length":"0x1000","prot":3,"flags":1,"offset":"0x0","ok":true}';
const IOCTL =
  '{"type":"ioctl","time_ns":5,"tid":1,"fd":3,"request":"0x40086409","arg_in":"0a00000000000000",' +
  '"arg_out":"0a00000000000000","buffers":[{"addr":"0x10","in":"ff","out":"fe"}],"ret":0,"errno":0}';

/** A line that is wrong in one way, what is said of it, and the text that the named byte stands at. */
type Row = [what: string, line: string, field: string, found: string, at: string | number];

const changed = (from: string, to: string, line = IOCTL): string => line.replace(from, to);

const rows: Row[] = [
  ['empty', '', '', 'an empty line', 0],
  ['not an object', '[1]', '', '[1]', 0],
  ['not JSON', 'hello', '', 'hello', 0],
  ['binary', '\u0000\u0001', '', '\ufffd\ufffd (0x00)', 0],
  ['an object that does not end', IOCTL.slice(0, -1), '', 'the end of the line', IOCTL.length - 1],
  ['followed by more', `${IOCTL}x`, '', 'x (0x78)', IOCTL.length],
  ['without a colon', changed('"tid":1', '"tid"1'), '', '1,"fd":3,"request":"0x40…', '1,"fd"'],
  ['with a bare key', changed('"tid"', 'tid'), '', 'tid:1,"fd":3,"request":"…', 'tid:'],
  [
    'with a control character',
    changed('"in":"ff"', '"in":"f\u0001f"'),
    '',
    '\ufffdf","out":"fe"}],"ret":0… (0x01)',
    '\u0001f',
  ],
  ['with a bad escape', changed('"in":"ff"', '"in":"\\x"'), '', '"\\x","out":"fe"}],"ret":…', '"\\x"'],
  [
    'with a number that has leading zeros',
    changed('"tid":1', '"tid":01'),
    '',
    '01,"fd":3,"request":"0x4…',
    '01,',
  ],
  ['nested without end', `{"type":${'['.repeat(100)}`, '', `${'['.repeat(24)}…`, 8 + 64],
  ['without a type', changed('"type":"ioctl",', ''), 'type', 'no such key', 0],
  ['of an unknown type', changed('"ioctl"', '"read"'), 'type', '"read"', '"read"'],
  ['of a type that is no string', changed('"ioctl"', '7'), 'type', '7 (0x37)', '7,"time'],
  ['a second header', HEADER, 'type', '"header"', '"header"'],
  ['without an argument', changed('"arg_in":"0a00000000000000",', ''), 'arg_in', 'no such key', 0],
  ['with a bad hex digit', changed('"arg_in":"0a', '"arg_in":"0g'), 'arg_in', 'g (0x67)', 'g0000'],
  ['with an odd hex digit', changed('"in":"ff"', '"in":"fff"'), 'buffers[0].in', '3 hex digits', '"fff"'],
  [
    'with a short argument',
    changed('"arg_in":"0a00', '"arg_in":"0a'),
    'arg_in',
    '7 bytes',
    '"0a000000000000"',
  ],
  [
    'with a long result',
    changed('"arg_out":"', '"arg_out":"00'),
    'arg_out',
    '9 bytes',
    '"000a00000000000000"',
  ],
  [
    'with bytes moved from the argument to the result',
    IOCTL.replace('"arg_in":"0a00', '"arg_in":"0a').replace('"arg_out":"', '"arg_out":"00'),
    'arg_in',
    '7 bytes',
    '"0a000000000000"',
  ],
  ['with hex that is no string', changed('"ff"', '255'), 'buffers[0].in', '255', '255'],
  [
    'with a request that is a number',
    changed('"0x40086409"', '1074291721'),
    'request',
    '1074291721',
    '1074291721',
  ],
  [
    'with a request beyond 32 bits',
    changed('0x40086409', '0x140086409'),
    'request',
    '"0x140086409"',
    '"0x140086409"',
  ],
  ['with a request without 0x', changed('0x40086409', '40086409'), 'request', '"40086409"', '"40086409"'],
  [
    'with an address beyond 64 bits',
    changed('0x10', '0x10000000000000000'),
    'buffers[0].addr',
    '"0x10000000000000000"',
    '"0x1000000',
  ],
  ['with a negative time', changed('"time_ns":5', '"time_ns":-5'), 'time_ns', '-5', '-5'],
  [
    'with a time beyond 2^53',
    changed('"time_ns":5', '"time_ns":9007199254740992'),
    'time_ns',
    '9007199254740992',
    '90071',
  ],
  ['with a fraction', changed('"fd":3', '"fd":3.5'), 'fd', '3.5', '3.5'],
  ['with a fd beyond an int', changed('"fd":3', '"fd":2147483648'), 'fd', '2147483648', '21474'],
  ['with a huge exponent', changed('"tid":1', '"tid":1e999'), 'tid', '1e999', '1e999'],
  ['with a ret below -1', changed('"ret":0', '"ret":-22'), 'ret', '-22', '-22'],
  ['with an errno beyond MAX_ERRNO', changed('"errno":0', '"errno":4096'), 'errno', '4096', '4096'],
  ['with a null', changed('"errno":0', '"errno":null'), 'errno', 'null', 'null'],
  [
    'with buffers that are no array',
    changed('[{"addr":"0x10","in":"ff","out":"fe"}]', '{}'),
    'buffers',
    '{}',
    '{}',
  ],
  [
    'with a buffer that is no object',
    changed('{"addr":"0x10","in":"ff","out":"fe"}', '7'),
    'buffers[0]',
    '7 (0x37)',
    '7]',
  ],
  ['with a buffer without bytes', changed('"in":"ff",', ''), 'buffers[0].in', 'no such key', '{"addr"'],
  ['an mmap without a length', changed('"length":"0x1000",', '', MMAP), 'length', 'no such key', 0],
  ['an mmap that is neither ok nor not', changed('true', '1', MMAP), 'ok', '1 (0x31)', '1}'],
  ['an mmap with a negative prot', changed('"prot":3', '"prot":-3', MMAP), 'prot', '-3', '-3'],
  ['a close without a file', changed(',"fd":3', '', CLOSE), 'fd', 'no such key', 0],
];

describe('a line of JSON that is', () => {
  it.each(rows)(
    '%s is corruption of record 2, named by field and byte',
    async (_, line, field, found, at) => {
      const front = `${HEADER}\n${IOCTL}\n${MMAP}\n`;
      const { records, error } = await readAll(Buffer.from(`${front}${line}\n${CLOSE}\n`, 'latin1'));
      expect(records.length).toBe(2);
      expect(error).toMatchObject({ record: 2, start: front.length, field, found, truncated: false });
      const offset = typeof at === 'number' ? at : line.indexOf(at);
      expect(error!.byte - front.length).toBe(offset);
      expect(error!.message).toMatch(/^[^:]+: record 2.*corrupt at byte \d+: /);
    },
  );
});

describe('a header that is', () => {
  it.each([
    ['missing', IOCTL, 'type', '"ioctl"'],
    ['of another format', HEADER.replace('panthor-capture', 'panfrost'), 'format', '"panfrost"'],
    ['of a later version', HEADER.replace('"version":0', '"version":1'), 'version', '1 (0x31)'],
    ['of no version', HEADER.replace('"version":0,', ''), 'version', 'no such key'],
    ['of unknown replies', HEADER.replace('"model"', '"guess"'), 'replies', '"guess"'],
    ['of a client that is no string', HEADER.replace('"client":"c"', '"client":5'), 'client', '5 (0x35)'],
    ['an array', '[]', '', '[ (0x5b)'],
  ])('%s is corruption before record 0', async (_, line, field, found) => {
    const { records, error } = await readAll(Buffer.from(`${line}\n${CLOSE}\n`));
    expect(records).toEqual([]);
    expect(error).toMatchObject({ record: -1, start: 0, field, found });
    expect(error!.message).toContain('header (before record 0)');
  });

  it('not there at all, because the stream is empty, is corruption too, in each form', async () => {
    for (const bytes of [Buffer.alloc(0), gzipSync('')]) {
      const { error } = await readAll(bytes);
      expect(error).toMatchObject({ record: -1, byte: 0, found: 'an empty stream' });
    }
  });
});

describe('a binary capture', () => {
  const load = (): Promise<Buffer> => convertBytes(head(captureText('vulkaninfo'), 20), 'ptcap');

  /** Start of frame n; 0 is the header's. */
  const frame = (binary: Buffer, n: number): number => {
    let at = 16;
    for (let i = 0; i < n; i++) at += 16 + paddedSize(binary.readUInt32LE(at));
    return at;
  };

  /** Makes the checksum right again, so that what is behind it is looked at. */
  const seal = (binary: Buffer, at: number): void => {
    const view = new DataView(binary.buffer, binary.byteOffset);
    view.setUint32(at + 12, checksum(view, at, paddedSize(binary.readUInt32LE(at))), true);
  };

  it('with any one byte changed is corruption, or the byte was in its header and no record is wrong', async () => {
    const binary = await convertBytes(head(captureText('vulkaninfo'), 6), 'ptcap');
    const whole = (await readAll(binary)).records;
    for (let at = 0; at < binary.length; at++) {
      for (const bit of [0, 7]) {
        const bad = Buffer.from(binary);
        bad[at] ^= 1 << bit;
        const { records, error } = await readAll(bad);
        expect(error, `bit ${bit} of byte ${at}`).not.toBeNull();
        expect(whole.slice(0, records.length)).toEqual(records);
        expect(error!.record).toBe(at < frame(binary, 1) ? -1 : records.length);
      }
    }
  });

  type Mutation = [what: string, at: number, bytes: number[], field: string, byte: number];
  it.each<Mutation>([
    ['payload longer than its kind has', 0, [48], 'frame size', 0],
    ['kind that is unknown', 4, [9], 'frame kind', 4],
    ['second header', 4, [1], 'frame kind', 4],
    ['flag', 6, [1], 'frame flags', 6],
    ['id out of sequence', 8, [99], 'frame id', 8],
    ['time beyond 2^53', 16, [0, 0, 0, 0, 0, 0, 0, 1], 'time_ns', 20],
    ['negative fd', 24, [0, 0, 0, 128], 'fd', 24],
    ['truth value that is neither', 52, [2], 'ok', 52],
  ])('with a %s in an mmap frame is corruption', async (_, offset, bytes, field, byte) => {
    const binary = await load();
    const mmap = frame(binary, 10);
    expect(binary.readUInt16LE(mmap + 4)).toBe(3);
    for (const [i, value] of bytes.entries()) binary[mmap + offset + i] = value;
    seal(binary, mmap);
    const { records, error } = await readAll(binary);
    expect(records.length).toBe(9);
    expect(error).toMatchObject({ record: 9, start: mmap, field, byte: mmap + byte });
  });

  it.each<Mutation>([
    ['time beyond 2^53', 16, [0, 0, 0, 0, 0, 0, 0x20, 0], 'time_ns', 20],
    ['negative thread', 24, [0, 0, 0, 128], 'tid', 24],
    ['negative fd', 28, [0, 0, 0, 128], 'fd', 28],
    ['request of another size', 34, [0x80], 'arg_out', 176],
    ['request of a huge size', 34, [0xff, 0xff], 'arg_in', 48],
    ['ret of -2', 36, [0xfe, 0xff, 0xff, 0xff], 'ret', 36],
    ['errno of 4096', 40, [0, 0x10], 'errno', 40],
    ['count of buffers that do not fit', 44, [77], 'buffers[3].addr', 272],
    ['count of buffers beyond all limits', 44, [0, 0, 0, 1], 'buffers', 44],
    ['count of buffers too low', 44, [2], 'frame', 240],
    ['buffer longer than the frame', 184, [0, 0, 0, 0x7f], 'buffers[0].in', 192],
    ['byte in the padding of a buffer', 199, [1], 'buffers[0].in', 199],
  ])('with a %s in an ioctl frame is corruption', async (_, offset, bytes, field, byte) => {
    const binary = await load();
    const ioctl = frame(binary, 2);
    expect(binary.readUInt16LE(ioctl + 4)).toBe(2);
    for (const [i, value] of bytes.entries()) binary[ioctl + offset + i] = value;
    seal(binary, ioctl);
    const { records, error } = await readAll(binary);
    expect(records.length).toBe(1);
    expect(error).toMatchObject({ record: 1, start: ioctl, field });
    expect(error!.byte - ioctl).toBe(byte);
  });

  it.each([
    ['another magic', 3, 'magic', 3],
    ['another version', 8, 'version', 8],
    ['a bit in the spare word', 12, 'spare word', 12],
  ])('with %s is none', async (_, at, field, byte) => {
    const binary = await load();
    binary[at] ^= 4;
    expect((await readAll(binary)).error).toMatchObject({ record: -1, field, byte });
  });

  it('may keep a line as text only where it is spelled otherwise than ours', async () => {
    const odd = Buffer.from(`${HEADER}\n${CLOSE.replace('":3', '": 3')}\n`);
    const binary = await convertBytes(odd, 'ptcap');
    expect((await readAll(binary)).error).toBeNull();
    const at = frame(binary, 1);
    expect(binary.readUInt16LE(at + 4)).toBe(5);
    const ours = Buffer.from(`${CLOSE}\n`);
    ours.copy(binary, at + 16);
    binary[at + 16 + ours.length] = 0;
    binary.writeUInt32LE(ours.length, at);
    seal(binary, at);
    expect((await readAll(binary)).error).toMatchObject({ record: 0, field: 'frame kind' });
  });

  it('with a byte in the padding of its frame is corruption', async () => {
    const binary = await convertBytes(Buffer.from(`${HEADER}\n`), 'ptcap');
    const size = binary.readUInt32LE(16);
    expect(size % 8).not.toBe(0);
    binary[32 + size] = 1;
    seal(binary, 16);
    expect((await readAll(binary)).error).toMatchObject({ record: -1, field: 'padding', byte: 32 + size });
  });

  it('with a byte in the padding of what a call changed is corruption', async () => {
    const line = IOCTL.replace('"out":"fe"', '"out":"fefe"');
    const binary = await convertBytes(Buffer.from(`${HEADER}\n${line}\n`), 'ptcap');
    const at = frame(binary, 1);
    const last = binary.length - 1;
    binary[last] = 1;
    seal(binary, at);
    expect((await readAll(binary)).error).toMatchObject({ record: 0, field: 'buffers[0].out', byte: last });
  });

  it('has the checksum that docs/formats.md describes', async () => {
    const binary = await load();
    for (let at = 16; at < binary.length; ) {
      const padded = Math.ceil(binary.readUInt32LE(at) / 8) * 8;
      let check = 0x9e3779b1n;
      for (let i = 0; i < 16 + padded; i += 4) {
        if (i === 12) continue;
        check ^= BigInt(binary.readUInt32LE(at + i));
        const turned = ((check << 15n) | (check >> 17n)) & 0xffffffffn;
        check = (turned * 0x2c1b3c6dn) & 0xffffffffn;
      }
      expect(BigInt(binary.readUInt32LE(at + 12))).toBe(check);
      at += 16 + padded;
    }
  });

  it('has nothing behind a line that had no newline', async () => {
    const binary = await convertBytes(Buffer.from(`${HEADER}\n${CLOSE}`), 'ptcap');
    const more = Buffer.from(binary.subarray(frame(binary, 1)));
    more.writeUInt32LE(2, 8);
    seal(more, 0);
    const { records, error } = await readAll(Buffer.concat([binary, more]));
    expect(records.length).toBe(1);
    expect(error).toMatchObject({ record: 1, found: 'another frame' });
  });
});

describe('gzip around a capture', () => {
  const text = head(captureText('vulkaninfo'), 30);

  it('with a wrong checksum is corruption behind the last records', async () => {
    const zipped = gzipSync(text);
    zipped[zipped.length - 8] ^= 1;
    const { records, error } = await readAll(zipped);
    // What zlib found in the same 64 compressed bytes as the checksum is lost with it.
    expect(records.length).toBeGreaterThan(26);
    expect(error).toMatchObject({ record: records.length, field: 'gzip', truncated: false });
  });

  it('with rubbish behind it is corruption behind the last record', async () => {
    const { records, error } = await readAll(Buffer.concat([gzipSync(text), Buffer.from('rubbish')]));
    expect(records.length).toBeGreaterThan(25);
    expect(error).toMatchObject({ record: records.length, field: 'gzip' });
  });

  it('may come in several members', async () => {
    const middle = text.indexOf(10, 2000) + 11;
    const both = Buffer.concat([gzipSync(text.subarray(0, middle)), gzipSync(text.subarray(middle))]);
    for (const piece of [1, 1000, 1 << 16]) {
      const { records, error } = await readAll(both, piece);
      expect(error).toBeNull();
      expect(records.length).toBe(29);
    }
  });
});
