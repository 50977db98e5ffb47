// How the cost of one operation grows with the number of VMAs in the VM.
import { BenchClient } from './client.mjs';
import { median, spreadText } from './spread.mjs';

const BASE = 0x100000000;
const PAGE = 4096;

const ROUNDS = 7;

/** ns of one map and one unmap, by round, in a VM that has `count` mappings of one page at every second page. */
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
  client.call(0, 2 * n);
  return Array.from({ length: ROUNDS }, () => {
    const start = process.hrtime.bigint();
    client.call(0, 2 * n);
    return Number(process.hrtime.bigint() - start) / (2 * n);
  });
}

export function printGrowth() {
  process.stdout.write(
    'one map or unmap of a page at a random place, by the number of VMAs in the VM (median, spread)\n\n',
  );
  let first = 0;
  for (const count of [10, 100, 1000, 10_000, 100_000, 1_000_000]) {
    const rounds = measure(count);
    const ns = median(rounds);
    first ||= ns;
    const factor = (ns / first).toFixed(2);
    process.stdout.write(
      `  ${count.toLocaleString('en').padStart(9)} VMAs ${ns.toFixed(0).padStart(6)} ns   × ${factor}   ${spreadText(rounds)}\n`,
    );
  }
  process.stdout.write('\n');
}
