/** Scenarios drawn at random, of all that a tree can be asked: the same seed gives the same one on every machine. */
import { Random } from '../hostile/random.mjs';

const BASE = 0x10000000;
const PAGE = 4096;
const BLOCK = 2 << 20;

const hex = (n) => `0x${n.toString(16)}`;
const bytes = (n) => (n % (1 << 20) === 0 ? `${n >> 20}M` : `${n >> 10}K`);

/** Ranges of small pages in the first four of the mapping, or of and around its two blocks. */
function range(r, big) {
  if (!big) {
    const first = r.below(4);
    return [BASE + first * PAGE, (1 + r.below(4 - first)) * PAGE];
  }
  return r.of([
    [BASE, 2 * BLOCK],
    [BASE, BLOCK],
    [BASE + BLOCK, BLOCK],
    [BASE + PAGE * r.below(1024), PAGE],
    [BASE + BLOCK / 2, BLOCK],
    [BASE + BLOCK - PAGE, 2 * PAGE],
  ]);
}

/** A `map`: its object and offset, and how much of the range the object reaches. */
function mapping(r, big) {
  const [va, asked] = range(r, big);
  const object = r.of(['old', 'new']);
  const whole = (object === 'old' ? 2 : 1) * (big ? BLOCK : 2 * PAGE);
  const size = Math.min(asked, whole);
  const offset = r.oneIn(3) ? PAGE * r.below(1 + (whole - size) / PAGE) : 0;
  return `${object}${offset === 0 ? '' : `+${hex(offset)}`} at ${hex(va)} size ${bytes(size)}`;
}

const CALLS = {
  map: (r, vm, big) => {
    const flags = r.oneIn(5) ? ` ${r.of(['readonly', 'noexec', 'uncached'])}` : '';
    return `${r.oneIn(4) ? 'async ' : ''}map ${vm} ${mapping(r, big)}${flags}`;
  },
  unmap: (r, vm, big) => {
    const [va, size] = range(r, big);
    return `${r.oneIn(4) ? 'async ' : ''}unmap ${vm} at ${hex(va)} size ${bytes(size)}`;
  },
  sparse: (r, vm, big) => {
    const [va, size] = range(r, big);
    return `sparse ${vm} at ${hex(va)} size ${bytes(size)}`;
  },
  access: (r, vm, big) => `${r.of(['read', 'write', 'execute'])} ${vm} ${hex(range(r, big)[0])}`,
  activate: (_, vm) => `activate ${vm}`,
  enter: (_, vm) => `enter ${vm}`,
  idle: (_, vm) => `idle ${vm}`,
  destroy: (_, vm) => `destroy ${vm}`,
  kill: (_, vm) => `kill ${vm} ${hex(BASE)}`,
  device: (r) => r.of(['reset', 'reset', 'suspend', 'suspend\n  resume', 'unplug', 'remove']),
};
const OFTEN = {
  map: 7,
  unmap: 4,
  access: 5,
  sparse: 1,
  activate: 2,
  enter: 1,
  idle: 1,
  destroy: 1,
  kill: 1,
  device: 2,
};

/** The text of scenario number `seed`. */
export function randomScenario(seed) {
  const r = new Random(seed);
  const vms = r.oneIn(3) ? ['A', 'B'] : ['A'];
  const big = r.oneIn(3);
  const unit = big ? BLOCK : 2 * PAGE;
  const lines = ['check atomic', `slots ${r.oneIn(3) ? 2 : 1}`];
  lines.push(`object old ${bytes(2 * unit)}`, `object new ${bytes(unit)}`);
  if (r.oneIn(8)) lines.push(`stuck ${r.of(['LOCK', 'UPDATE', 'UNLOCK', 'flush'])} after ${r.below(3)}`);
  if (r.oneIn(10)) lines.push(`fail tables after ${r.below(3)}`);
  let active = false;
  for (const vm of vms) {
    lines.push(`vm ${vm}`);
    if (r.oneIn(3)) {
      lines.push(
        `  map old at ${hex(BASE)} size ${bytes(unit)}`,
        `  map new at ${hex(BASE + unit)} size ${bytes(unit)}`,
      );
    } else lines.push(`  map old at ${hex(BASE)}`);
    if (!active && !r.oneIn(4)) {
      lines.push('  activate');
      active = true;
    }
  }
  const threads = r.oneIn(4) ? 3 : 2;
  for (let t = 0; t < threads; t++) {
    lines.push(`thread t${t}`);
    const calls = threads === 2 && r.oneIn(3) ? 2 : 1;
    for (let i = 0; i < calls; i++) lines.push(`  ${CALLS[r.weighted(OFTEN)](r, r.of(vms), big)}`);
  }
  return `${lines.join('\n')}\n`;
}
