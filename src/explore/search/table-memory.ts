/** The memory of a table of states: of one thread, or shared by several. */

export interface TableBuffers {
  lanes: SharedArrayBuffer;
  parents: SharedArrayBuffer;
  places: SharedArrayBuffer;
  numbers: SharedArrayBuffer;
  steps: SharedArrayBuffer;
  count: SharedArrayBuffer;
}

/** The same as numbers. */
export interface Arrays {
  lanes: Int32Array;
  parents: Int32Array;
  places: Int32Array;
  numbers: Int32Array;
  steps: Uint8Array;
  count: Int32Array;
}

/** Places for `states` states: at least half as many again, a power of two. */
export function placesFor(states: number): number {
  let places = 1024;
  while (places < states * 1.5) places *= 2;
  return places;
}

/** Memory that threads share, for a table of `capacity` states; the operating system gives it when it is touched. */
export function allocateShared(capacity: number): TableBuffers {
  return {
    lanes: new SharedArrayBuffer(placesFor(capacity) * 8),
    parents: new SharedArrayBuffer(capacity * 4),
    places: new SharedArrayBuffer(capacity * 4),
    numbers: new SharedArrayBuffer(placesFor(capacity) * 4),
    steps: new SharedArrayBuffer(capacity),
    count: new SharedArrayBuffer(4),
  };
}

export function viewsOf(buffers: TableBuffers): Arrays {
  return {
    lanes: new Int32Array(buffers.lanes),
    parents: new Int32Array(buffers.parents),
    places: new Int32Array(buffers.places),
    numbers: new Int32Array(buffers.numbers),
    steps: new Uint8Array(buffers.steps),
    count: new Int32Array(buffers.count),
  };
}

/** `bigger`, which begins as `old` is. */
export function resized<T extends Int32Array | Uint8Array>(old: T, bigger: T): T {
  bigger.set(old);
  return bigger;
}
