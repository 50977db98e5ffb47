import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { MAX_FRAME_BYTES } from '../../src/capture/frame.ts';
import * as wire from '../../src/live/wire.ts';

const header = readFileSync(new URL('../../native-stubs/wire.h', import.meta.url), 'utf8');

/** Bytes of the scalars that wire.h uses; they are also their alignments. */
const scalars = { uint64_t: 8, int64_t: 8, uint32_t: 4, int32_t: 4, uint16_t: 2 } as Record<string, number>;

/** sizeof() of each struct of wire.h, by the C ABI. */
function structSizes(): Map<string, number> {
  const sizes = new Map<string, number>();
  for (const [, name, body] of header.matchAll(/struct (wire_\w+) \{([^}]*)\}/g)) {
    let end = 0;
    let align = 1;
    for (const [, type] of body.replaceAll(/\/\*[\s\S]*?\*\//g, '').matchAll(/(\w+) \w+;/g)) {
      const size = scalars[type];
      expect(size, `${name}: ${type}`).toBeDefined();
      end = Math.ceil(end / size) * size + size;
      align = Math.max(align, size);
    }
    sizes.set(name, Math.ceil(end / align) * align);
  }
  return sizes;
}

describe('wire.h and wire.ts', () => {
  it('give the same numbers to the kinds of frame', () => {
    const kinds = [...header.matchAll(/(WIRE_\w+) = (0x[0-9a-f]+)/g)];
    expect(kinds.length).toBeGreaterThan(8);
    for (const [, name, value] of kinds)
      expect([name, (wire as Record<string, unknown>)[name]]).toEqual([name, Number(value)]);
  });

  it('agree about flags and limits', () => {
    const defines = new Map(
      [...header.matchAll(/#define (WIRE_\w+) (.+)/g)].map(([, name, value]) => [name, value]),
    );
    expect(Number(defines.get('WIRE_FDS_MASK'))).toBe(wire.WIRE_FDS_MASK);
    expect(Number(defines.get('WIRE_ATTACH'))).toBe(wire.WIRE_ATTACH);
    expect(Number(defines.get('WIRE_MAX_FDS'))).toBe(wire.WIRE_MAX_FDS);
    expect(defines.get('WIRE_MAX_REGIONS')).toBe('(1u << 16)');
    expect(wire.WIRE_MAX_REGIONS).toBe(1 << 16);
    expect(defines.get('WIRE_MAX_PAYLOAD')).toBe('((24u << 20) + 4096)');
    expect(MAX_FRAME_BYTES).toBe((24 << 20) + 4096);
  });

  it('agree about the sizes of payloads', () => {
    const sizes = structSizes();
    expect(Object.fromEntries(sizes)).toMatchObject({
      wire_header: 16,
      wire_open: wire.OPEN_BYTES,
      wire_ioctl: wire.IOCTL_BYTES,
      wire_region: wire.REGION_BYTES,
      wire_mmap: wire.MMAP_BYTES,
      wire_reply: wire.REPLY_BYTES,
      wire_install: 16,
      wire_record_file: 24,
      wire_record_ioctl: 40,
      wire_record_mmap: 40,
      wire_record_close: 8,
    });
  });
});
