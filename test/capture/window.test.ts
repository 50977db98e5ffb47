import { expect, it } from 'vitest';
import { Window } from '../../src/capture/window.ts';

it('a window grows while a record does not fit, keeps its bytes, and is small again afterwards', () => {
  const window = new Window();
  const small = window.data.length;
  const record = Uint8Array.from({ length: 3 << 20 }, (_, i) => i % 251);
  window.append(record);
  expect(Buffer.compare(window.data.subarray(window.at, window.end), record)).toBe(0);
  window.at = window.end - 10;
  for (let filled = 0; filled < 4 << 20; filled += 1 << 16) {
    window.append(new Uint8Array(1 << 16));
    window.at += 1 << 16;
  }
  expect(window.size).toBe(10);
  expect(window.data.length).toBe(small);
});

it('a window knows the stream offset of each place, however often it moved', () => {
  const window = new Window();
  for (let n = 0; n < 500; n++) {
    window.append(new Uint8Array(7000).fill(n % 256));
    window.at += 7000;
    expect(window.offset(window.at)).toBe(7000 * (n + 1));
  }
  expect(window.size).toBe(0);
});
