/** Vector streams as a client can play them: what user space can ask for, and what the GPU then finds. */

import { DRM_PANTHOR_VM_BIND_ASYNC, DRM_PANTHOR_VM_BIND_OP_TYPE_MASK } from '../../uapi/panthor_drm.ts';
import { PAGE_SIZE } from '../../uapi/sizes.ts';
import type { Stream } from '../conform/stream.ts';
import { GPU_ACCESS_BYTES } from './gpu-access.ts';
import type { Scenario, Step } from './scenario.ts';

/** Operations that change nothing that a client can see: slots come and go, tables are looked at. */
const UNSEEN = new Set(['active', 'idle', 'get_state', 'leak', 'get_pgsize', 'pack', 'suspend', 'resume']);
/** Places that the GPU looks at, of one stream. */
const MAX_LOOKS = 64;
const USER_END = 2 ** 47;
/** Objects are mapped as far as their tags go. */
const MAX_TAGGED = 2 ** 30;

type Fields = { readonly [key: string]: unknown };

const num = (op: Fields, key: string): number => Number(op[key] ?? 0);

/** The stream as a scenario, or null where user space cannot express it. */
export function scenarioOf(stream: Stream, path: string): Scenario | null {
  const steps: Step[] = [];
  const looks = new Map<number, Set<number>>();
  const taken: [number, number][] = [];
  const ioctl = (name: string, value: object, as: { [name: string]: string } = {}): void => {
    steps.push({ kind: 'ioctl', name, value: value as never, as, file: 'a', on: null });
  };
  ioctl('SYNCOBJ_CREATE', {}, { done: 'handle' });
  for (const { in: op, out } of stream.ops) {
    if (op.mid !== undefined) return null;
    switch (op.op) {
      case 'init':
        if (num(op, 'va_bits') % 48 !== 0 || op.task_size !== undefined) return null;
        break;
      case 'vm_create':
        if (num(out, 'r') <= 0) return null;
        ioctl(
          'VM_CREATE',
          { user_va_range: op.user_va_range ?? 0, flags: num(op, 'flags') },
          { [`vm${num(out, 'uid')}`]: 'id' },
        );
        break;
      case 'bo_create':
        if (num(out, 'r') <= 0) return null;
        ioctl(
          'BO_CREATE',
          { size: num(op, 'size'), exclusive_vm_id: op.excl === undefined ? 0 : `$vm${num(op, 'excl')}` },
          { [`bo${num(out, 'r')}`]: 'handle' },
        );
        break;
      case 'bo_destroy':
        ioctl('GEM_CLOSE', { handle: `$bo${num(op, 'bo')}` });
        break;
      case 'vm_destroy':
        // The vectors pass over what is gone already.
        if (out.skipped !== undefined) break;
        ioctl('VM_DESTROY', { id: `$vm${num(op, 'vm')}` });
        looks.delete(num(op, 'vm'));
        break;
      case 'bind':
        if (out.skipped !== undefined) break;
        if (num(op, 'nsync') > 0) return null;
        bind(op, ioctl, steps, looks, taken);
        break;
      default:
        if (!UNSEEN.has(op.op)) return null;
    }
  }
  for (const [vm, at] of looks) {
    // One after the other: each that faults ends its group.
    if (at.size > 0)
      steps.push({ kind: 'gpu', does: 'read', vm: `$vm${vm}`, at: [...at], value: 0, file: 'a' });
  }
  return {
    name: stream.name,
    about: 'a stream of the conformance suite',
    source: `${path}:${stream.line}`,
    gpuVa: freeVa(taken),
    steps,
  };
}

function bind(
  op: Fields,
  ioctl: (name: string, value: object) => void,
  steps: Step[],
  looks: Map<number, Set<number>>,
  taken: [number, number][],
): void {
  const [va, size, at] = [num(op, 'va'), num(op, 'size'), num(op, 'bo_off')];
  const isAsync = num(op, 'async') !== 0;
  const bo = num(op, 'bo');
  const isMap = (num(op, 'flags') & DRM_PANTHOR_VM_BIND_OP_TYPE_MASK) === 0 && bo !== 0;
  if (isMap && size >= PAGE_SIZE && at % PAGE_SIZE === 0 && at + size <= MAX_TAGGED) {
    for (const offset of new Set([at, at + size - PAGE_SIZE]))
      steps.push({
        kind: 'write',
        bo: `$bo${bo}`,
        at: offset,
        words: [bo * 65536 + offset / PAGE_SIZE],
        file: 'a',
      });
  }
  const syncs = isAsync ? [{ flags: '0x80000000', handle: '$done' }] : [];
  ioctl('VM_BIND', {
    vm_id: `$vm${num(op, 'vm')}`,
    flags: isAsync ? DRM_PANTHOR_VM_BIND_ASYNC : 0,
    ops: [
      {
        flags: num(op, 'flags'),
        bo_handle: bo === 0 ? 0 : `$bo${bo}`,
        bo_offset: op.bo_off ?? 0,
        va: op.va ?? 0,
        size: op.size ?? 0,
        syncs,
      },
    ],
  });
  if (isAsync) ioctl('SYNCOBJ_WAIT', { handles: ['$done'], timeout_nsec: '+5000ms', flags: 2 });
  if (size < PAGE_SIZE || va % PAGE_SIZE !== 0 || va + size > USER_END) return;
  taken.push([va, va + size]);
  let of = looks.get(num(op, 'vm'));
  if (of === undefined) looks.set(num(op, 'vm'), (of = new Set()));
  for (const look of [va, va + size - PAGE_SIZE, va - PAGE_SIZE, va + size])
    if (look >= 0 && look < USER_END && of.size < MAX_LOOKS) of.add(look);
}

/** Room for what the GPU's accesses need, away from every mapping of the stream. */
function freeVa(taken: readonly [number, number][]): number {
  for (let va = GPU_ACCESS_BYTES; ; va += GPU_ACCESS_BYTES) {
    const hit = taken.find(
      ([start, end]) => va < end + PAGE_SIZE && start < va + GPU_ACCESS_BYTES + PAGE_SIZE,
    );
    if (hit === undefined) return va;
    va = Math.ceil(hit[1] / GPU_ACCESS_BYTES) * GPU_ACCESS_BYTES;
  }
}
