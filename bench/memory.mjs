// Memory: a million VMAs in one VM, and a 1 GiB mapping of scattered 4 KiB pages. Each in a process of its own.
import { spawnSync } from 'node:child_process';
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

/** Runs one case and prints the process's peak and what the tables alone take, in bytes. */
async function child(name) {
  const { BenchClient } = await import('./client.mjs');
  const client = new BenchClient();
  const before = process.resourceUsage().maxRSS * 1024;
  CASES[name](client);
  const tables = client.device.machine.memory.live * 4096;
  const peak = process.resourceUsage().maxRSS * 1024;
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
