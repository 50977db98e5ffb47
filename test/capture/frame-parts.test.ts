/** A frame that arrives in parts is what it is when it arrives whole. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Frame } from '../../src/capture/frame.ts';
import { FrameWriter } from '../../src/capture/frame-writer.ts';

const bytes = fc.uint8Array({ maxLength: 300 });

it('is whole at its last byte, and corrupt when one byte is', () => {
  fc.assert(
    fc.property(bytes, fc.array(fc.integer({ min: 1, max: 60 })), fc.nat(), (payload, parts, flipped) => {
      const writer = new FrameWriter();
      writer.begin(7, 9, 2);
      writer.tail(payload);
      writer.finish();
      const { used } = writer;
      const look = (view: DataView): number => {
        const frame = new Frame();
        let end = 0;
        for (const part of [...parts, used]) {
          end = Math.min(end + part, used);
          const size = frame.arrive(view, 0, end);
          if (size < 0) return size;
          if (end < used) expect(size).toBe(0);
          else {
            expect({ kind: frame.kind, id: frame.id, flags: frame.flags, size: frame.size }).toEqual({
              kind: 7,
              id: 9,
              flags: 2,
              size: payload.length,
            });
            return size;
          }
        }
        return 0;
      };
      expect(look(writer.view)).toBe(used);
      // Not the length: more would have to arrive.
      writer.data[4 + (flipped % (used - 4))] ^= 1;
      expect(look(writer.view)).toBe(-1);
    }),
  );
});
