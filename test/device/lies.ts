/** Devices that lie: what a driver could get wrong, one thing each, done to the model behind a side. */

import type { UserMemory } from '../../src/driver/base/uaccess.ts';
import type { PanthorDrv } from '../../src/driver/ioctl/drv.ts';
import type { DrmFile } from '../../src/driver/ioctl/file.ts';
import { EFAULT, EINVAL, EIO, ENOENT } from '../../uapi/errno.ts';
import { fieldAt, type StructLayout } from '../../uapi/layout.ts';
import { ioctlOf } from '../../uapi/lookup.ts';
import { drm_panthor_vm_bind_op } from '../../uapi/panthor_drm.ts';

/** A call as a lie sees it: fields of the argument and of the operations of a VM_BIND. */
export class SeenCall {
  readonly name: string;
  readonly mem: UserMemory;
  readonly #at: number;
  readonly #layout: StructLayout | null;

  constructor(request: number, mem: UserMemory, argAddr: number) {
    const spec = ioctlOf(request);
    this.name = spec?.shortName ?? '';
    this.mem = mem;
    this.#layout = spec?.arg ?? null;
    this.#at = mem.locate(argAddr, this.#layout?.size ?? 0);
  }

  get(path: string): number {
    const { offset, field } = fieldAt(this.#layout as StructLayout, path);
    return field.size === 8
      ? this.mem.u64(this.#at + offset)
      : this.mem.view.getUint32(this.#at + offset, true);
  }

  set(path: string, value: number): void {
    const { offset, field } = fieldAt(this.#layout as StructLayout, path);
    if (field.size === 8) this.mem.setU64(this.#at + offset, value);
    else this.mem.view.setUint32(this.#at + offset, value, true);
  }

  /** Each operation of a VM_BIND whose array is there and has the stride that it should have. */
  *ops(): Generator<{ get(field: Name): number; set(field: Name, value: number): void }> {
    if (this.name !== 'VM_BIND' || this.get('ops.stride') !== 48) return;
    const base = this.mem.locate(this.get('ops.array'), 48 * this.get('ops.count'));
    for (let i = 0; base >= 0 && i < this.get('ops.count'); i++) {
      const at = base + 48 * i;
      const { off } = drm_panthor_vm_bind_op;
      const wide = (field: Name): boolean => field !== 'flags' && field !== 'bo_handle';
      yield {
        get: (field) =>
          wide(field) ? this.mem.u64(at + off[field]) : this.mem.view.getUint32(at + off[field], true),
        set: (field, value) =>
          wide(field)
            ? this.mem.setU64(at + off[field], value)
            : this.mem.view.setUint32(at + off[field], value, true),
      };
    }
  }
}

type Name = 'flags' | 'bo_handle' | 'bo_offset' | 'va' | 'size';

/** What is done before a call (a number is its answer then), and to the answer after it. */
export interface Lie {
  readonly name: string;
  before?(call: SeenCall): number | undefined;
  after?(call: SeenCall, ret: number): number | undefined;
}

const UNMAP = 1 << 28;
const SPARSE = 1 << 3;
const isUnmap = (flags: number): boolean => (flags & 0xf0000000) === UNMAP;

/** Does `change` to each operation that `applies`. */
const toOps =
  (
    applies: (flags: number) => boolean,
    change: (op: { get(f: Name): number; set(f: Name, v: number): void }) => void,
  ) =>
  (call: SeenCall): undefined => {
    for (const op of call.ops()) if (applies(op.get('flags'))) change(op);
  };
const isMap = (flags: number): boolean => (flags & 0xf0000000) === 0 && (flags & SPARSE) === 0;
const answers = (name: string, wrong: number) => ({
  after: (call: SeenCall): number | undefined => (call.name === name ? wrong : undefined),
});
const says = (name: string, path: string, wrong: (value: number) => number) => ({
  after(call: SeenCall, ret: number): undefined {
    if (call.name === name && ret >= 0) call.set(path, wrong(call.get(path)));
  },
});

export const LIES: readonly Lie[] = [
  { name: 'VMs are numbered from 2', ...says('VM_CREATE', 'id', (id) => id + 1) },
  { name: 'the user range is half of what it is', ...says('VM_CREATE', 'user_va_range', (size) => size / 2) },
  { name: 'sizes of objects are a page larger', ...says('BO_CREATE', 'size', (size) => size + 4096) },
  { name: 'unknown VMs can be destroyed', ...answers('VM_DESTROY', 0) },
  {
    name: 'an unmap may carry a handle',
    before: toOps(isUnmap, (op) => op.set('bo_handle', 0)),
  },
  {
    name: 'the last page of a map is missing',
    before: toOps(isMap, (op) => op.get('size') > 4096 && op.set('size', op.get('size') - 4096)),
  },
  {
    name: 'an unmap takes a page too many',
    before: toOps(isUnmap, (op) => op.set('size', op.get('size') + 4096)),
  },
  {
    name: 'a page out of a block takes the block',
    before: toOps(isUnmap, (op) => {
      if (op.get('va') < 0x40000000) return;
      op.set('va', op.get('va') - (op.get('va') % 0x200000));
      op.set('size', 0x200000);
    }),
  },
  { name: 'READONLY means nothing', before: toOps(isMap, (op) => op.set('flags', op.get('flags') & ~1)) },
  { name: 'bo_offset means nothing', before: toOps(isMap, (op) => op.set('bo_offset', 0)) },
  {
    name: 'a sparse range is not mapped',
    before: (call) => ([...call.ops()].some((op) => (op.get('flags') & SPARSE) !== 0) ? 0 : undefined),
  },
  {
    name: 'of several operations the last is forgotten',
    before(call) {
      if (call.name === 'VM_BIND' && call.get('ops.count') > 1)
        call.set('ops.count', call.get('ops.count') - 1);
      return undefined;
    },
  },
  { name: 'VM_BIND does not say how far it got', ...says('VM_BIND', 'ops.count', () => 0) },
  { name: 'waits do not wait', ...answers('SYNCOBJ_WAIT', 0) },
  {
    name: 'points of timelines are one behind',
    after(call, ret) {
      if (call.name === 'SYNCOBJ_QUERY' && ret === 0) {
        const at = call.mem.locate(call.get('points'), 8);
        call.mem.setU64(at, call.mem.u64(at) - 1);
      }
      return undefined;
    },
  },
  { name: 'groups never die', ...says('GROUP_GET_STATE', 'state', () => 0) },
  { name: 'EFAULT is EINVAL', after: (_call, ret) => (ret === -EFAULT ? -EINVAL : undefined) },
  { name: 'ENOENT is EINVAL', after: (_call, ret) => (ret === -ENOENT ? -EINVAL : undefined) },
  {
    name: 'exclusive objects are not',
    before(call) {
      if (call.name === 'BO_CREATE') call.set('exclusive_vm_id', 0);
      return undefined;
    },
  },
  {
    name: 'asynchronous binds are not made',
    before(call) {
      if (call.name === 'VM_BIND' && (call.get('flags') & 1) !== 0) {
        for (const op of call.ops()) {
          op.set('flags', 2 << 28);
          for (const field of ['bo_handle', 'bo_offset', 'va', 'size'] as const) op.set(field, 0);
        }
      }
      return undefined;
    },
  },
];

/** Answers the `n`-th call wrongly: a success is EIO, an error a success. */
export function wrongAnswer(n: number): Lie {
  let seen = 0;
  return {
    name: `call ${n} is answered wrongly`,
    after: (_call, ret) => (++seen !== n ? undefined : ret < 0 ? 0 : -EIO),
  };
}

/** Has the driver lie from now on; `calls` is how many it has answered. */
export function corrupt(drv: PanthorDrv, lie: Lie): { calls: number } {
  const count = { calls: 0 };
  const honest = drv.ioctl.bind(drv);
  drv.ioctl = function* (file: DrmFile, request: number, mem: UserMemory, argAddr: number) {
    count.calls++;
    const call = new SeenCall(request, mem, argAddr);
    const early = lie.before?.(call);
    if (early !== undefined) return early;
    const ret = yield* honest(file, request, mem, argAddr);
    return lie.after?.(call, ret) ?? ret;
  };
  return count;
}
