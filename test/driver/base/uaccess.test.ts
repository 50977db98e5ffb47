/** User memory in many parts is found as it is in few. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UserMemory } from '../../../src/driver/base/uaccess.ts';

/** The offset by looking at each region: of those that hold the range, the one that reaches farthest. */
function naive(mem: UserMemory, addr: number, size: number): number {
  let best = -1;
  for (let i = 0; i < mem.count; i++) {
    const end = mem.addrs[i] + mem.sizes[i];
    const holds = addr >= mem.addrs[i] && addr + size <= end;
    if (holds && (best < 0 || end > mem.addrs[best] + mem.sizes[best])) best = i;
  }
  return best < 0 ? -1 : addr - mem.addrs[best];
}

const regions = fc.array(fc.tuple(fc.nat(2000), fc.integer({ min: 1, max: 40 })), {
  minLength: 20,
  maxLength: 200,
});

describe('user memory of many regions', () => {
  it('is found wherever it lies, in whatever order it came', () => {
    fc.assert(
      fc.property(
        regions,
        fc.array(fc.tuple(fc.nat(2050), fc.integer({ min: 1, max: 8 }))),
        (parts, looks) => {
          const mem = new UserMemory();
          for (const [addr, size] of parts) mem.reserve(addr, size);
          let pauses = 0;
          mem.index(() => pauses++);
          expect(pauses).toBeGreaterThan(0);
          for (const [addr, size] of looks) {
            const at = mem.locate(addr, size);
            const inRegion = naive(mem, addr, size);
            expect(at < 0).toBe(inRegion < 0);
          }
        },
      ),
    );
  });

  it('that do not overlap is found at its very place', () => {
    fc.assert(
      fc.property(
        fc.shuffledSubarray(
          Array.from({ length: 300 }, (_, i) => i),
          { minLength: 20 },
        ),
        (order) => {
          const mem = new UserMemory();
          const at = new Map(order.map((i) => [i, mem.reserve(1000 * i, 100)]));
          for (const i of order) expect(mem.locate(1000 * i + 30, 50)).toBe((at.get(i) as number) + 30);
          expect(mem.locate(1000 * order[0] + 60, 50)).toBe(-1);
        },
      ),
    );
  });
});
