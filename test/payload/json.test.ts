import { readdirSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromJson, toJson } from '../../src/payload/json.ts';
import { makePayload, type Payload } from '../../src/payload/payload.ts';
import { fromRecord } from '../../src/payload/record.ts';
import { render } from '../../src/payload/render.ts';
import { judge } from '../../src/payload/verdict.ts';
import { allIoctls, allStructs } from '../../uapi/lookup.ts';
import { drm_panthor_vm_bind } from '../../uapi/panthor_drm.ts';

function roundTrip(payload: Payload): Payload {
  return fromJson(JSON.parse(JSON.stringify(toJson(payload))));
}

/** Bytes and regions, regions sorted: their order in JSON is that of the pointers. */
function contents({ root, regions, request }: Payload): unknown {
  const sorted = regions.map((one) => [one.address, Buffer.from(one.bytes).toString('hex')] as const);
  return [request, Buffer.from(root.bytes).toString('hex'), sorted.sort((a, b) => Number(a[0] - b[0]))];
}

describe('JSON', () => {
  it.each(allStructs.map((layout) => [layout.name, layout] as const))(
    'keeps any bytes of %s, of any length',
    (_, layout) => {
      const bytes = fc.uint8Array({ minLength: 1, maxLength: layout.size + 12 });
      fc.assert(
        fc.property(bytes, (raw) => {
          expect(Buffer.from(roundTrip(makePayload(layout, raw)).root.bytes)).toEqual(Buffer.from(raw));
        }),
        { numRuns: 25 },
      );
    },
  );

  it('keeps arguments and whatever user memory is given, used or not, long or short', () => {
    const region = fc.record({
      address: fc.constantFrom(0x1000n, 0x1008n, 0x2000n, 0x3000n),
      bytes: fc.uint8Array({ minLength: 1, maxLength: 120 }),
    });
    const regions = fc.uniqueArray(region, { selector: (one) => one.address, maxLength: 3 });
    const numbers = fc.tuple(fc.constantFrom(0, 1, 2, 16, 24, 48, 50), fc.constantFrom(0, 1, 2, 3));
    fc.assert(
      fc.property(fc.constantFrom(...allIoctls), regions, numbers, (spec, given, [stride, count]) => {
        const bytes = new Uint8Array(spec.arg?.size ?? 0);
        const view = new DataView(bytes.buffer);
        for (const { pointer, stride: s, count: c } of spec.buffers) {
          view.setUint32(pointer.offset, 0x1000, true);
          if (typeof s === 'object') view.setUint32(s.offset, stride, true);
          if (typeof c === 'object') view.setUint32(c.offset, count, true);
        }
        const payload = makePayload(spec.arg ?? drm_panthor_vm_bind, bytes, given, spec);
        expect(contents(roundTrip(payload))).toEqual(contents(payload));
        expect(render(payload, judge(payload), 'full')).toContain(spec.name);
      }),
      { numRuns: 400 },
    );
  });

  it.each([
    [{}, 'the input: found , expected ioctl, request or struct'],
    [{ ioctl: 'VM_BIMD' }, 'unknown ioctl VM_BIMD'],
    [{ ioctl: 'BIND' }, 'unknown ioctl BIND; there is VM_BIND'],
    [{ struct: 'vm_bind', value: { ops: { cuont: 1 } } }, 'drm_panthor_vm_bind.ops.cuont: found a field'],
    [
      { struct: 'vm_bind', size: 16, tail: '00' },
      'drm_panthor_vm_bind.tail: found 1 bytes, expected at most 0',
    ],
    [{ struct: 'vm_bind', buffers: [{ addr: 'x' }] }, 'buffers[0].addr: found "x"'],
    [{ struct: 'vm_bind', buffers: [{ addr: 1, values: [1], type: 'u16' }] }, 'buffers[0].type: found "u16"'],
    [{ struct: 'vm_bind', holes: { 4: '00' } }, 'holes.4: found 1 bytes, expected bytes that fit a hole'],
  ])('%j is refused with its place', (json, message) => {
    expect(() => fromJson(json)).toThrow(message);
  });
});

describe('the records of the captures', () => {
  const folder = new URL('../fixtures/captures/', import.meta.url);
  const files = readdirSync(folder).filter((name) => name.endsWith('.jsonl.gz'));

  it.each(files)('of %s decode, survive JSON, and hold nothing that the kernel would refuse', (name) => {
    const lines = gunzipSync(readFileSync(new URL(name, folder)))
      .toString()
      .trim()
      .split('\n');
    let seen = 0;
    for (const line of lines) {
      const record = JSON.parse(line);
      if (record.type !== 'ioctl') continue;
      for (const when of ['in', 'out'] as const) {
        const payload = fromRecord(record, when);
        expect(contents(roundTrip(payload))).toEqual(contents(payload));
        const verdict = judge(payload);
        if (record.ret === 0 && when === 'in') expect(verdict.rejects, line).toEqual([]);
        expect(render(payload, verdict, 'short')).toMatch(/^[A-Z_]+\(.*\)\n$/);
      }
      seen++;
    }
    expect(seen).toBeGreaterThan(10);
  });
});
