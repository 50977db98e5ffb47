import { readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openCapture } from '../../src/capture/reader.ts';
import { kernelFor } from '../../src/driver/kernels/for-capture.ts';
import { kernel } from '../../src/driver/kernels.ts';
import { CaptureTrace } from '../../src/trace/capture-trace.ts';
import { TraceWriter } from '../../src/trace/writer.ts';
import { readTrace } from './read.ts';

const captures = resolve(import.meta.dirname, '../fixtures/captures');

async function traceOf(path: string) {
  const packets: Uint8Array[] = [];
  const capture = await openCapture(path);
  const { header } = capture;
  const model = kernel(kernelFor(header).name);
  const made = new CaptureTrace(header, { kernel: model }, new TraceWriter((packet) => packets.push(packet)));
  await capture.each((record) => made.step(record));
  made.finish();
  return readTrace(new Uint8Array(Buffer.concat(packets)));
}

describe('a trace of a shipped capture', () => {
  const names = readdirSync(captures).filter((name) => name.endsWith('.gz'));
  it.each(names)('%s has slices that nest and end, flows that join, and times in order', async (name) => {
    const { problems, ...summary } = await traceOf(resolve(captures, name));
    expect(problems).toEqual([]);
    await expect(`${JSON.stringify(summary, null, 1)}\n`).toMatchFileSnapshot(
      `../fixtures/traces/${name.replace('.jsonl.gz', '.json')}`,
    );
  });
});
