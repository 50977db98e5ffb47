/**
 * How fast records are decoded, and how fast they are replayed, each form beside JSON.parse of the same records: one
 * run, medians of several rounds.
 *
 *     node bench/records.mjs [--json] [RECORDS]
 */
import { pathToFileURL } from 'node:url';
import { CaptureReader } from '../dist/src/capture/reader.js';
import { CaptureWriter } from '../dist/src/capture/writer.js';
import { kernel } from '../dist/src/driver/kernels.js';
import { Replayer } from '../dist/src/replay/replayer.js';
import { captureRecords } from './capture-stream.mjs';

const ROUNDS = 5;

/** The capture in memory, as one array. */
async function capture(count, form) {
  const parts = [];
  const header = { arch: 'x86_64', client: 'bench', replies: 'stand-in', driver_version: '1.9.0' };
  const writer = new CaptureWriter(form, (part) => void parts.push(part), header);
  for (const record of captureRecords(count)) {
    writer.write(record);
    if (writer.full) await writer.flush();
  }
  await writer.flush();
  return Buffer.concat(parts);
}

/** A source that gives at most what a pipe holds at a time. */
function source(bytes) {
  let at = 0;
  return {
    name: 'memory',
    fifo: false,
    async read(into) {
      const count = Math.min(into.length, 65536, bytes.length - at);
      into.set(bytes.subarray(at, at + count));
      at += count;
      return count;
    },
    async close() {},
  };
}

async function decode(bytes) {
  const reader = await CaptureReader.start(source(bytes), false);
  let sum = 0;
  await reader.each((record) => {
    sum += record.bytes[record.argInAt];
  });
  return sum;
}

/** The whole replay, from bytes to page tables. */
async function replay(bytes) {
  const reader = await CaptureReader.start(source(bytes), false);
  const replayer = new Replayer(reader.header, { kernel: kernel('next') });
  await reader.each((record) => replayer.step(record));
  const { divergences } = replayer.tally;
  if (divergences.count > 0) throw new Error(`the replay diverges: ${divergences.kept[0].what}`);
}

function parse(bytes) {
  let sum = 0;
  for (let at = 0; at < bytes.length; ) {
    const end = bytes.indexOf(10, at);
    sum += JSON.parse(bytes.latin1Slice(at, end)).time_ns;
    at = end + 1;
  }
  return sum;
}

const median = (numbers) => numbers.sort((a, b) => a - b)[numbers.length >> 1];

/**
 * Records per second: decoding JSON Lines and .ptcap, JSON.parse of the JSON lines, and the whole replay of each form.
 */
export async function measureRecords(count = 200_000) {
  const jsonl = await capture(count, 'jsonl');
  const ptcap = await capture(count, 'ptcap');
  const times = { jsonl: [], ptcap: [], json_parse: [], replay_jsonl: [], replay_ptcap: [] };
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, work] of [
      ['jsonl', () => decode(jsonl)],
      ['ptcap', () => decode(ptcap)],
      ['json_parse', () => parse(jsonl)],
      ['replay_jsonl', () => replay(jsonl)],
      ['replay_ptcap', () => replay(ptcap)],
    ]) {
      const start = performance.now();
      await work();
      times[name].push((performance.now() - start) / 1000);
    }
  }
  return Object.fromEntries(
    Object.entries(times).map(([name, list]) => [name, Math.round(count / median(list))]),
  );
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const count = Number(process.argv.slice(2).find((arg) => /^\d+$/.test(arg)) ?? 200_000);
  const rates = await measureRecords(count);
  if (process.argv.includes('--json')) {
    process.stdout.write(`${JSON.stringify({ records_per_second: rates })}\n`);
  } else {
    for (const [name, rate] of Object.entries(rates)) {
      const ratio = (rate / rates.json_parse).toFixed(2);
      process.stdout.write(`${name.padEnd(12)} ${`${rate}`.padStart(9)} records/s  ${ratio} x JSON.parse\n`);
    }
  }
}
