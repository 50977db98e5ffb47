/** Why a call was refused: the function and the field, from its bytes, from its names, or from what is there. */
import { describe, expect, it } from 'vitest';
import { ENOENT } from '../../uapi/errno.ts';
import { History, words } from './builder.ts';

const MIB = 1 << 20;
const NOEXEC = 2;
const UNMAP = 0x10000000;
const ASYNC = 1;

/** VM 1 with 4 GiB for its user, VM 2, and object 1 of 2 MiB. */
const start = () =>
  new History({ replies: 'kernel' })
    .call('VM_CREATE', { user_va_range: 2 ** 47 }, { id: 1 })
    .call('VM_CREATE', {}, { id: 2 })
    .call('BO_CREATE', { size: 2 * MIB }, { handle: 1 })
    .call('BO_CREATE', { size: MIB, exclusive_vm_id: 2 }, { handle: 2 });

/** What is said of the last record, which the model refuses: function, field, sentence. */
function reason(history: History, kernel = '7.3'): [string, string, string] {
  const { refused } = history.play(kernel).tally;
  const last = refused.kept.at(-1);
  expect(last?.index).toBe(history.records.length - 1);
  return [last?.function ?? '', last?.field ?? '', last?.why ?? ''];
}

const op = { flags: NOEXEC, bo_handle: 1, va: MIB, size: 4096 };
const queues = (count: number, submit = 0) => ({
  arg: {
    queues: { stride: 8, count, array: '0x1000' },
    max_compute_cores: 1,
    compute_core_mask: '0x1',
    vm_id: 1,
    priority: submit,
  },
  buffers: [{ addr: 0x1000, in: new Uint8Array(words(4, ...new Array(count).fill([1, 4096]).flat())) }],
});

