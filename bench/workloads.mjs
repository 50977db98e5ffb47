// The nine workloads, and what the kernel's own code of 7.2 takes for each, in yardsticks (yardstick.c): measured with
// gcc -O2 over a stubbed kernel in the same runs as the yardstick.
import { median } from './spread.mjs';

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

/** ns of one of the encoded operations [from, to). */
function timeCalls(client, from, to) {
  return time(() => client.call(from, to)) / (to - from);
}

/** 100,000 maps of one page at every second page, then their unmaps, on a client that is kept warm. */
function small(newClient) {
  const n = 100_000;
  const client = newClient();
  const bo = client.object(4096, '4k');
  const at = (i) => ({ va: BASE + i * 8192, size: 4096 });
  client.encode(Array.from({ length: 2 * n }, (_, i) => (i < n ? { bo, ...at(i) } : at(i - n))));
  return () => ({ 'map-4k': timeCalls(client, 0, n), 'unmap-4k': timeCalls(client, n, 2 * n) });
}

/** Places that a large object is mapped at before it is unmapped from them: one call alone is too short for the clock. */
const PLACES = 8;

/** The engine compiles what has run thousands of times: small objects get the unmaps of large ones there within reason. */
function warmUp(client, layout) {
  const size = 4 * MIB;
  client.encode([
    { bo: client.object(size, layout), va: BASE, size },
    { va: BASE, size },
  ]);
  for (let i = 0; i < 10_000; i++) client.call(0, 2);
}

/** A large object mapped and unmapped whole, `n` times at each place, on a client that is kept warm. */
function whole(newClient, name, size, layout, n) {
  const client = newClient();
  warmUp(client, layout);
  const bo = client.object(size, layout);
  const at = (place) => ({ va: BASE + place * size, size });
  client.encode(
    Array.from({ length: 2 * PLACES }, (_, i) => (i < PLACES ? { bo, ...at(i) } : at(i - PLACES))),
  );
  return () => {
    const map = [];
    const unmap = [];
    for (let i = 0; i < n; i++) {
      map.push(timeCalls(client, 0, PLACES));
      unmap.push(timeCalls(client, PLACES, 2 * PLACES));
    }
    // Medians: a few microseconds are lost whole when the machine does something else in between.
    return { [`map-${name}`]: median(map), [`unmap-${name}`]: median(unmap) };
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
function rebind(newClient, name, size, layout, offsetOf) {
  const client = newClient();
  client.map(client.object(GIB, 'contig4k'), 0, BASE, GIB);
  const bo = client.object(size, layout);
  const slots = [...Array(16384).keys(), ...randomSlots(100_000)];
  client.encode(
    slots.map((slot) => ({ bo, boOffset: offsetOf(slot), va: BASE + slot * 65536, size: 65536 })),
  );
  client.call(0, 16384);
  return () => ({ [name]: timeCalls(client, 16384, slots.length) });
}

/**
 * Workloads in the order of the table: each takes what makes a client, and returns a function that runs one round and says ns an
 * operation.
 */
export const GROUPS = [
  small,
  (client) => whole(client, '64m-4k', 64 * MIB, '4k', 25),
  (client) => whole(client, '1g-2m', GIB, 'contig2M', 1000),
  (client) => rebind(client, 'rebind-64k', GIB, 'contig4k', (slot) => slot * 65536),
  (client) => rebind(client, 'rebind-64k-small', 65536, '4k', () => 0),
  (client) => rebind(client, 'rebind-64k-scattered', 64 * MIB, '4k', (slot) => (slot * 65536) % (64 * MIB)),
];
