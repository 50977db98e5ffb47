/**
 * Replays a generated stream from a FIFO while it is being written, and says how fast that went and how much memory the
 * replay took at its peak (below 300 MB for 5 million records is what is asked of it).
 *
 *     node bench/fifo.mjs [--json] [RECORDS] [jsonl|ptcap]
 *
 * Needs dist/ (npm run build) and mkfifo.
 */
import '../dist/src/engine.js';
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { openCapture } from '../dist/src/capture/reader.js';
import { kernel } from '../dist/src/driver/kernels.js';
import { Replayer } from '../dist/src/replay/replayer.js';

const here = fileURLToPath(import.meta.url);
const generator = fileURLToPath(new URL('capture-stream.mjs', import.meta.url));

/** What the child process does: the replay itself. */
async function read(path) {
  const capture = await openCapture(path);
  const replayer = new Replayer(capture.header, { kernel: kernel('next') });
  const start = performance.now();
  await capture.each((record) => replayer.step(record));
  const { tally } = replayer;
  process.stdout.write(
    JSON.stringify({
      records: tally.records,
      divergences: tally.divergences.count,
      seconds: (performance.now() - start) / 1000,
      peak_bytes: process.resourceUsage().maxRSS * 1024,
    }),
  );
}

function output(child) {
  return new Promise((resolve, reject) => {
    let text = '';
    child.stdout.on('data', (chunk) => {
      text += chunk;
    });
    child.on('error', reject);
    child.on('close', (status) =>
      status === 0 ? resolve(text) : reject(new Error(`the replay ended with ${status}`)),
    );
  });
}

/** Streams `count` records through a FIFO into a replay of its own process. */
export async function measureFifo(count, form) {
  const folder = mkdtempSync(join(tmpdir(), 'panthor-shim-'));
  const path = join(folder, 'fifo');
  execFileSync('mkfifo', [path]);
  try {
    const reader = spawn(process.execPath, [here, '--read', path], { stdio: ['ignore', 'pipe', 'inherit'] });
    const script = `exec "$0" "$1" "$2" "$3" > "$4"`;
    const words = [process.execPath, generator, `${count}`, form, path];
    const writer = spawn('sh', ['-c', script, ...words], { stdio: ['ignore', 'ignore', 'inherit'] });
    const report = await output(reader);
    writer.kill();
    return JSON.parse(report);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const args = process.argv.slice(2).filter((arg) => arg !== '--json');
  if (args[0] === '--read') await read(args[1]);
  else {
    const [count = '5000000', form = 'jsonl'] = args;
    const report = await measureFifo(Number(count), form);
    const rate = Math.round(report.records / report.seconds).toLocaleString('en');
    const peak = Math.round(report.peak_bytes / 1e6);
    process.stdout.write(
      process.argv.includes('--json')
        ? `${JSON.stringify(report)}\n`
        : `${report.records} records from a FIFO (${form}): ${rate} a second, the writer included, ${peak} MB at the peak\n`,
    );
  }
}