describe('VM_BIND', () => {
  it.each<[string, object, number, RegExp]>([
    [
      'beyond the range of its VM',
      { ...op, va: 2 ** 47 },
      0,
      /^ops\[0\]\.va: 0x800000000000 is past the user range of the VM \(0x800000000000\)$/,
    ],
    [
      'across its end',
      { ...op, va: 2 ** 47 - 4096, size: 8192 },
      0,
      /^ops\[0\]\.size: ends at 0x800000001000, past the user range/,
    ],
    [
      'of more than the object has',
      { ...op, size: 4 * MIB },
      0,
      /^ops\[0\]\.size: 0x400000, object 1 has 0x200000 bytes$/,
    ],
    [
      'from an offset too far',
      { ...op, bo_offset: 2 * MIB },
      0,
      /^ops\[0\]\.bo_offset: ends at 0x201000, object 1 has/,
    ],
    [
      'of an object of another VM',
      { ...op, bo_handle: 2 },
      0,
      /^ops\[0\]\.bo_handle: object 2 belongs to another VM$/,
    ],
    ['the same, asynchronously', { ...op, bo_handle: 2 }, ASYNC, /^ops\[0\]\.bo_handle: object 2 belongs/],
  ])('%s', (_, bad, flags, expected) => {
    const [name, field, why] = reason(start().bind(1, flags, [bad as never]));
    expect(`${field}: ${why}`).toMatch(expected);
    expect(name).toMatch(/^panthor_vm_(bind_prepare_op_ctx|prepare_map_op_ctx)$/);
  });

  it('is told with the operation that failed, not with a later one that would have', () => {
    const history = start().bind(1, 0, [op, { ...op, size: 4 * MIB }, { ...op, va: 1 }]);
    expect(reason(history)).toEqual(['panthor_vm_prepare_map_op_ctx', 'ops[1].size', expect.any(String)]);
    const bytes = start().bind(1, 0, [op, { ...op, va: 1 }, { ...op, size: 4 * MIB }]);
    expect(reason(bytes)).toEqual(['panthor_vm_bind_prepare_op_ctx', 'ops[1].va', expect.any(String)]);
  });

  it('of an unusable VM', () => {
    // 7.x: unmapping a part of a block whose folios are small leaves it mapped and makes the VM unusable.
    const make = () =>
      start()
        .call('BO_CREATE', { size: 4 * MIB }, { handle: 3 })
        .bind(1, 0, [{ ...op, bo_handle: 3, bo_offset: 2 * MIB - 4096, va: 16 * MIB, size: 2 * MIB }])
        .bind(1, 0, [{ flags: UNMAP, va: 16 * MIB, size: 4096 }]);
    for (const [flags, name] of [
      [0, 'panthor_vm_exec_op'],
      [ASYNC, 'panthor_vm_bind_job_create'],
    ] as const) {
      const { tally } = make()
        .bind(1, flags, [{ ...op, va: 64 * MIB }])
        .play('7.2', false, 'contig4k');
      expect(tally.refused.kept.at(-1)).toMatchObject({ function: name, field: 'vm_id', error: 'EINVAL' });
    }
  });

  it('is refused by the releases that refuse it, and by no other', () => {
    const beyond = () => start().bind(1, 0, [{ ...op, va: 2 ** 48 - MIB }]);
    expect(beyond().play('6.18').tally.refused.count).toBe(0);
    expect(reason(beyond(), '7.2')[1]).toBe('ops[0].va');
    const odd = () => start().bind(1, 0, [{ ...op, bo_offset: 1 }]);
    expect(odd().play('6.12.40').tally.refused.count).toBe(0);
    expect(reason(odd(), '6.12.117')).toEqual([
      'panthor_vm_bind_prepare_op_ctx',
      'ops[0].bo_offset',
      expect.any(String),
    ]);
    const sparse = start().bind(1, 0, [{ flags: NOEXEC | 8, va: 0, size: 2 * MIB }]);
    expect(reason(sparse, '7.1')).toEqual([
      'panthor_vm_prepare_map_op_ctx',
      'ops[0].bo_handle',
      'no object has handle 0, and this driver has no MAP_SPARSE',
    ]);
  });

  it.each([
    ['an own object', (history: History) => history.call('BO_CREATE', { size: 4 * MIB }, { handle: 3 })],
    ['an imported one', (history: History) => history.call('PRIME_FD_TO_HANDLE', { fd: 5 }, { handle: 3 })],
  ])('of a part of a block of %s, which 6.18 does not split', (_, object) => {
    const mapped = () => object(start()).bind(1, 0, [{ ...op, bo_handle: 3, va: 16 * MIB, size: 4 * MIB }]);
    const where = 'panthor_vm_unmap_pages';
    const cut = (at: string, block: string) =>
      `${at} is within the 2 MiB block at ${block}, which cannot be unmapped in part`;
    const unmap = { flags: UNMAP, va: 16 * MIB, size: 4096 };
    expect(reason(mapped().bind(1, 0, [unmap]), '6.18')).toEqual([
      where,
      'ops[0].size',
      cut('0x1001000', '0x1000000 to 0x1200000'),
    ]);
    expect(reason(mapped().bind(1, 0, [{ ...unmap, va: 17 * MIB, size: 3 * MIB }]), '6.18')).toEqual([
      where,
      'ops[0].va',
      cut('0x1100000', '0x1000000 to 0x1200000'),
    ]);
    const over = { ...op, va: 18 * MIB, size: 4096 };
    expect(reason(mapped().bind(1, 0, [op, over]), '6.18').slice(0, 2)).toEqual([where, 'ops[1].size']);
    expect(mapped().bind(1, 0, [unmap]).play('6.12').tally.refused.count).toBe(0);
  });

  it('past the address space, where the user range is not looked at', () => {
    const beyond = start().bind(1, 0, [{ flags: UNMAP, va: 2 ** 48 - MIB, size: 2 * MIB }]);
    const why = 'ends at 0x1000000100000, past the address space (0x1000000000000)';
    expect(reason(beyond, '6.18')).toEqual(['drm_gpuvm_sm_unmap', 'ops[0].size', why]);
  });

  it('of more page tables than one allocation holds', () => {
    const sparse = start().bind(1, 0, [{ flags: NOEXEC | 8, va: 0, size: 2 ** 41 }]);
    expect(reason(sparse, '7.3')).toEqual([
      'panthor_vm_op_ctx_prealloc_pts',
      'ops[0].size',
      expect.stringMatching(/^0x20000000000 may need 105\d+ page tables/),
    ]);
  });

  it('of an operation before one whose bytes are wrong', () => {
    const ops = [op, { ...op, bo_handle: 2 }, { ...op, va: 1 }];
    for (const flags of [0, ASYNC]) expect(reason(start().bind(1, flags, ops))[1]).toBe('ops[1].bo_handle');
  });

  it('on a VM that is not there, whatever else is wrong', () => {
    const none = start().bind(9, 0, [{ ...op, va: 1 }]);
    expect(reason(none)).toEqual(['panthor_vm_pool_get_vm', 'vm_id', 'there is no VM 9']);
  });

  it('that waits for what has no fence, or signals what is not there', () => {
    const history = () => start().call('SYNCOBJ_CREATE', {}, { handle: 1 });
    const bind = (sync: Record<string, number>) => history().bind(1, ASYNC, [{ ...op, syncs: [sync] }]);
    const field = 'ops[0].syncs[0].handle';
    expect(reason(bind({ handle: 1 }))).toEqual(['drm_syncobj_find_fence', field, 'syncobj 1 has no fence']);
    expect(reason(bind({ handle: 4 }))).toEqual(['drm_syncobj_find_fence', field, 'there is no syncobj 4']);
    expect(reason(bind({ handle: 4, flags: 2 ** 31 }))).toEqual([
      'panthor_submit_ctx_add_sync_signal',
      field,
      'there is no syncobj 4',
    ]);
    const point = history()
      .call(
        'SYNCOBJ_TIMELINE_SIGNAL',
        { handles: '0x3000', points: '0x4000', count_handles: 1 },
        {},
        {
          buffers: [
            { addr: 0x3000, in: words(4, 1) },
            { addr: 0x4000, in: words(8, 7) },
          ],
        },
      )
      .bind(1, ASYNC, [{ ...op, syncs: [{ flags: 1, handle: 1, timeline_value: 9 }] }]);
    expect(reason(point)[2]).toBe('nothing was submitted for point 9 of syncobj 1');
  });

  it('is told in the divergence', () => {
    const { divergences } = start()
      .bind(1, 0, [{ ...op, size: 4 * MIB }])
      .play('7.3').tally;
    expect(divergences.kept[0].what).toBe(
      'VM_BIND: succeeded there, EINVAL here (at ops[0].size [panthor_vm_prepare_map_op_ctx]: 0x400000, object 1 has 0x200000 bytes)',
    );
  });
});

