import { describe, expect, it } from 'vitest';
import { openCapture } from '../../src/capture/reader.ts';
import { type Question, Selection } from '../../src/query/selection.ts';
import { capturePath } from '../capture/helpers.ts';
import { panthorShim } from '../cli/program.ts';

async function records(name: string, question: Question): Promise<number[]> {
  const capture = await openCapture(capturePath(name));
  const selection = new Selection(question);
  const found: number[] = [];
  await capture.each((record) => {
    if (selection.matches(record)) found.push(record.index);
  });
  return found;
}

describe('a question to a capture', () => {
  it('without anything means every record', async () => {
    expect(await records('vulkaninfo', {})).toHaveLength(92);
  });

  it('finds what maps, unmaps or executes at an address', async () => {
    const va = { start: 0x3fffff770000, end: 0x3fffff770001 };
    expect(await records('zink-sparse-buffer-basic', { va })).toEqual([273, 274, 342]);
    const before = { start: 0x3fffff75f000, end: 0x3fffff760000 };
    expect(await records('zink-sparse-buffer-basic', { va: before, ioctl: ['VM_BIND'] })).toEqual([]);
  });

  it('finds the calls of an object, its mmaps and its binds included', async () => {
    const found = await records('vulkan-sparse', { bo: 1 });
    const names = await Promise.all(
      ['BO_CREATE', 'BO_MMAP_OFFSET', 'mmap', 'VM_BIND', 'GEM_CLOSE'].map((name) =>
        records('vulkan-sparse', { bo: 1, ioctl: [name] }),
      ),
    );
    for (const list of names) expect(list.length).toBeGreaterThan(0);
    expect(names.flat().sort((a, b) => a - b)).toEqual(found);
  });

  it('finds objects by their labels, which go with the handle', async () => {
    const found = await records('gallium-egl', { label: 'Sample positions' });
    expect(found[0]).toBe(23);
    const closed = await records('gallium-egl', { label: 'Unused (BO cache)', ioctl: ['GEM_CLOSE'] });
    expect(closed).toHaveLength(12);
    expect(await records('gallium-egl', { label: 'Sample positions', ioctl: ['GEM_CLOSE'] })).toEqual([]);
    expect(await records('gallium-egl', { label: 'no such label' })).toEqual([]);
  });

  it('finds the calls of a VM and of its groups', async () => {
    const submits = await records('vulkan-sparse', { vm: 1, ioctl: ['GROUP_SUBMIT'] });
    expect(submits).toHaveLength(7);
    expect(await records('vulkan-sparse', { vm: 2 })).toEqual([]);
  });

  it('finds threads and failures', async () => {
    const all = await records('zink-sparse-buffer-basic', { ioctl: ['VM_BIND'] });
    const one = await records('zink-sparse-buffer-basic', { ioctl: ['VM_BIND'], tid: 27577 });
    const other = await records('zink-sparse-buffer-basic', { ioctl: ['VM_BIND'], tid: 27579 });
    expect([...one, ...other].sort((a, b) => a - b)).toEqual(all);
    expect(await records('vulkan-sparse', { failed: true })).toEqual([]);
  });
});

describe('the options of a question', () => {
  const capture = capturePath('vulkan-sparse');
  it('are taken by dump, replay --trace, replay --diff-kernel, trace and report', async () => {
    const dump = await panthorShim([
      'dump',
      capture,
      '--va',
      '0x7ffffe800000+64K',
      '-i',
      'VM_BIND',
      '--json',
    ]);
    const wanted = `${dump.stdout}`
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { index: number }).index);
    expect(wanted).toEqual([82, 84, 97, 111]);
    const trace = await panthorShim(['replay', capture, '--trace', 'ops', '--va', '0x7ffffe800000+64K']);
    const numbers = [...`${trace.stdout}`.matchAll(/^ {2,4}(\d+) (?:ioctl| {2}panthor)/gm)].map(([, n]) =>
      Number(n),
    );
    expect([...new Set(numbers)].filter((n) => n > 20)).toEqual(wanted);
    const all = await panthorShim(['trace', capture, '-o', '-']);
    const some = await panthorShim(['trace', capture, '-o', '-', '--bo', '10']);
    expect(some.status).toBe(0);
    expect(some.stdout.length).toBeLessThan(all.stdout.length / 2);
  });

  it('are refused where they mean nothing', async () => {
    expect((await panthorShim(['replay', capture, '--bo', '1'])).status).toBe(2);
    expect((await panthorShim(['dump', capture, '--va', '0x20-0x10'])).status).toBe(2);
    expect((await panthorShim(['dump', capture, '-i', 'VM_BONE'])).status).toBe(2);
  });
});
