import { constants } from 'node:os';
import { describe, expect, it } from 'vitest';
import * as errno from '../../uapi/errno.ts';

describe('error numbers', () => {
  it('are those of this system, wherever it has the name', () => {
    const own = constants.errno as unknown as Record<string, number>;
    let compared = 0;
    for (const [name, value] of Object.entries(own)) {
      const ours = errno.errnoNumber(name);
      if (ours === undefined) continue;
      expect(ours, name).toBe(value);
      compared++;
    }
    expect(compared).toBeGreaterThan(70);
  });

  it('have the value under which they are exported', () => {
    for (const [name, value] of Object.entries(errno)) {
      if (typeof value !== 'number' || name === 'ERESTARTSYS') continue;
      expect(errno.errnoNumber(name), name).toBe(value);
      expect(errno.errnoName(-value)).toBe(name);
    }
  });

  it('that Linux does not have stay numbers', () => {
    expect(errno.errnoName(41)).toBe('errno 41');
    expect(errno.errnoName(4000)).toBe('errno 4000');
    expect(errno.errnoName(-512)).toBe('ERESTARTSYS');
  });
});
