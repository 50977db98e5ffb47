/** A thread that enters states 1 to `states` in an order of its own, and says which number each has. */
import { parentPort, workerData } from 'node:worker_threads';

const { SharedTable } = await import(
  new URL('../../dist/interleaved/src/explore/search/shared-table.js', import.meta.url).href
);
const { buffers, seed, states } = workerData;
const table = new SharedTable(buffers);
const numbers = new Int32Array(states);
// 7919 and its kin are prime to the number of states: each comes once.
const stride = [7919, 6007, 9973][seed - 1];
for (let i = 0, state = seed; i < states; i++, state = (state + stride) % states) {
  const number = table.enter(state + 1, (state % 13) + 1, -0x80000000);
  numbers[state] = number < 0 ? ~number : number;
}
table.rest();
parentPort.postMessage(numbers);
