import { describe, expect, it } from 'vitest';
import { BO_LAYOUTS } from '../../src/driver/gem/sg.ts';
import { kernel } from '../../src/driver/kernels.ts';
import { Replayer } from '../../src/replay/replayer.ts';
import { clientVms, snapshot } from '../../src/replay/snapshot.ts';
import { walkVm } from '../../src/report/walk.ts';
import { CAPTURES, captureText, openBytes } from '../capture/helpers.ts';
import { type JsonRecord, NaiveClient } from './naive.ts';

async function replay(
  name: string,
  kernelName: string,
  visit: (replayer: Replayer, index: number) => void = () => {},
) {
  const capture = await openBytes(captureText(name));
  const replayer = new Replayer(capture.header, { kernel: kernel(kernelName) });
  await capture.each((record) => {
    replayer.step(record);
    visit(replayer, record.index);
  });
  replayer.finish();
  return replayer.tally;
}

describe.each(CAPTURES)('%s', (name) => {
  it('replays on next without a divergence, a warning, or anything to explain', async () => {
    const tally = await replay(name, 'next');
    expect(tally.divergences.kept).toEqual([]);
    expect([...tally.warnings.values()]).toEqual([]);
    expect(tally.explained.kept).toEqual([]);
    expect(tally.ioctls.failed).toBe(0);
  });

  it('differs on 7.2 in MMU_INFO alone, and that is explained', async () => {
    const tally = await replay(name, '7.2');
    const queries = captureText(name)
      .toString()
      .split('\n')
      .flatMap((line, i) => (line.includes('"0xc0106440","arg_in":"04000000') ? [i - 1] : []));
    expect(tally.explained.kept.map(({ index }) => index)).toEqual(queries);
    for (const { why } of tally.explained.kept) expect(why).toContain('MMU_INFO came with 1.9');
    expect(tally.ioctls.failed).toBe(queries.length);
    expect(tally.divergences.count + tally.warnings.size + tally.wouldBlock.count).toBe(0);
  });

  it.each(['6.12', 'atomic-v4'])('differs on %s in nothing that is not explained', async (kernelName) => {
    const tally = await replay(name, kernelName);
    expect(tally.divergences.kept).toEqual([]);
    expect(tally.explained.count).toBeGreaterThan(0);
    expect([...tally.warnings.values()]).toEqual([]);
  });

  it('has the VMAs of a naive model after each record, and page tables that lead to their pages', async () => {
    const lines = captureText(name).toString().trim().split('\n').slice(1);
    const naive = new NaiveClient();
    let walks = 0;
    const tally = await replay(name, 'next', (replayer, index) => {
      const record = JSON.parse(lines[index]) as JsonRecord;
      naive.apply(record);
      const vms = snapshot(replayer.model);
      expect(vms.map((vm) => `${vm.fd}:${vm.id}`)).toEqual([...naive.vms.keys()]);
      for (const vm of vms) {
        const shown = vm.vmas.map(({ va, size, bo, boOffset, flags }) => ({
          va,
          size,
          bo,
          bo_offset: boOffset,
          flags,
        }));
        expect(shown, `VM ${vm.id} after record ${index}`).toEqual(naive.vms.get(`${vm.fd}:${vm.id}`));
        const bytes = vm.vmas.reduce((sum, vma) => sum + vma.size, 0);
        expect(vm.pages4k * 0x1000 + vm.pages2m * 0x200000).toBe(bytes);
      }
      if (record.request !== '0xc0186443') return;
      for (const { file, vm } of clientVms(replayer.model)) {
        for (const vma of naive.vms.get(`${file.fd}:${file.vmIds.get(vm)}`)!) {
          const pages = vma.size / 0x1000;
          for (const page of [0, pages - 1, (index * 7919 + walks) % pages]) {
            const at = page * 0x1000;
            const { target, result } = walkVm(replayer.model, file, vm, vma.va + at);
            const offset = vma.bo === null ? (vma.va + at) % 0x200000 : vma.bo_offset + at;
            expect(result.pa).toBeGreaterThan(0);
            expect(target).toEqual({ bo: vma.bo, sparse: vma.bo === null, offset, agrees: true });
            walks++;
          }
        }
      }
    });
    expect(walks).toBeGreaterThan(50);
    expect(tally.bindOps).toEqual(naive.ops);
  });
});

it('how objects lie in physical memory changes page sizes, never what is mapped', async () => {
  const states: string[] = [];
  for (const boLayout of BO_LAYOUTS) {
    const capture = await openBytes(captureText('vulkan-sparse'));
    const replayer = new Replayer(capture.header, { kernel: kernel('next'), boLayout });
    await capture.each((record) => {
      replayer.step(record);
      return record.index < 109;
    });
    expect(replayer.tally.divergences.count).toBe(0);
    const [vm] = snapshot(replayer.model);
    states.push(JSON.stringify(vm.vmas.map(({ pages4k: _, pages2m: __, ...vma }) => vma)));
    if (boLayout === '4k') expect(vm.vmas.filter((vma) => vma.bo !== null && vma.pages2m > 0)).toEqual([]);
  }
  expect(new Set(states).size).toBe(1);
});
