import { describe, expect, it } from 'vitest';
import { kernel } from '../../src/driver/kernels.ts';
import { snapshot } from '../../src/replay/snapshot.ts';
import { WhatIf } from '../../src/replay/what-if.ts';
import { EDEADLK, EINTR, EINVAL, ENOENT, ENOMEM } from '../../uapi/errno.ts';
import { History, words } from './builder.ts';

const MAP = 2;
const UNMAP = 0x10000000;
const MIB = 1 << 20;

const start = (header = {}): History =>
  new History({ replies: 'kernel', ...header })
    .call('VM_CREATE', {}, { id: 1, user_va_range: '0x800000000000' })
    .call('BO_CREATE', { size: 4 * MIB }, { handle: 1 });

const mapping = (va: number, size = MIB) => ({ flags: MAP, bo_handle: 1, va, size });

describe('a failure of the capture’s machine', () => {
  it.each([
    ['ENOMEM', ENOMEM],
    ['EINTR', EINTR],
    ['EDEADLK', EDEADLK],
  ])('%s is followed: the call is not made, and that is said', (name, errno) => {
    const history = start()
      .bind(1, 0, [mapping(0)], { errno })
      .call('VM_GET_STATE', { vm_id: 1 }, { state: 0 });
    for (const check of [false, true]) {
      const { tally, model } = history.play('7.2', check);
      expect(tally.divergences.kept).toEqual([]);
      expect(tally.followed.kept).toEqual([
        { index: 2, what: `VM_BIND: ${name}, a failure of the capture's machine; followed` },
      ]);
      expect(tally.ioctls.failed).toBe(1);
      expect(snapshot(model)[0]).toMatchObject({ vmas: [], unusable: false });
    }
  });

  it('leaves what a synchronous bind had done before it: as many operations as the count that was written back', () => {
    const history = start().bind(1, 0, [mapping(0), mapping(2 * MIB), mapping(4 * MIB)], { errno: ENOMEM });
    const record = history.records[2];
    new DataView(record.bytes.buffer, record.bytes.byteOffset).setUint32(record.argOutAt + 12, 2, true);
    const { tally, model } = history.play('7.2', true);
    expect(tally.followed.kept[0].what).toContain('ENOMEM after 2 operations');
    expect(snapshot(model)[0].vmas.map(({ va }) => va)).toEqual([0, 2 * MIB]);
  });

  it('gives nothing out', () => {
    const history = start()
      .call('BO_CREATE', { size: 4096 }, {}, { errno: ENOMEM })
      .call('BO_CREATE', { size: 4096 }, { handle: 2 });
    const { tally, model } = history.play('7.2');
    expect(tally.divergences.kept).toEqual([]);
    expect(model.drv.clientBos.size).toBe(2);
  });

  it('is no excuse for an error that is about what was asked', () => {
    expect(
      start()
        .bind(1, 0, [mapping(0)], { errno: EINVAL })
        .play('7.2').tally.divergences.count,
    ).toBe(1);
  });
});

describe('a heap', () => {
  const heap = { vm_id: 1, initial_chunk_count: 1, chunk_size: 2 * MIB, max_chunks: 4, target_in_flight: 4 };

  it('of a VM that never had any is ENOENT; one that its VM does not have, or of an unknown VM, is EINVAL', () => {
    const history = start()
      .call('TILER_HEAP_DESTROY', { handle: 0x1_0007 }, {}, { errno: ENOENT })
      .call('TILER_HEAP_CREATE', heap, { handle: 0x1_0003 })
      .call('TILER_HEAP_DESTROY', { handle: 0x1_0007 }, {}, { errno: EINVAL })
      .call('TILER_HEAP_DESTROY', { handle: 0x1_0003 })
      .call('TILER_HEAP_DESTROY', { handle: 0x1_0003 }, {}, { errno: EINVAL })
      .call('TILER_HEAP_DESTROY', { handle: 0x9_0003 }, {}, { errno: EINVAL });
    const { divergences } = history.play('7.2', true).tally;
    // Addresses of heaps are not what this is about.
    expect(divergences.kept.filter(({ index }) => index !== 3)).toEqual([]);
  });
});