describe('other calls', () => {
  it('beyond what a file may have', () => {
    const vms = start();
    for (let id = 3; id <= 33; id++) vms.call('VM_CREATE', {}, { id });
    expect(reason(vms)).toEqual(['panthor_vm_pool_create_vm', '', 'the file has 32 VMs already']);
    const groups = start();
    const { arg, buffers } = queues(1);
    for (let i = 1; i <= 129; i++) groups.call('GROUP_CREATE', arg, { group_handle: i }, { buffers });
    expect(reason(groups)).toEqual(['panthor_group_create', '', 'the file has 128 groups already']);
  });

  it('with what the GPU does not have', () => {
    const { arg, buffers } = queues(1);
    const cores = start().call(
      'GROUP_CREATE',
      { ...arg, fragment_core_mask: '0x8' },
      { group_handle: 1 },
      { buffers },
    );
    expect(reason(cores)).toEqual([
      'panthor_group_create',
      'fragment_core_mask',
      expect.stringMatching(/^the GPU has no cores 0x8/),
    ]);
    const many = queues(9);
    const streams = start().call('GROUP_CREATE', many.arg, { group_handle: 1 }, { buffers: many.buffers });
    expect(reason(streams)).toEqual([
      'panthor_group_create',
      'queues.count',
      expect.stringMatching(/^9 queues, the firmware has 8/),
    ]);
  });

  it('on a queue that the group does not have', () => {
    const { arg, buffers } = queues(1);
    const submit = { group_handle: 1, queue_submits: { stride: 40, count: 1, array: '0x2000' } };
    const history = start()
      .call('GROUP_CREATE', arg, { group_handle: 1 }, { buffers })
      .call(
        'GROUP_SUBMIT',
        submit,
        {},
        { buffers: [{ addr: 0x2000, in: words(4, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0) }] },
      );
    expect(reason(history)).toEqual([
      'panthor_job_create',
      'queue_submits[0].queue_index',
      '3, the group has 1 queues',
    ]);
  });

  it('on objects that the CPU must not map, and heaps that never were', () => {
    const hidden = start()
      .call('BO_CREATE', { size: 4096, flags: 1 }, { handle: 3 })
      .call('BO_MMAP_OFFSET', { handle: 3 }, { offset: '0x1000' });
    expect(reason(hidden)).toEqual([
      'panthor_ioctl_bo_mmap_offset',
      'handle',
      'the object was made with NO_MMAP',
    ]);
    const never = start().call('TILER_HEAP_DESTROY', { handle: 0x10000 }, {}, { errno: ENOENT });
    expect(reason(never)).toEqual(['panthor_vm_get_heap_pool', 'handle', 'the VM never had a heap']);
  });

  it('on what was not imported, exported, or synchronized in such a way', () => {
    const vm = start().call('PRIME_HANDLE_TO_FD', { handle: 2 }, { fd: 9 });
    expect(reason(vm).slice(0, 2)).toEqual(['panthor_gem_prime_export', 'handle']);
    const ops = words(8, 1, 0, 4096, 1, MIB, 2 * MIB);
    const sync = start().call(
      'BO_SYNC',
      { ops: { stride: 24, count: 2, array: '0x5000' } },
      {},
      { buffers: [{ addr: 0x5000, in: ops }] },
    );
    expect(reason(sync)).toEqual([
      'panthor_gem_sync',
      'ops[1].size',
      'ends at 0x300000, object 1 has 0x200000 bytes',
    ]);
    const wait = start()
      .call('SYNCOBJ_CREATE', {}, { handle: 1 })
      .call(
        'SYNCOBJ_WAIT',
        { handles: '0x3000', count_handles: 1 },
        {},
        {
          buffers: [{ addr: 0x3000, in: words(4, 1) }],
        },
      );
    expect(reason(wait).slice(0, 2)).toEqual(['drm_syncobj_array_wait_timeout', 'handles[0]']);
    const flink = start().call('GEM_FLINK', { handle: 1 }, { name: 1 });
    expect(reason(flink)).toEqual(['drm_ioctl_permit', '', 'not for render nodes']);
  });

  it('that end as they did there are told too', () => {
    const history = start().call('BO_MMAP_OFFSET', { handle: 9 }, {}, { errno: ENOENT });
    expect(reason(history)).toEqual(['drm_gem_object_lookup', 'handle', 'there is no object 9']);
    expect(history.play('7.3').tally.divergences.count).toBe(0);
  });
});
