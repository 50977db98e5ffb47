/** What a stream names: VMs that were refused, VMs that are gone, and outcomes that say little. */
import { describe, expect, it } from 'vitest';
import { ModelRunner } from '../../src/conform/model.ts';
import type { StreamOp } from '../../src/conform/op-fields.ts';
import { checkStream } from '../../src/conform/stream.ts';
import { KERNEL_NAMES, kernel } from '../../src/driver/kernels.ts';

/** A stream that has begun. */
function started(name: string): { run: (op: StreamOp) => ReturnType<ModelRunner['step']> } {
  const runner = new ModelRunner(kernel(name));
  runner.step({ op: 'init' });
  return { run: (op) => runner.step(op) };
}

describe.each(KERNEL_NAMES)('on %s', (name) => {
  it('a refused vm_create takes no number: 33 VMs, one destroyed, one created is VM 33', () => {
    const { run } = started(name);
    for (let uid = 1; uid <= 32; uid++) expect(run({ op: 'vm_create' })).toMatchObject({ r: uid, uid });
    const refused = run({ op: 'vm_create' });
    expect([refused.r, refused.uid]).toEqual([-16, undefined]);
    expect(run({ op: 'vm_destroy', vm: 5 }).r).toBe(0);
    expect(run({ op: 'vm_create' })).toMatchObject({ r: 5, uid: 33 });
    // It had a root table, the 33rd: the next one's is the 34th.
    expect(run({ op: 'active', vm: 33 }).t).toContain('W AS1_TRANSTAB_LO 0x80021000');
    expect((run({ op: 'get_state', vm: 33 }).vms as unknown[]).length).toBe(32);
  });

  it('calls on a VM that was destroyed are skipped with result 0, on one that never was EINVAL', () => {
    const { run } = started(name);
    run({ op: 'vm_create' });
    run({ op: 'bo_create', size: '0x2000', layout: '4k' });
    const { node } = run({ op: 'alloc_va', vm: 1, size: '0x1000' });
    run({ op: 'vm_destroy', vm: 1 });
    expect(run({ op: 'free_va', vm: 1, node })).toMatchObject({ r: 0, skipped: 1 });
    const operations: StreamOp[] = [
      { op: 'bind', bo: 1, va: '0x100000', size: '0x2000' },
      { op: 'bind', bo: 1, va: '0x100000', size: '0x2000', async: 1 },
      { op: 'bind', bo: 9, va: '0x1', size: '0x3', flags: 7 },
      { op: 'active' },
      { op: 'idle' },
      { op: 'kmap', bo: 1, size: '0x2000', va: '0x800000000000' },
      { op: 'kunmap', va: '0x800000000000', size: '0x2000' },
      { op: 'lookup', va: '0x100000' },
      { op: 'get_state' },
      { op: 'lock', start: '0x0', size: '0x1000' },
      { op: 'unlock' },
      { op: 'alloc_va', size: '0x1000' },
      { op: 'vm_destroy' },
    ];
    for (const op of operations) {
      const { r, skipped, w, t, d } = run({ ...op, vm: 1 });
      expect([op.op, r, skipped, w, t, d]).toEqual([op.op, 0, 1, undefined, undefined, undefined]);
      expect([op.op, run({ ...op, vm: 2 }).r]).toEqual([op.op, -22]);
    }
  });
});

describe('a hand-written stream', () => {
  const stream = (...ops: [StreamOp, object][]) => ({
    name: 'by hand',
    variant: '7.2',
    line: 1,
    ops: ops.map(([op, out]) => ({ in: op, out: out as Record<string, never> })),
  });
  const create: StreamOp = { op: 'vm_create' };

  it.each<[string, object]>([
    ['nothing', {}],
    ['a result', { r: 1 }],
    ['a number', { uid: 1 }],
    ['a slot', { as: ['0x0', '0x0', '0xffff', [], []] }],
    ['two fields', { r: 1, user_va_range: '0x800000000000' }],
  ])('that states %s of an outcome passes where that is right', (_, out) => {
    expect(checkStream(stream([{ op: 'init' }, {}], [create, out]), kernel('7.2'))).toBeNull();
  });

  it.each<[string, object, string[]]>([
    ['a wrong result', { r: 2 }, ['r']],
    ['a wrong slot beside a right result', { r: 1, as: ['0x2', '0x0', '0xffff', [], []] }, ['as']],
    ['a field that does not come', { skipped: 1 }, ['skipped']],
  ])('that states %s differs there', (_, out, fields) => {
    const found = checkStream(stream([{ op: 'init' }, {}], [create, out]), kernel('7.2'));
    expect([found?.index, found?.fields.map(({ field }) => field)]).toEqual([1, fields]);
  });

  it('that states the VMs states all: what is left out must not come', () => {
    const out = { r: 1, vms: [[1, -1, 0, 0, '0x0', '0x0']] };
    const found = checkStream(stream([{ op: 'init' }, {}], [create, out]), kernel('7.2'));
    expect(found?.fields.map(({ field }) => field).sort()).toEqual([
      'as',
      'kernel_va',
      'uid',
      'user_va_range',
    ]);
  });
});
