// The nine workloads, and what the kernel's own code of 7.2 takes for each, in yardsticks (yardstick.c): measured with
// gcc -O2 over a stubbed kernel in the same runs as the yardstick.
import { BenchClient } from './client.mjs';

const MIB = 2 ** 20;
const GIB = 2 ** 30;
const BASE = 0x100000000;

/** Kernel C, as [figure of the yardstick, how many of it]. */
export const KERNEL = {
  'map-4k': ['A', 5.2],
  'unmap-4k': ['A', 3.0],
  'map-64m-4k': ['B', 26.6],
  'unmap-64m-4k': ['B', 0.04],
  'map-1g-2m': ['D', 3.4],
  'unmap-1g-2m': ['D', 1.2],
  'rebind-64k': ['D', 1.26],
  'rebind-64k-small': ['D', 1.9],
  'rebind-64k-scattered': ['D', 10],
};

/** ns that `work` takes. */
function time(work) {
  const start = process.hrtime.bigint();
  work();
  return Number(process.hrtime.bigint() - start);
}

/** 100,000 maps of one page at every second page, then their unmaps. */
function small() {
  const n = 100_000;
  const client = new BenchClient();
  const bo = client.object(4096, '4k');
  const map = time(() => {
    for (let i = 0; i < n; i++) client.map(bo, 0, BASE + i * 8192, 4096);
  });
  const unmap = time(() => {
    for (let i = 0; i < n; i++) client.unmap(BASE + i * 8192, 4096);
  });
  return { 'map-4k': map / n, 'unmap-4k': unmap / n };
}

/** Places that a large object is mapped at before it is unmapped from them: one call alone is too short for the clock. */
const PLACES = 8;

/** A large object mapped and unmapped whole, `n` times at each place, on a client that is kept warm. */
function whole(name, size, layout, n) {
  const client = new BenchClient();
  const bo = client.object(size, layout);
  return () => {
    let map = 0;
    let unmap = 0;
    for (let i = 0; i < n; i++) {
      map += time(() => {
        for (let place = 0; place < PLACES; place++) client.map(bo, 0, BASE + place * size, size);
      });
      unmap += time(() => {
        for (let place = 0; place < PLACES; place++) client.unmap(BASE + place * size, size);
      });
    }
    return { [`map-${name}`]: map / (n * PLACES), [`unmap-${name}`]: unmap / (n * PLACES) };
  };
}

/** Numbers below 16,384 by xorshift, the same in every run. */
function randomSlots(n) {
  let x = 88172645;
  return Int32Array.from({ length: n }, () => {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    return x & 16383;
  });
}

/**
 * 64 KiB maps at random 64 KiB boundaries of a mapped 1 GiB, from an object of `size` bytes at offset `offsetOf(slot)`.
 * Every boundary was rebound once before the first round, so that each operation replaces one mapping by another.
 */
function rebind(name, size, layout, offsetOf) {
  const client = new BenchClient();
  client.map(client.object(GIB, 'contig4k'), 0, BASE, GIB);
  const bo = client.object(size, layout);
  const one = (slot) => client.map(bo, offsetOf(slot), BASE + slot * 65536, 65536);
  for (let slot = 0; slot < 16384; slot++) one(slot);
  const slots = randomSlots(100_000);
  return () => {
    const ns = time(() => {
      for (let i = 0; i < slots.length; i++) one(slots[i]);
    });
    return { [name]: ns / slots.length };
  };
}

/** Workloads in the order of the table: each returns a function that runs one round and says ns an operation. */
export const GROUPS = [
  () => small,
  () => whole('64m-4k', 64 * MIB, '4k', 25),
  () => whole('1g-2m', GIB, 'contig2M', 1000),
  () => rebind('rebind-64k', GIB, 'contig4k', (slot) => slot * 65536),
  () => rebind('rebind-64k-small', 65536, '4k', () => 0),
  () => rebind('rebind-64k-scattered', 64 * MIB, '4k', (slot) => (slot * 65536) % (64 * MIB)),
];
