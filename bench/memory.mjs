// Memory: a million VMAs in one VM, and a 1 GiB mapping of scattered 4 KiB pages. Each in a process of its own, whose
// peak is set back when the client stands: Linux lets a process inherit its parent's through exec.
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const MIB = 2 ** 20;

const CASES = {
  'a million VMAs (one page each, every second page)': (client) => {
    const bo = client.object(4096, '4k');
    for (let i = 0; i < 1_000_000; i++) client.map(bo, 0, 0x100000000 + i * 8192, 4096);
  },
  'a 1 GiB mapping of scattered 4 KiB pages': (client) => {
    client.map(client.object(2 ** 30, '4k'), 0, 0x100000000, 2 ** 30);
  },
};

/** Bytes that a line of /proc/self/status tells: VmHWM is the peak of what the process holds, VmRSS what it holds now. */
function held(name) {
  const [, kib] = new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(readFileSync('/proc/self/status', 'utf8'));
  return Number(kib) * 1024;
}

/** Runs one case and prints the process's peak and what the tables alone take, in bytes. */
async function child(name) {
  const { BenchClient } = await import('./client.mjs');
  const client = new BenchClient();
  const before = held('VmRSS');
  // proc(5): "5" sets the peak to what is held now.
  writeFileSync('/proc/self/clear_refs', '5');
  CASES[name](client);
  const tables = client.device.machine.memory.live * 4096;
  const peak = held('VmHWM');
  process.stdout.write(JSON.stringify({ before, peak, tables, vmas: client.vm.vmas.count }));
}

export function printMemory() {
  process.stdout.write('memory, as the peak of a process of its own\n\n');
  for (const name of Object.keys(CASES)) {
    const out = spawnSync(process.execPath, [fileURLToPath(import.meta.url), name], { encoding: 'utf8' });
    const { before, peak, tables, vmas } = JSON.parse(out.stdout);
    const mib = (bytes) => `${(bytes / MIB).toFixed(1)} MiB`;
    process.stdout.write(
      `  ${name}: ${mib(peak)} at its peak, ${mib(before)} of it before (${vmas} VMAs, tables ${mib(tables)})\n`,
    );
  }
  process.stdout.write('\n');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await child(process.argv[2]);
