// How the cost of one operation grows with the number of VMAs in the VM.
import { BenchClient } from './client.mjs';

const BASE = 0x100000000;
const PAGE = 4096;

/** ns of one map and one unmap in a VM that has `count` mappings of one page at every second page. */
function measure(count) {
  const client = new BenchClient();
  const bo = client.object(PAGE, '4k');
  for (let i = 0; i < count; i++) client.map(bo, 0, BASE + i * 2 * PAGE, PAGE);
  const n = 50_000;
  let x = 88172645;
  const pairs = Array.from({ length: n }, () => {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    const va = BASE + ((x >>> 0) % count) * 2 * PAGE + PAGE;
    return [
      { bo, va, size: PAGE },
      { va, size: PAGE },
    ];
  });
  client.encode(pairs.flat());
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 5; round++) {
    const start = process.hrtime.bigint();
    client.call(0, 2 * n);
    best = Math.min(best, Number(process.hrtime.bigint() - start) / (2 * n));
  }
  return best;
}

export function printGrowth() {
  process.stdout.write('one map or unmap of a page at a random place, by the number of VMAs in the VM\n\n');
  let first = 0;
  for (const count of [10, 100, 1000, 10_000, 100_000, 1_000_000]) {
    const ns = measure(count);
    first ||= ns;
    const factor = (ns / first).toFixed(2);
    process.stdout.write(
      `  ${count.toLocaleString('en').padStart(9)} VMAs ${ns.toFixed(0).padStart(6)} ns   × ${factor}\n`,
    );
  }
  process.stdout.write('\n');
}
