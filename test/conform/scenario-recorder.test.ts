/** What a capture's calls ask of the VM layer, as a vector stream. */
import { describe, expect, it } from 'vitest';
import { openCapture } from '../../src/capture/reader.ts';
import type { StreamOp } from '../../src/conform/op-fields.ts';
import { ScenarioRecorder } from '../../src/conform/scenario-recorder.ts';
import { kernel } from '../../src/driver/kernels.ts';
import { BO_MEMORY_BASE } from '../../src/hw/memory.ts';
import { Replayer } from '../../src/replay/replayer.ts';

async function opsOf(name: string): Promise<readonly StreamOp[]> {
  const capture = await openCapture(`test/fixtures/calls/${name}`);
  const replayer = new Replayer(capture.header, { kernel: kernel('7.2') });
  const scenario = new ScenarioRecorder(replayer.model.device);
  replayer.model.seen.listen(scenario);
  await capture.each((record) => replayer.step(record));
  return scenario.ops;
}

describe('the stream of a capture', () => {
  it('gives objects up where the client did: their memory is others’ then', async () => {
    const ops = await opsOf('calls-23-contig2M-7.2.13.jsonl.gz');
    const live = new Set<unknown>();
    let made = 0;
    for (const op of ops) {
      if (op.op === 'bo_create') live.add(++made);
      if (op.op === 'bo_destroy') expect(live.delete(op.bo)).toBe(true);
    }
    expect(made).toBeGreaterThan(live.size);
  });

  it('has no object where the vectors have the one behind sparse maps, and no word of more than 64 bits', async () => {
    for (const name of ['calls-20-contig2M-7.2.13.jsonl.gz', 'calls-22-contig2M-7.2.13.jsonl.gz']) {
      const ops = await opsOf(name);
      const pieces = ops.flatMap(({ sg }) => (sg ?? []) as [string, string, number][]);
      for (const [pa] of pieces) expect(Number(pa)).not.toBe(BO_MEMORY_BASE);
      expect(JSON.stringify(ops)).not.toContain('0x10000000000000000');
    }
  });
});
