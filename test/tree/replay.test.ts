import { describe, expect, test } from 'vitest';
import { UserMemory } from '../../src/driver/base/uaccess.ts';
import { PanthorDevice } from '../../src/driver/device.ts';
import { PanthorDrv } from '../../src/driver/ioctl/drv.ts';
import { DrmFile } from '../../src/driver/ioctl/file.ts';
import { kernel } from '../../src/driver/kernels.ts';
import { AS_TRANSTAB, asRegister } from '../../src/hw/registers.ts';
import { NO_TRACE } from '../../src/tree/notes.ts';
import { Routes } from '../../src/tree/replay/routes.ts';
import { CompareDue, differentMapping } from '../../src/tree/replay/same-mappings.ts';
import { WatchedMachine } from '../../src/tree/replay/slot-watch.ts';
import { askedMaps, signalledBy } from '../../src/tree/replay/submitted.ts';
import { DRM_IOCTL_VERSION } from '../../uapi/drm.ts';
import {
  DRM_IOCTL_PANTHOR_DEV_QUERY,
  DRM_IOCTL_PANTHOR_GROUP_SUBMIT,
  DRM_IOCTL_PANTHOR_VM_BIND,
  DRM_PANTHOR_DEV_QUERY_GPU_INFO,
  DRM_PANTHOR_DEV_QUERY_TIMESTAMP_INFO,
  DRM_PANTHOR_SYNC_OP_HANDLE_TYPE_TIMELINE_SYNCOBJ,
  DRM_PANTHOR_SYNC_OP_SIGNAL,
  DRM_PANTHOR_VM_BIND_OP_MAP_SPARSE,
  DRM_PANTHOR_VM_BIND_OP_TYPE_UNMAP,
} from '../../uapi/panthor_drm.ts';

/** Registers as panthor_mmu_as_enable() and panthor_mmu_as_disable() write a table's address: low half first. */
function watched(): { machine: WatchedMachine; told: string[]; table: (as: number, pa: number) => void } {
  const told: string[] = [];
  const trace = {
    ...NO_TRACE,
    as: (what: string, as: number, vm: number) => told.push(`${what} ${as} ${vm}`),
  };
  const machine = new WatchedMachine({ asPresent: 0xff, vaBits: 48, paBits: 40 }, trace);
  machine.roots.set(0x80001000, 1).set(0x180002000, 2);
  const table = (as: number, pa: number): void => {
    machine.write(asRegister(as, AS_TRANSTAB), pa >>> 0);
    machine.write(asRegister(as, AS_TRANSTAB) + 4, Math.floor(pa / 2 ** 32));
  };
  return { machine, told, table };
}

describe('slots of a tree', () => {
  test('a table is a VM that is enabled, none is one that is disabled', () => {
    const { machine, told, table } = watched();
    table(1, 0x80001000);
    table(1, 0);
    table(1, 0);
    expect(told).toEqual(['enable 1 1', 'disable 1 1']);
    expect(machine.stats).toEqual({ activations: 1, evictions: 0, faults: 0 });
  });

  test('another table takes the slot from its VM', () => {
    const { machine, told, table } = watched();
    table(2, 0x80001000);
    table(2, 0x180002000);
    expect(told).toEqual(['enable 2 1', 'evict 2 1', 'enable 2 2']);
    expect(machine.stats).toEqual({ activations: 2, evictions: 1, faults: 0 });
  });
});

/** User memory with an argument of `words` and arrays at their addresses. */
function memory(words: number[], arrays: [address: number, words: number[]][] = []): [UserMemory, number] {
  const mem = new UserMemory();
  const at = mem.reserve(0x1000, words.length * 4);
  const fill = (to: number, list: number[]): void => {
    list.forEach((word, i) => {
      mem.view.setUint32(to + 4 * i, word >>> 0, true);
    });
  };
  fill(at, words);
  for (const [address, list] of arrays) fill(mem.reserve(address, list.length * 4), list);
  return [mem, at];
}

