import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { captureText, convertBytes, essence, head, readAll } from './helpers.ts';

const text = head(captureText('vulkaninfo'), 12);
const forms: [string, () => Promise<Buffer>][] = [
  ['JSON Lines', async () => text],
  ['.ptcap', () => convertBytes(text, 'ptcap')],
  ["gzip'd", async () => gzipSync(text)],
];

/** Bytes to overwrite, remove or insert, at places given as fractions of the stream. */
const edits = fc.array(
  fc.record({
    place: fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
    remove: fc.nat(8),
    insert: fc.oneof(
      fc.uint8Array({ maxLength: 4 }),
      fc.string({ maxLength: 4 }).map((s) => Buffer.from(s)),
    ),
  }),
  { minLength: 1, maxLength: 3 },
);

describe('a capture with bytes changed, lost and added', () => {
  it.each(forms)(
    '(%s) gives records or corruption that names what comes next, never anything else',
    async (_, load) => {
      const stream = await load();
      await fc.assert(
        fc.asyncProperty(edits, fc.integer({ min: 1, max: 5000 }), async (list, piece) => {
          let bad = stream;
          for (const { place, remove, insert } of list) {
            const at = Math.floor(place * bad.length);
            bad = Buffer.concat([bad.subarray(0, at), insert, bad.subarray(at + remove)]);
          }
          const { records, error } = await readAll(bad, piece);
          if (error !== null) {
            expect(error.record).toBe(error.record < 0 ? -1 : records.length);
            expect(error.start).toBeLessThanOrEqual(error.byte);
            expect(error.found).not.toBe('');
            expect(error.expected).not.toBe('');
          }
        }),
        { numRuns: 400 },
      );
    },
  );

  it('(.ptcap) never gives a record that was not in it', async () => {
    const stream = await convertBytes(text, 'ptcap');
    const whole = (await readAll(stream)).records.map(essence);
    await fc.assert(
      fc.asyncProperty(edits, async (list) => {
        let bad = stream;
        for (const { place, remove, insert } of list) {
          const at = Math.floor(place * bad.length);
          bad = Buffer.concat([bad.subarray(0, at), insert, bad.subarray(at + remove)]);
        }
        const { records } = await readAll(bad);
        expect(whole.slice(0, records.length)).toEqual(records.map(essence));
      }),
      { numRuns: 300 },
    );
  });
});

it('random bytes are corruption at or near byte 0, whatever they begin like', async () => {
  const starts = [[], [0x1f, 0x8b], [0x1f, 0x8b, 8, 0], [0x89, 0x50], [0x7b], [0x7b, 0x22]].map((s) =>
    Buffer.from(s),
  );
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...starts), fc.uint8Array({ maxLength: 300 }), async (start, rest) => {
      const { records, error } = await readAll(Buffer.concat([start, rest]));
      expect(records).toEqual([]);
      expect(error?.record).toBe(-1);
    }),
    { numRuns: 500 },
  );
});
