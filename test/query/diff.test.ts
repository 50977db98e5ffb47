import { describe, expect, it } from 'vitest';
import { openCapture } from '../../src/capture/reader.ts';
import { type CaptureDiff, callsOf, type DiffCall, diffCaptures } from '../../src/query/capture-diff.ts';
import { capturePath } from '../capture/helpers.ts';
import { panthorShim } from '../cli/program.ts';

const calls = async (name: string): Promise<DiffCall[]> => callsOf(await openCapture(capturePath(name)));
const only = (diff: CaptureDiff): string[] =>
  diff.differences.map(({ a, b }) => `${a === null ? '' : `-${a.name}`}${b === null ? '' : `+${b.name}`}`);

describe('the difference of two captures', () => {
  it('is empty for a capture and itself', async () => {
    const one = await calls('vulkan-sparse');
    expect(diffCaptures(one, one)).toMatchObject({ same: 235, changed: 0, only: [0, 0], differences: [] });
  });

  it('matches handles: an object more does not make every call after it another', async () => {
    const all = await calls('zink-sparse-buffer-basic');
    const create = all.findIndex(({ name }, i) => i > 60 && name === 'BO_CREATE');
    const object = /handle=(BO#\d+)/.exec(all[create].text)?.[1] as string;
    // The same client, which never made that object: all that follow have smaller numbers.
    const without = renumber(
      all.filter(({ text }) => !text.includes(`${object},`) && !text.includes(`${object}}`)),
      object,
    );
    const diff = diffCaptures(without, all);
    expect(diff.changed).toBe(0);
    expect(diff.only[0]).toBe(0);
    expect(diff.differences.every(({ b }) => /BO#\+|\bBO#/.test(b?.text ?? ''))).toBe(true);
    expect(diff.only[1]).toBe(all.length - without.length);
  });

  it('shows a call that asks for something else as one that changed', async () => {
    const one = await calls('vulkan-sparse');
    const other = one.map((call) =>
      call.index === 82 ? { ...call, text: call.text.replace('0x805000', '0x806000') } : call,
    );
    const diff = diffCaptures(one, other);
    expect(only(diff)).toEqual(['-VM_BIND+VM_BIND']);
    expect(diff.differences[0].a?.index).toBe(82);
  });

  it('is what sparse bindings by hand cost: an object, and the binds of its pages', async () => {
    const diff = diffCaptures(
      await calls('zink-sparse-buffer-basic'),
      await calls('zink-sparse-buffer-basic-emulated'),
    );
    expect(diff.calls.VM_BIND).toEqual([126, 158]);
    expect(diff.differences.length).toBeLessThan(60);
  });

  it('sets the exit status', async () => {
    const [one, other] = ['vulkan-sparse', 'vulkaninfo'].map(capturePath);
    expect((await panthorShim(['diff', one, one])).status).toBe(0);
    const differs = await panthorShim(['diff', one, other]);
    expect(differs.status).toBe(1);
    expect(`${differs.stdout}`).toMatch(/^--- .*\n\+\+\+ /);
    expect((await panthorShim(['diff', '-', '-'])).status).toBe(2);
  });
});

/** The numbers of objects after `gone` fall by one. */
function renumber(list: readonly DiffCall[], gone: string): DiffCall[] {
  const number = Number(gone.slice(3));
  return list.map((call) => ({
    ...call,
    text: call.text.replace(/BO#(\d+)/g, (_, n: string) => `BO#${Number(n) > number ? Number(n) - 1 : n}`),
  }));
}
