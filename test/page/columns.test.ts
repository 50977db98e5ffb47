import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { packColumns, unpackColumns } from '../../src/page/columns.ts';

const integers = (most: number, least = 0) => fc.array(fc.integer({ min: least, max: most }));
const columns = fc.record({
  f: fc.array(fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER })).map((list) => Float64Array.from(list)),
  sorted: fc
    .array(fc.integer({ min: 0, max: 2 ** 48 }))
    .map((list) => Float64Array.from(list.sort((a, b) => a - b))),
  u: integers(0xffffffff).map((list) => Uint32Array.from(list)),
  i: integers(0x7fffffff, -0x80000000).map((list) => Int32Array.from(list)),
  s: integers(0xffff).map((list) => Uint16Array.from(list)),
  b: integers(0xff).map((list) => Uint8Array.from(list)),
});

describe('columns of a page', () => {
  it('come back as they were, with what stands in front of them', () => {
    fc.assert(
      fc.property(columns, fc.jsonValue(), (given, meta) => {
        const { meta: found, columns: back } = unpackColumns(packColumns(meta, given));
        expect(found).toEqual(JSON.parse(JSON.stringify(meta)));
        expect(back).toEqual(given);
      }),
    );
  });
});
