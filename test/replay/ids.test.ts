import { describe, expect, it } from 'vitest';
import { ID_FIELDS } from '../../src/reasons/id-fields.ts';
import { idPlan } from '../../src/replay/ids/id-plan.ts';
import { snapshot } from '../../src/replay/snapshot.ts';
import { dmaBufIoctls, drmIoctls, syncFileIoctls } from '../../uapi/drm.ts';
import type { BufferSpec } from '../../uapi/ioctl.ts';
import type { StructLayout } from '../../uapi/layout.ts';
import { panthorIoctls } from '../../uapi/panthor_drm.ts';
import { History, words } from './builder.ts';

const MAP = 2;
const UNMAP = 1 << 28;
const KIB = 1024;

describe('the table of ids', () => {
  /** Paths of fields that the uAPI tables call handles and descriptors. */
  function named(layout: StructLayout, buffers: readonly BufferSpec[], prefix: string): string[] {
    const own = layout.fields
      .filter((field) => field.info.unit === 'handle' || field.info.unit === 'fd')
      .map((field) => `${prefix}${field.name}`);
    const inside = buffers.flatMap((b) => {
      const name = b.pointer.path.replace(/\.array$/, '');
      if (name === 'handles') return [`${prefix}handles[]`];
      return b.element === null ? [] : named(b.element, b.nested, `${prefix}${name}[].`);
    });
    return [...own, ...inside];
  }

  it('has every field that the uAPI tables call a handle, an id or a descriptor', () => {
    const specs = [...panthorIoctls, ...drmIoctls, ...dmaBufIoctls, ...syncFileIoctls];
    for (const spec of specs) {
      const wanted = spec.arg === null ? [] : named(spec.arg, spec.buffers, '');
      const have = (ID_FIELDS[spec.name] ?? []).map((field) => field.path);
      expect({ [spec.name]: wanted.filter((path) => !have.includes(path)) }).toEqual({ [spec.name]: [] });
      expect(() => idPlan(spec)).not.toThrow();
    }
    for (const name of Object.keys(ID_FIELDS)) expect(specs.some((spec) => spec.name === name)).toBe(true);
  });
});

/** VM 17 and BO 5000 of 64 KiB, mapped at 1 MiB. */
const start = (): History =>
  new History()
    .call('VM_CREATE', { user_va_range: '0x100000000' }, { id: 17 })
    .call('BO_CREATE', { size: 64 * KIB, exclusive_vm_id: 17 }, { handle: 5000 })
    .bind(17, 0, [{ flags: MAP, bo_handle: 5000, va: '0x100000', size: 64 * KIB }]);

