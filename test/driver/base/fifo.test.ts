import { expect, test } from 'vitest';
import { Fifo } from '../../../src/driver/base/fifo.ts';

/** Takes and puts as `steps` say: a number above 0 puts so many, one below 0 takes so many. */
test.each([
  [[1, -1, 1, -1]],
  [[100, -70, 100, -130]],
  [[1024, -1024, 1, -1]],
  [[1025, -1, 1, -1025]],
  [[1024, -600, 1000, -1424]],
  [[5000, -4999, 5000, -5001]],
  [[10, -20, 3000, -2500, 3000, -9000]],
])('what is put into a queue comes out in order: %j', (steps) => {
  const fifo = new Fifo<number>();
  let put = 0;
  let taken = 0;
  for (const step of steps) {
    for (let i = 0; i < step; i++) fifo.push(put++);
    for (let i = 0; i > step; i--) {
      const wanted = taken < put ? taken++ : undefined;
      expect(fifo.first).toBe(wanted);
      expect(fifo.shift()).toBe(wanted);
    }
    expect(fifo.length).toBe(put - taken);
  }
});