describe('what calls ask for', () => {
  test('VM_BIND: its maps, and none of its unmaps', () => {
    const op = (flags: number, handle: number): number[] => [flags, handle, ...new Array(10).fill(0)];
    const ops = [
      op(0, 7),
      op(DRM_PANTHOR_VM_BIND_OP_TYPE_UNMAP, 8),
      op(DRM_PANTHOR_VM_BIND_OP_MAP_SPARSE, 0),
    ];
    const [mem, at] = memory([3, 0, 48, 3, 0x20000, 0], [[0x20000, ops.flat()]]);
    expect(askedMaps(mem, at)).toEqual([
      { vm: 3, handle: 7, sparse: false },
      { vm: 3, handle: 0, sparse: true },
    ]);
  });

  test('an array that is not mapped is empty', () => {
    const [mem, at] = memory([3, 0, 48, 3, 0x20000, 0]);
    expect(askedMaps(mem, at)).toEqual([]);
  });

  test('GROUP_SUBMIT: the syncobjs that it signals', () => {
    const syncs = [
      [DRM_PANTHOR_SYNC_OP_SIGNAL, 5, 0, 0],
      [0, 6, 0, 0],
      [DRM_PANTHOR_SYNC_OP_SIGNAL | DRM_PANTHOR_SYNC_OP_HANDLE_TYPE_TIMELINE_SYNCOBJ, 9, 1, 2],
    ];
    const submit = [0, 64, 0, 0, 0, 0, 16, 3, 0x30000, 0];
    const [mem, at] = memory(
      [1, 0, 40, 1, 0x20000, 0],
      [
        [0x20000, submit],
        [0x30000, syncs.flat()],
      ],
    );
    expect(signalledBy(mem, at)).toEqual([
      { handle: 5, point: null },
      { handle: 9, point: 0x200000001n },
    ]);
  });
});

test('groups and clocks are the model’s, the rest of the queries and the VMs are the tree’s', () => {
  const routes = new Routes();
  const [mem, argAt] = memory([DRM_PANTHOR_DEV_QUERY_GPU_INFO, 0, 0, 0]);
  const drv = new PanthorDrv(new PanthorDevice({ kernel: kernel('7.2') }));
  const file = new DrmFile(drv, {});
  const isOfTree = (request: number, at = argAt, by = file): boolean =>
    routes.isOfTree({ request, mem, argAt: at, file: by });
  expect(isOfTree(DRM_IOCTL_PANTHOR_VM_BIND)).toBe(true);
  expect(isOfTree(DRM_IOCTL_PANTHOR_GROUP_SUBMIT)).toBe(false);
  expect(isOfTree(DRM_IOCTL_PANTHOR_DEV_QUERY)).toBe(true);
  mem.view.setUint32(argAt, DRM_PANTHOR_DEV_QUERY_TIMESTAMP_INFO, true);
  expect(isOfTree(DRM_IOCTL_PANTHOR_DEV_QUERY)).toBe(false);
  // An argument that is not mapped is the tree's to refuse.
  expect(isOfTree(DRM_IOCTL_PANTHOR_DEV_QUERY, -1)).toBe(true);
  expect(isOfTree(DRM_IOCTL_VERSION)).toBe(true);
  expect(isOfTree(DRM_IOCTL_VERSION, argAt, new DrmFile(drv, { compat: true }))).toBe(false);
});

describe('mappings of model and tree', () => {
  const vmas = (
    ...list: [va: number, range: number, bo: number][]
  ): Parameters<typeof differentMapping>[0] => ({
    count: list.length,
    va: list.map(([va]) => va),
    range: list.map(([, range]) => range),
    bo: list.map(([, , bo]) => bo),
    boOffset: list.map(() => 0),
    flags: list.map(() => 0),
    ids: () => list.keys(),
    lookup: () => -1,
  });

  test('the first that differs is shown from both sides', () => {
    expect(differentMapping(vmas([0, 4096, 1]), vmas([0, 4096, 1]))).toBeNull();
    expect(
      differentMapping(vmas([0, 4096, 1], [4096, 4096, 2]), vmas([0, 4096, 1], [4096, 8192, 2])),
    ).toEqual(['0x1000+0x1000 of object 2+0x0, flags 0x0', '0x1000+0x2000 of object 2+0x0, flags 0x0']);
    expect(differentMapping(vmas([0, 4096, 1]), vmas())?.[1]).toBe('nothing more');
  });

  test('few mappings are compared after each bind, many after a part of as many binds', () => {
    const due = new CompareDue();
    expect([due.after(1, 8), due.after(1, 8)]).toEqual([true, true]);
    const many = Array.from({ length: 200 }, () => due.after(2, 800));
    expect(many.filter((one) => one)).toHaveLength(2);
  });
});