describe('a replay', () => {
  it('turns the capture’s handles and ids into the model’s and back', () => {
    const replayer = start()
      .call('BO_CREATE', { size: 64 * KIB }, { handle: 6000 })
      .bind(17, 0, [
        { flags: MAP, bo_handle: 6000, va: '0x108000', size: 16 * KIB, bo_offset: 4 * KIB },
        { flags: UNMAP, va: '0x10f000', size: 4 * KIB },
      ])
      .call('VM_GET_STATE', { vm_id: 17 })
      .play();
    expect(replayer.tally.divergences.kept).toEqual([]);
    const [vm] = snapshot(replayer.model);
    expect(vm.id).toBe(17);
    expect(vm.vmas.map(({ va, size, bo, boOffset }) => [va, size, bo, boOffset])).toEqual([
      [0x100000, 0x8000, 5000, 0],
      [0x108000, 0x4000, 6000, 0x1000],
      [0x10c000, 0x3000, 5000, 0xc000],
    ]);
  });

  it('shows the handle at the time of mapping, also when it was closed or given out again', () => {
    const replayer = start()
      .call('GEM_CLOSE', { handle: 5000 })
      .call('BO_CREATE', { size: 4 * KIB }, { handle: 7 })
      .bind(17, 0, [{ flags: MAP, bo_handle: 7, va: '0x200000', size: 4 * KIB }])
      .call('GEM_CLOSE', { handle: 7 })
      .call('BO_CREATE', { size: 4 * KIB }, { handle: 7 })
      .bind(17, 0, [{ flags: MAP, bo_handle: 7, va: '0x300000', size: 4 * KIB }])
      .play();
    expect(replayer.tally.divergences.kept).toEqual([]);
    expect(snapshot(replayer.model)[0].vmas.map((vma) => vma.bo)).toEqual([5000, 7, 7]);
  });

  it('refuses what the capture never was given', () => {
    for (const history of [
      start().call('GEM_CLOSE', { handle: 1 }),
      start().call('VM_GET_STATE', { vm_id: 1 }),
      start().bind(17, 0, [{ flags: MAP, bo_handle: 1, va: 0, size: 4 * KIB }]),
      start().call('VM_DESTROY', { id: 1 }),
      start().call('SYNCOBJ_DESTROY', { handle: 1 }),
      start().call('GROUP_DESTROY', { group_handle: 1 }),
      start().call('TILER_HEAP_DESTROY', { handle: 0x10000 }),
      start().mmap(0x100000000, 4 * KIB),
    ]) {
      expect(history.play().tally.divergences.kept.map(({ index }) => index)).toEqual([3]);
    }
  });

  it('forgets what was closed', () => {
    const history = start().call('GEM_CLOSE', { handle: 5000 }).call('GEM_CLOSE', { handle: 5000 });
    expect(history.play().tally.divergences.kept).toEqual([
      { index: 4, what: expect.stringMatching(/^GEM_CLOSE: succeeded there, EINVAL here/) },
    ]);
  });

  it('does not take a closed handle for the object that the model gave its number to', () => {
    const history = start()
      .call('GEM_CLOSE', { handle: 5000 })
      .call('BO_CREATE', { size: 4 * KIB }, { handle: 5001 })
      .call('BO_QUERY_INFO', { handle: 5000 }, {}, { errno: 2 })
      .call('BO_QUERY_INFO', { handle: 5001 });
    expect(history.play().tally.divergences.kept).toEqual([]);
  });

  it('follows syncobjs through arrays, transfers, waits and operations', () => {
    const handles = { addr: 0x5000, in: words(4, 901, 902) };
    const wait = { handles: '0x5000', count_handles: 2, flags: 1, timeout_nsec: 0 };
    const replayer = start()
      .call('SYNCOBJ_CREATE', {}, { handle: 900 })
      .call('SYNCOBJ_CREATE', {}, { handle: 901 })
      .call('SYNCOBJ_CREATE', { flags: 1 }, { handle: 902 })
      .bind(17, 1, [
        { flags: UNMAP, va: '0x100000', size: 4 * KIB, syncs: [{ flags: '0x80000000', handle: 901 }] },
        { flags: UNMAP, va: '0x101000', size: 4 * KIB, syncs: [{ flags: '0x80000000', handle: 900 }] },
      ])
      .call('SYNCOBJ_WAIT', wait, {}, { buffers: [handles] })
      .call('SYNCOBJ_RESET', { handles: '0x5000', count_handles: 2 }, {}, { buffers: [handles] })
      .call('SYNCOBJ_TRANSFER', { src_handle: 900, dst_handle: 901 })
      .call('SYNCOBJ_DESTROY', { handle: 900 })
      .play();
    expect(replayer.tally.divergences.kept).toEqual([]);
    expect(replayer.tally.wouldBlock.count).toBe(0);
    expect(snapshot(replayer.model)[0].vmas[0].va).toBe(0x102000);
  });

  it('follows an array that two operations share, once', () => {
    const history = start()
      .call('SYNCOBJ_CREATE', {}, { handle: 1 })
      .call('SYNCOBJ_CREATE', {}, { handle: 2 });
    const sync = [{ flags: '0x80000000', handle: 2 }];
    history.bind(17, 1, [
      { flags: UNMAP, va: 0, size: 4 * KIB, syncs: sync },
      { flags: UNMAP, va: 0, size: 4 * KIB, syncs: sync },
    ]);
    // Both operations point at the first one's array; 2 is the model's 2, so translating it twice would show.
    const last = history.records[history.records.length - 1];
    const ops = last.buffers[0];
    last.bytes.copyWithin(ops.inAt + 48 + 32, ops.inAt + 32, ops.inAt + 48);
    expect(history.play().tally.divergences.kept).toEqual([]);
  });

  it('follows a shared array once in large calls too', () => {
    const history = start()
      .call('SYNCOBJ_CREATE', {}, { handle: 1 })
      .call('SYNCOBJ_CREATE', {}, { handle: 2 });
    history.call('SYNCOBJ_DESTROY', { handle: 1 }).call('SYNCOBJ_CREATE', {}, { handle: 3 });
    // The capture's 2 and 3 are the model's 2 and 1.
    const unmap = { flags: UNMAP, va: 0, size: 4 * KIB };
    const ops = Array.from({ length: 150 }, () => unmap);
    history.bind(17, 1, [...ops, { ...unmap, syncs: [{ flags: '0x80000000', handle: 3 }] }]);
    const last = history.records[history.records.length - 1];
    const { inAt } = last.buffers[0];
    last.bytes.copyWithin(inAt + 149 * 48 + 32, inAt + 150 * 48 + 32, inAt + 151 * 48);
    history.call(
      'SYNCOBJ_WAIT',
      { handles: '0x2000', count_handles: 1 },
      {},
      {
        buffers: [{ addr: 0x2000, in: words(4, 3) }],
      },
    );
    const { divergences, wouldBlock } = history.play().tally;
    expect([...divergences.kept, ...wouldBlock.kept]).toEqual([]);
  });

  it('keeps nothing alive behind descriptors that were given out again', () => {
    const history = new History();
    for (let i = 1; i <= 50; i++) {
      history
        .call('BO_CREATE', { size: 4 * KIB }, { handle: i })
        .call('PRIME_HANDLE_TO_FD', { handle: i, flags: 2 }, { fd: 12 })
        .call('GEM_CLOSE', { handle: i });
    }
    const replayer = history.play();
    expect(replayer.tally.divergences.kept).toEqual([]);
    expect(replayer.model.drv.clientBos.size).toBe(1);
  });

  it('follows objects into another file, through descriptors that are given out again', () => {
    const other = { fd: 4 };
    const replayer = start()
      .call('BO_CREATE', { size: 4 * KIB }, { handle: 5002 })
      .call('PRIME_HANDLE_TO_FD', { handle: 5002, flags: 2 }, { fd: 12 })
      .call('PRIME_FD_TO_HANDLE', { fd: 12 }, { handle: 40 }, other)
      .call('BO_CREATE', { size: 4 * KIB }, { handle: 5001 })
      .call('PRIME_HANDLE_TO_FD', { handle: 5001, flags: 2 }, { fd: 12 })
      .call('PRIME_FD_TO_HANDLE', { fd: 12 }, { handle: 41 }, other)
      .call('PRIME_HANDLE_TO_FD', { handle: 5001, flags: 2 }, { fd: 13 })
      .call('PRIME_FD_TO_HANDLE', { fd: 13 }, { handle: 41 }, other)
      .call('VM_CREATE', {}, { id: 2 }, other)
      .bind(2, 0, [{ flags: MAP, bo_handle: 41, va: 0, size: 4 * KIB }], other)
      .play();
    expect(replayer.tally.divergences.kept).toEqual([]);
    expect(snapshot(replayer.model).map((vm) => [vm.fd, vm.id, vm.vmas.map((vma) => vma.bo)])).toEqual([
      [3, 17, [5000]],
      [4, 2, [41]],
    ]);
  });

  it('refuses an object that only one VM may map, under its number in the other file too', () => {
    const history = start()
      .call('VM_CREATE', {}, { id: 18 })
      .bind(18, 0, [{ flags: MAP, bo_handle: 5000, va: 0, size: 4 * KIB }], { errno: 22 });
    expect(history.play().tally.divergences.kept).toEqual([]);
  });

  it('moves syncobjs between files, and imports sync files into a handle that is there', () => {
    const other = { fd: 4 };
    const history = start()
      .call('SYNCOBJ_CREATE', { flags: 1 }, { handle: 50 })
      .call('SYNCOBJ_HANDLE_TO_FD', { handle: 50 }, { fd: 20 })
      .call('SYNCOBJ_FD_TO_HANDLE', { fd: 20 }, { handle: 60 }, other)
      .call('SYNCOBJ_HANDLE_TO_FD', { handle: 50, flags: 1 }, { fd: 21 })
      .call('SYNCOBJ_CREATE', {}, { handle: 61 }, other)
      .call('SYNCOBJ_FD_TO_HANDLE', { fd: 21, handle: 61, flags: 1 }, {}, other)
      .call('SYNCOBJ_TRANSFER', { src_handle: 61, dst_handle: 60 }, {}, other)
      .call('SYNCOBJ_EVENTFD', { handle: 61, fd: 77 }, {}, other);
    expect(history.play().tally.divergences.kept).toEqual([]);
  });

  it('follows groups, heaps, names and mmap offsets', () => {
    const queues = { stride: 8, count: 1, array: '0x6000' };
    const cores = { max_compute_cores: 1, max_fragment_cores: 1, max_tiler_cores: 1, priority: 1 };
    const masks = { compute_core_mask: 1, fragment_core_mask: 1, tiler_core_mask: 1 };
    const heap = {
      vm_id: 17,
      initial_chunk_count: 1,
      chunk_size: 1 << 21,
      max_chunks: 4,
      target_in_flight: 4,
    };
    const history = start()
      .call(
        'GROUP_CREATE',
        { queues, ...cores, ...masks, vm_id: 17 },
        { group_handle: 333 },
        {
          buffers: [{ addr: 0x6000, in: words(4, 0, 65536) }],
        },
      )
      .call('GROUP_GET_STATE', { group_handle: 333 })
      .call('TILER_HEAP_CREATE', heap, { handle: 0x110009 })
      .call('TILER_HEAP_DESTROY', { handle: 0x110009 })
      .call('BO_CREATE', { size: 8 * KIB }, { handle: 8 })
      .call('BO_MMAP_OFFSET', { handle: 8 }, { offset: '0xabc000' })
      .mmap(0xabc000, 8 * KIB)
      .mmap(0xabc000, 12 * KIB, false)
      .call('GROUP_DESTROY', { group_handle: 333 });
    expect(history.play().tally.divergences.kept).toEqual([]);
  });
});

