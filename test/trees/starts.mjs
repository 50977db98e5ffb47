/** Loads an addon so many times, each a kernel of its own, and says what went wrong: node starts.mjs ADDON TIMES. */
import { loadAddon } from '../../dist/src/tree/native.js';
import { wordsOf } from '../tooling/words.mjs';

const [addon, times] = wordsOf('ADDON TIMES');
const kernels = [];
for (let i = 0; i < Number(times); i++) {
  const native = loadAddon(addon);
  native.reset();
  kernels.push(native);
}
// Each has its own memory: what is allocated in one is not in the others.
kernels[0].allocate(4096);
if (kernels.slice(1).some((native) => native.allocate(64) !== 0)) throw new Error('two kernels share a heap');
process.stdout.write(`${kernels.length}\n`);
