import { statSync } from 'node:fs';
import { openCapture } from '../../capture/reader.ts';
import { kernel } from '../../driver/kernels.ts';
import { CaptureTrace } from '../../trace/capture-trace.ts';
import { UsageError } from '../exit.ts';
import { checkWritable } from '../io/files.ts';
import { openTrace } from '../io/trace-file.ts';
import { pickGpu } from '../options/gpu.ts';
import type { ModelOptions } from '../options/live.ts';

/** Fails before the client is started where there will be no trace. @throws UsageError */
export function checkTraceable(trace: string, record: string | undefined): void {
  if (trace === '-') throw new UsageError("--trace -: standard output is the client's");
  checkWritable(trace);
  if (record !== undefined && statSync(record, { throwIfNoEntry: false })?.isFIFO())
    throw new UsageError('--trace reads what --record wrote: that cannot be a FIFO');
}

/** The trace of a run, from what was recorded of it: the same model does the same again. */
export async function traceRun(record: string, trace: string, options: ModelOptions): Promise<void> {
  const capture = await openCapture(record);
  const { writer, close } = openTrace(trace);
  const model = { kernel: kernel(options.kernel, options.with, options.without), gpu: pickGpu(options.gpu) };
  const made = new CaptureTrace(capture.header, model, writer);
  await capture.each((one) => made.step(one));
  made.finish();
  close();
}