describe('a descriptor that the driver never gave out', () => {
  it('has something to stand in for it, so that imports from elsewhere go on', () => {
    const wait = { handles: '0x2000', count_handles: 2, flags: 1 };
    const replayer = start()
      .call('PRIME_FD_TO_HANDLE', { fd: 80 }, { handle: 9 })
      .bind(17, 0, [{ flags: MAP, bo_handle: 9, bo_offset: '0x100000', va: 0, size: 1024 * KIB }])
      .call('SYNCOBJ_CREATE', {}, { handle: 1 })
      .call('SYNCOBJ_FD_TO_HANDLE', { fd: 81, handle: 1, flags: 1 })
      .call('SYNCOBJ_FD_TO_HANDLE', { fd: 82 }, { handle: 2 })
      .call('SYNCOBJ_WAIT', wait, {}, { buffers: [{ addr: 0x2000, in: words(4, 1, 2) }] })
      .call('SYNCOBJ_EVENTFD', { handle: 2, fd: 83 })
      .play();
    expect(replayer.tally.divergences.kept).toEqual([]);
    expect(snapshot(replayer.model)[0].vmas[0]).toMatchObject({ bo: 9, boOffset: 0x100000 });
  });

  it('has none where the call failed', () => {
    const history = start().call('PRIME_FD_TO_HANDLE', { fd: 80 }, {}, { errno: 9 });
    expect(history.play().tally.divergences.kept).toEqual([]);
  });

  it('may be one that was something else before', () => {
    const history = start()
      .call('SYNCOBJ_CREATE', { flags: 1 }, { handle: 1 })
      .call('SYNCOBJ_HANDLE_TO_FD', { handle: 1 }, { fd: 30 })
      .call('SYNCOBJ_FD_TO_HANDLE', { fd: 30, handle: 1, flags: 1 });
    expect(history.play().tally.divergences.kept).toEqual([]);
  });
});