describe('a 32-bit process', () => {
  const flushId = (arch: string, offset: number): History => {
    const history = new History({ arch }).mmap(offset, 4096);
    history.records[0].prot = 1;
    return history;
  };

  it.each(['arm', 'armv7l', 'armv8l', 'armhf', 'i686'])('(%s) finds the flush id at 1 << 43', (arch) => {
    for (const name of ['6.12', '6.18', '7.2', 'next']) {
      expect(flushId(arch, 2 ** 43).play(name).tally.divergences.kept).toEqual([]);
    }
  });

  it('is not one of another machine', () => {
    for (const arch of ['aarch64', 'arm64', 'x86_64']) {
      expect(flushId(arch, 2 ** 43).play('7.2').tally.divergences.count).toBe(1);
      expect(flushId(arch, 2 ** 56).play('7.2').tally.divergences.count).toBe(0);
    }
  });
});

describe('what a group says after a fault', () => {
  const queue = { priority: 1, ringbuf_size: 4096 };
  const group = () =>
    start().call(
      'GROUP_CREATE',
      {
        queues: { stride: 8, count: 1, array: '0x1000' },
        max_compute_cores: 1,
        compute_core_mask: '0x1',
        vm_id: 1,
      },
      { group_handle: 5 },
      { buffers: [{ addr: 0x1000, in: new Uint8Array(words(4, queue.priority, queue.ringbuf_size)) }] },
    );
  const submit = { group_handle: 5, queue_submits: { stride: 64, count: 0, array: 0 } };

  it('is explained: a replay runs no streams', () => {
    const history = group()
      .call('GROUP_GET_STATE', { group_handle: 5 }, { state: 2, fatal_queues: 1 })
      .call('GROUP_SUBMIT', submit, {}, { errno: EINVAL });
    const { tally } = history.play('7.2', true);
    expect(tally.divergences.kept).toEqual([]);
    expect(tally.explained.kept).toEqual([
      { index: 3, why: expect.stringContaining('group 5 faulted or timed out there (state 0x2)') },
      { index: 4, why: expect.stringContaining('group 5 had faulted, as record 3 says') },
    ]);
  });

  it('and no other difference is', () => {
    const history = group().call('GROUP_GET_STATE', { group_handle: 5 }, { state: 0, fatal_queues: 1 });
    expect(history.play('7.2', true).tally.divergences.count).toBe(1);
  });
});

describe('mappings and page tables that disagree', () => {
  it('are shown where small folios lie together: a part of a block stays behind on 7.2', () => {
    const history = start()
      .bind(1, 0, [{ ...mapping(0x10001000, 4 * MIB - 4096) }])
      .bind(1, 0, [{ flags: UNMAP, va: 0x10280000, size: 4096 }]);
    const { model } = history.play('7.2', false, 'contig4k');
    const [vm] = snapshot(model);
    expect(vm.unusable).toBe(true);
    expect(vm.disagreements).toEqual([
      { va: 0x10200000, size: 2 * MIB, kind: 'leaf-beyond-mapping', bytes: 4096 },
    ]);
  });

  it('are none in an ordinary state', () => {
    const [vm] = snapshot(
      start()
        .bind(1, 0, [mapping(0), mapping(5 * MIB, 4096)])
        .play('7.2').model,
    );
    expect(vm.disagreements).toEqual([]);
  });
});

describe('what would explain a divergence', () => {
  it('is the behaviour that, switched alone, has the call end as recorded', () => {
    const sparse = { flags: MAP | 8, va: 0, size: 2 * MIB };
    const history = start().bind(1, 0, [sparse]).call('BO_CREATE', { size: 0 }, { handle: 9 });
    const divergent = history.play('6.12').tally.divergences.kept.map(({ index }) => index);
    expect(divergent).toEqual([3]);
    const base = kernel('7.2', [], ['sparse-map']);
    const search = new WhatIf({ ...history.header, driver_version: '1.8.0' }, { kernel: base }, [2, 3]);
    for (const record of history.records) search.step(record);
    expect(search.explains(2)).toEqual(['+sparse-map']);
    // A size of 0 is refused whatever is switched.
    expect(search.explains(3)).toEqual([]);
  });
});
