/**
 * How fast records are decoded, and how fast they are replayed, each form beside JSON.parse of the same records: one
 * run, medians of several rounds after some in which the engine compiles what is hot; and where a replay's time goes.
 *
 *     node bench/records.mjs [--json] [RECORDS]
 */
import '../dist/src/engine.js';
import { pathToFileURL } from 'node:url';
import { CaptureReader } from '../dist/src/capture/reader.js';
import { CaptureWriter } from '../dist/src/capture/writer.js';
import { kernel } from '../dist/src/driver/kernels.js';
import { Replayer } from '../dist/src/replay/replayer.js';
import { captureRecords } from './capture-stream.mjs';
import { median, range, spreadText } from './spread.mjs';
import { sharesText, whereTimeGoes } from './where.mjs';

const WARM_UP_ROUNDS = 3;
const ROUNDS = 7;

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

/**
 * Seconds of each round: decoding JSON Lines and .ptcap, JSON.parse of the JSON lines, and the whole replay of each form;
 * and the shares of driver, replay and decoding in the time of a replay.
 */
export async function measureRecords(count = 200_000) {
  const jsonl = await capture(count, 'jsonl');
  const ptcap = await capture(count, 'ptcap');
  const kinds = {
    json_parse: () => parse(jsonl),
    jsonl: () => decode(jsonl),
    ptcap: () => decode(ptcap),
    replay_jsonl: () => replay(jsonl),
    replay_ptcap: () => replay(ptcap),
  };
  // First, as whereTimeGoes() says.
  const where = {
    replay_ptcap: await whereTimeGoes(kinds.replay_ptcap, WARM_UP_ROUNDS),
    replay_jsonl: await whereTimeGoes(kinds.replay_jsonl, WARM_UP_ROUNDS),
  };
  const seconds = Object.fromEntries(Object.keys(kinds).map((name) => [name, []]));
  for (let round = -1; round < ROUNDS; round++) {
    for (const [name, work] of Object.entries(kinds)) {
      const start = performance.now();
      await work();
      if (round >= 0) seconds[name].push((performance.now() - start) / 1000);
    }
  }
  return { count, seconds, where };
}

/** As JSON: records a second by median, least and greatest, and the shares. */
function asJson({ count, seconds, where }) {
  const rate = (list, of) => Math.round(count / of(list));
  const each = (of) => Object.fromEntries(Object.entries(seconds).map(([name, list]) => [name, of(list)]));
  return {
    records_per_second: each((list) => rate(list, median)),
    range: each((list) =>
      range(list)
        .reverse()
        .map((time) => Math.round(count / time)),
    ),
    where,
  };
}

export async function printRecords(json, count) {
  const result = await measureRecords(count);
  if (json) {
    process.stdout.write(`${JSON.stringify(asJson(result))}\n`);
    return;
  }
  const { seconds, where } = result;
  process.stdout.write(
    'decoding and replaying captures, records a second (median, and spread of the time)\n\n',
  );
  for (const [name, list] of Object.entries(seconds)) {
    const rate = Math.round(result.count / median(list)).toLocaleString('en');
    const ratio = (median(seconds.json_parse) / median(list)).toFixed(2);
    process.stdout.write(
      `  ${name.padEnd(14)}${rate.padStart(10)}   ${ratio} × JSON.parse   ${spreadText(list)}\n`,
    );
  }
  process.stdout.write('\nwhere the time of a replay goes\n\n');
  for (const [name, shares] of Object.entries(where))
    process.stdout.write(`  ${name.padEnd(14)}${sharesText(shares)}\n`);
  process.stdout.write('\n');
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const count = process.argv.slice(2).find((arg) => /^\d+$/.test(arg));
  await printRecords(process.argv.includes('--json'), count === undefined ? undefined : Number(count));
}
