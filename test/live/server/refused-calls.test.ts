/** What `run --report` says of refused calls: the function and the field, from their bytes and from what the client has. */
import { describe, expect, it } from 'vitest';
import { run } from '../../../src/coroutine/op.ts';
import { kernel } from '../../../src/driver/kernels.ts';
import { Call } from '../../../src/live/server/call.ts';
import type { GivenFile } from '../../../src/live/server/files/given-files.ts';
import { OpenFile } from '../../../src/live/server/open-file.ts';
import { refusedText } from '../../../src/live/server/refused-calls.ts';
import { LiveReport, reportText } from '../../../src/live/server/report.ts';
import { EACCES, EINVAL, ENOENT, EPERM } from '../../../uapi/errno.ts';
import { drm_panthor_sync_op, drm_panthor_vm_bind_op } from '../../../uapi/panthor_drm.ts';
import { spec, TestClient } from '../../driver/client.ts';
import { ARG_ADDR, type Struct, structs, UserLayout } from '../../driver/ioctl/arguments.ts';

const STREAMS = { instructions: 0, unshaded: 0, fatal: 0, faults: 0 };

/** A client whose calls are reported. */
class Reported {
  readonly client: TestClient;
  readonly #report: LiveReport;
  readonly #file: OpenFile;
  /** False where a fault is injected instead. */
  reachesDriver = true;

  constructor(name: string) {
    this.client = new TestClient({ kernel: name });
    this.#file = new OpenFile(1, {} as GivenFile, 128, 2, 1, this.client.file);
    this.client.make('VM_CREATE', {}, 'id');
    this.client.make('BO_CREATE', { size: 0x10000 }, 'handle');
    this.#report = new LiveReport(this.client.drv.device);
  }

  call(name: string, struct: Struct): number {
    const { request, arg } = spec(name);
    const layout = new UserLayout();
    layout.argument(arg, struct, (request >>> 16) & 0x3fff);
    const call = new Call();
    call.request = request;
    call.argAddr = ARG_ADDR;
    for (const { addr, bytes } of layout.regions) call.mem.add(addr, bytes);
    const { drv, file } = this.client;
    const ret = run(drv.ioctl(file, request, call.mem, ARG_ADDR));
    call.reachedDriver = this.reachesDriver;
    this.#report.ioctl(this.#file, call, ret);
    return ret;
  }

  bind(...ops: Struct[]): number {
    return this.call('VM_BIND', { vm_id: 1, ops: structs(drm_panthor_vm_bind_op, ...ops) });
  }

  get summary() {
    return this.#report.summary(0, { files: 0, vms: 0, objects: 0 }, STREAMS, null);
  }
}

