import fc from 'fast-check';
import { expect, it } from 'vitest';
import { CaptureError } from '../../src/capture/error.ts';
import { CanonicalLineParser } from '../../src/capture/json/json-line.ts';
import { JsonLineWriter } from '../../src/capture/json/json-text.ts';
import { parseEventLine } from '../../src/capture/json/line.ts';
import { CaptureRecord, setIoctl } from '../../src/capture/record.ts';

const bytes = fc.uint8Array({ maxLength: 40 }).chain((some) =>
  // Words of zeros, of which structs are full.
  fc.constantFrom(some, Uint8Array.from([...some.subarray(0, 8), ...new Uint8Array(24), ...some])),
);
const u32 = fc.oneof(fc.nat(20), fc.nat(), fc.constant(0xffffffff));
const call = fc.record({
  timeNs: fc.oneof(fc.nat(), fc.maxSafeNat()),
  tid: fc.nat(),
  fd: fc.nat(1000),
  nr: fc.nat(255),
  args: fc.uint8Array({ minLength: 48, maxLength: 48 }),
  size: fc.constantFrom(0, 1, 4, 8, 23, 24),
  buffers: fc.array(fc.record({ addr: fc.bigInt(0n, 2n ** 64n - 1n), in: bytes, out: fc.option(bytes) }), {
    maxLength: 3,
  }),
  ret: fc.constantFrom(-1, 0, 1, 0x7fffffff),
  errno: fc.constantFrom(0, 22, 4095),
});
const mmap = fc.record({
  timeNs: fc.maxSafeNat(),
  fd: fc.nat(),
  lengthLo: u32,
  lengthHi: u32,
  offsetLo: u32,
  offsetHi: u32,
  prot: u32,
  flags: u32,
  ok: fc.boolean(),
});

/** The line of an event, as this project writes it. */
const line = fc
  .oneof(
    { arbitrary: call, weight: 4 },
    { arbitrary: mmap, weight: 1 },
    { arbitrary: fc.record({ timeNs: fc.maxSafeNat(), fd: fc.nat() }), weight: 1 },
  )
  .map((event) => {
    const record = new CaptureRecord();
    if ('args' in event) {
      const { args, size, nr } = event;
      const request = ((3 << 30) | (size << 16) | (0x64 << 8) | nr) >>> 0;
      setIoctl(record, {
        ...event,
        request,
        argIn: args.subarray(0, size),
        argOut: args.subarray(24, 24 + size),
      });
    } else Object.assign(record, event, { type: 'ok' in event ? 'mmap' : 'close' });
    const writer = new JsonLineWriter();
    writer.canonical(record);
    return Buffer.from(writer.text.subarray(0, writer.used));
  });

/** Legal JSON that is written otherwise. */
const respell: ((text: string) => string)[] = [
  (text) => text.replace(',', ', '),
  (text) => text.replace(':', ' :'),
  (text) => text.replace(/"0x([0-9a-f]*)/, (_, digits: string) => `"0x${digits.toUpperCase()}`),
  (text) => text.replace(/([0-9a-f]{8})"/, (_, digits: string) => `${digits.toUpperCase()}"`),
  (text) => text.replace('"0x', '"0x0'),
  (text) => text.replace('"type"', '"\\u0074ype"'),
  (text) => text.replace(/00"/, '0\\u0030"'),
  (text) => text.replace(/"fd":(\d+)/, '"fd":$1.0'),
  (text) => `${JSON.stringify(Object.fromEntries(Object.entries(JSON.parse(text)).reverse()))}\n`,
  (text) => text.replace('}\n', ',"more":1}\n'),
  (text) => text.replace('\n', '\r\n'),
];

/** A line as it is, written otherwise, or corrupt. */
const anyLine = fc.oneof(
  line,
  fc.tuple(line, fc.constantFrom(...respell)).map(([text, change]) => Buffer.from(change(text.toString()))),
  fc
    .tuple(
      line,
      fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
      fc.nat(2),
      fc.oneof(
        fc.uint8Array({ maxLength: 2 }),
        fc.constantFrom(...'0/9:@`afgF"').map((s) => Buffer.from(s)),
      ),
    )
    .map(([text, place, remove, insert]) => {
      const at = Math.floor(place * text.length);
      return Buffer.concat([text.subarray(0, at), insert, text.subarray(at + remove)]);
    }),
);

/** What a record says, with copies of its bytes. */
function said(record: CaptureRecord): object {
  const { type, timeNs, fd } = record;
  if (type === 'close') return { type, timeNs, fd };
  if (type === 'mmap') {
    const { lengthLo, lengthHi, offsetLo, offsetHi, prot, flags, ok } = record;
    return { type, timeNs, fd, lengthLo, lengthHi, offsetLo, offsetHi, prot, flags, ok };
  }
  const { tid, request, ret, errno, bufferCount } = record;
  const buffers = record.buffers.slice(0, bufferCount).map(({ addr, addrLo, addrHi }, i) => {
    const out = record.bufferOut(i);
    return { addr, addrLo, addrHi, in: [...record.bufferIn(i)], out: out && [...out] };
  });
  const args = [[...record.argIn], [...record.argOut]];
  return { type, timeNs, fd, tid, request, ret, errno, args, buffers };
}

it('the parser of our own spelling reads what the parser of any spelling takes for ours, and the same in it', () => {
  const parser = new CanonicalLineParser();
  const behind = Buffer.from('{"type":"close","time_ns":1,"fd":2}\n');
  fc.assert(
    fc.property(anyLine, (text) => {
      const stream = Buffer.from([...text, ...behind]);
      const end = stream.indexOf(10) + 1;
      const view = new DataView(stream.buffer, stream.byteOffset, stream.length);
      const fast = new CaptureRecord();
      const place = parser.parse(view, 0, stream.length, fast);
      const slow = new CaptureRecord();
      let ours = false;
      try {
        parseEventLine(stream, 0, end, 0, slow, 0);
        ours = slow.raw === null && !slow.tellsOpen;
      } catch (error) {
        if (!(error instanceof CaptureError)) throw error;
      }
      expect(place).toBe(ours ? end : -1);
      if (ours) expect(said(fast)).toEqual(said(slow));
    }),
    { numRuns: 1200 },
  );
});