describe('a file', () => {
  it('is opened by the node that its first record names: only a primary one may give a flink name', () => {
    const history = (node: 'primary' | 'render') =>
      new History()
        .call('BO_CREATE', { size: 4096 }, { handle: 1 }, { node })
        .call('GEM_FLINK', { handle: 1 }, { name: 1 })
        .play().tally.divergences.kept;
    expect(history('primary')).toEqual([]);
    expect(history('render')).toEqual([{ index: 1, what: expect.stringContaining('EACCES here') }]);
  });

  it('that is closed takes its VMs along; its descriptor then names a new file', () => {
    const replayer = start()
      .close()
      .call('VM_CREATE', {}, { id: 5 })
      .call('VM_GET_STATE', { vm_id: 17 }, {}, { errno: 22 })
      .play();
    expect(replayer.tally.divergences.kept).toEqual([]);
    expect(snapshot(replayer.model).map((vm) => vm.id)).toEqual([5]);
    expect(replayer.model.drv.clientBos.size).toBe(0);
  });

  it('whose descriptor is given out for something else was closed without a record of it', () => {
    const replayer = start()
      .call('BO_CREATE', { size: 4 * KIB }, { handle: 1 }, { fd: 4 })
      .call('PRIME_HANDLE_TO_FD', { handle: 1, flags: 2 }, { fd: 3 }, { fd: 4 })
      .play();
    expect(snapshot(replayer.model)).toEqual([]);
    expect([...replayer.model.files.keys()]).toEqual([4]);
  });
});