describe('a report', () => {
  it('names function and field of what was refused, and counts what is alike', () => {
    const reported = new Reported('7.2');
    const good = { bo_handle: 1, va: 0x100000, size: 0x1000 };
    expect(reported.bind(good)).toBe(0);
    expect(reported.bind(good, { ...good, va: 0x123 }, { ...good, size: 1 })).toBe(-EINVAL);
    expect(reported.bind(good, { ...good, va: 0x456 })).toBe(-EINVAL);
    expect(reported.call('VM_CREATE', { flags: 4 })).toBe(-EINVAL);
    const { refused, errors } = reported.summary;
    expect(errors).toEqual({ 'VM_BIND EINVAL': 2, 'VM_CREATE EINVAL': 1 });
    expect(refused).toEqual([
      {
        call: 'VM_BIND',
        error: 'EINVAL',
        function: 'panthor_vm_bind_prepare_op_ctx',
        field: 'ops[1].va',
        why: '0x123 is not a multiple of 4 KiB',
        count: 2,
      },
      {
        call: 'VM_CREATE',
        error: 'EINVAL',
        function: 'panthor_vm_create_check_args',
        field: 'flags',
        why: 'no flags are defined, must be zero',
        count: 1,
      },
    ]);
    expect(reportText(reported.summary)).toContain(
      '  refused: VM_BIND EINVAL at ops[1].va [panthor_vm_bind_prepare_op_ctx]: 0x123 is not a multiple of 4 KiB (2 times, this the first)\n',
    );
  });

  it('goes by the release: what 6.12.40 takes is no reason there', () => {
    const refusedBy = (name: string): string[] => {
      const reported = new Reported(name);
      reported.bind({ bo_handle: 1, bo_offset: 1, va: 0x100000, size: 0x1001 });
      return reported.summary.refused.map(({ field }) => field);
    };
    expect(kernel('6.12.40').behaviours.boOffsetCheck).toBe(false);
    expect([refusedBy('6.12.40'), refusedBy('7.2')]).toEqual([['ops[0].size'], ['ops[0].size']]);
    const only = (name: string): string[] => {
      const reported = new Reported(name);
      reported.bind({ bo_handle: 1, bo_offset: 1, va: 0x100000, size: 0x1000 });
      return reported.summary.refused.map(({ field }) => field);
    };
    expect([only('6.12.40'), only('7.2')]).toEqual([[], ['ops[0].bo_offset']]);
  });

  it('keeps a hundred different reasons at most', () => {
    const reported = new Reported('7.2');
    const good = { bo_handle: 1, va: 0x100000, size: 0x1000 };
    for (let i = 0; i < 150; i++) reported.bind(...new Array(i).fill(good), { ...good, va: 1 });
    expect(reported.summary.refused.length).toBe(100);
    expect(reported.summary.errors['VM_BIND EINVAL']).toBe(150);
  });

  it('names what is not there, what does not fit, and what the state forbids', () => {
    const reported = new Reported('7.2');
    const of = (): string[] =>
      reported.summary.refused.map((one) => refusedText(one).replace(/ \(.*times.*/, ''));
    const op = { bo_handle: 1, va: 0x100000, size: 0x1000 };
    expect(reported.call('VM_BIND', { vm_id: 9, ops: structs(drm_panthor_vm_bind_op, op) })).toBe(-EINVAL);
    expect(reported.bind(op, { ...op, bo_handle: 7 }, { ...op, va: 1 })).toBe(-EINVAL);
    expect(reported.bind({ ...op, size: 0x20000 })).toBe(-EINVAL);
    const { client } = reported;
    client.make('SYNCOBJ_CREATE', {}, 'handle');
    const syncs = structs(drm_panthor_sync_op, { flags: 0, handle: 1 });
    const async = { vm_id: 1, flags: 1, ops: structs(drm_panthor_vm_bind_op, { ...op, syncs }) };
    expect(reported.call('VM_BIND', async)).toBe(-EINVAL);
    client.make('BO_CREATE', { size: 0x1000, exclusive_vm_id: 1, flags: 1 }, 'handle');
    expect(reported.call('PRIME_HANDLE_TO_FD', { handle: 2 })).toBe(-EINVAL);
    expect(reported.call('BO_MMAP_OFFSET', { handle: 2 })).toBe(-EPERM);
    expect(reported.call('GROUP_SUBMIT', { group_handle: 5 })).toBe(0);
    expect(reported.call('TILER_HEAP_DESTROY', { handle: 0x10000 })).toBe(-ENOENT);
    expect(reported.call('GEM_FLINK', { handle: 1 })).toBe(-EACCES);
    expect(of()).toEqual([
      'VM_BIND EINVAL at vm_id [panthor_vm_pool_get_vm]: there is no VM 9',
      'VM_BIND EINVAL at ops[1].bo_handle [panthor_vm_prepare_map_op_ctx]: there is no object 7',
      'VM_BIND EINVAL at ops[0].size [panthor_vm_prepare_map_op_ctx]: 0x20000, object 1 has 0x10000 bytes',
      'VM_BIND EINVAL at ops[0].syncs[0].handle [drm_syncobj_find_fence]: syncobj 1 has no fence',
      'PRIME_HANDLE_TO_FD EINVAL at handle [panthor_gem_prime_export]: object 2 was made for one VM (exclusive_vm_id)',
      'BO_MMAP_OFFSET EPERM at handle [panthor_ioctl_bo_mmap_offset]: the object was made with NO_MMAP',
      'TILER_HEAP_DESTROY ENOENT at handle [panthor_vm_get_heap_pool]: the VM never had a heap',
      'GEM_FLINK EACCES [drm_ioctl_permit]: not for render nodes',
    ]);
  });

  it('gives no reason for what the driver was not asked', () => {
    const reported = new Reported('7.2');
    reported.reachesDriver = false;
    reported.call('VM_CREATE', { flags: 4 });
    expect(reported.summary.refused).toEqual([]);
    expect(reported.summary.errors).toEqual({ 'VM_CREATE EINVAL': 1 });
  });
});
