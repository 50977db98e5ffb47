/** The shape of the table of calls that the kernel refuses, and the world that each of them is made in. */
import { drm_panthor_queue_create, drm_panthor_vm_bind_op } from '../../../../uapi/panthor_drm.ts';
import { type Struct, structs, u32s, u64s } from '../arguments.ts';

/** One refused call. */
export interface BadIoctl {
  /** What is wrong; reads on from the name of the call. */
  readonly what: string;
  /** Short name, `VM_BIND`. */
  readonly ioctl: string;
  readonly arg: Struct;
  /** C name of the error. */
  readonly errno: string;
  /** The kernel function that refuses. */
  readonly by: string;
  /** Kernel that it is asked of; 7.2 without. */
  readonly kernel?: '6.12' | 'next';
  /** Another request number than the call's own (a size that differs, another letter). */
  readonly request?: number;
  /** Output fields afterwards. */
  readonly out?: { readonly [path: string]: number };
  /** Asked of card0 by a file that is not its master, instead of the render node. */
  readonly primary?: boolean;
}

/** Rows for one call. */
export function rows(
  ioctl: string,
  ...list: readonly [what: string, arg: Struct, errno: string, by: string, more?: Partial<BadIoctl>][]
): BadIoctl[] {
  return list.map(([what, arg, errno, by, more]) => ({ ioctl, what, arg, errno, by, ...more }));
}

export const KIB = 1024;
export const MIB = 1024 * KIB;
/** User range of a VM that was made with user_va_range 0, on a GPU with 48 bits. */
export const USER_VA_RANGE = 2 ** 47;

/**
 * What a file has before each row, in the handles that the kernel gives out for it: lowest free first.
 *
 * VMs: 1, 2; 3 does not exist. Objects of 64 KiB: 1, 2 (VM 1's own), 3 (not to be mapped by the CPU), 4 (VM 2's own);
 * 5 was closed. Syncobjs: 1 signalled, 2 empty, 3 a timeline that has reached 5; 4 was destroyed. Group 1 with two
 * queues on VM 1; 2 was destroyed. Heap 0x10000 of VM 1; VM 2 has none. Object 1 is mapped at 16 MiB.
 */
export const SETUP: readonly { ioctl: string; arg: Struct }[] = [
  { ioctl: 'VM_CREATE', arg: {} },
  { ioctl: 'VM_CREATE', arg: {} },
  { ioctl: 'VM_CREATE', arg: {} },
  { ioctl: 'VM_DESTROY', arg: { id: 3 } },
  { ioctl: 'BO_CREATE', arg: { size: 64 * KIB } },
  { ioctl: 'BO_CREATE', arg: { size: 64 * KIB, exclusive_vm_id: 1 } },
  { ioctl: 'BO_CREATE', arg: { size: 64 * KIB, flags: 1 } },
  { ioctl: 'BO_CREATE', arg: { size: 64 * KIB, exclusive_vm_id: 2 } },
  { ioctl: 'BO_CREATE', arg: { size: 64 * KIB } },
  { ioctl: 'GEM_CLOSE', arg: { handle: 5 } },
  {
    ioctl: 'VM_BIND',
    arg: { vm_id: 1, ops: structs(drm_panthor_vm_bind_op, { bo_handle: 1, va: 16 * MIB, size: 64 * KIB }) },
  },
  { ioctl: 'SYNCOBJ_CREATE', arg: { flags: 1 } },
  { ioctl: 'SYNCOBJ_CREATE', arg: {} },
  { ioctl: 'SYNCOBJ_CREATE', arg: {} },
  { ioctl: 'SYNCOBJ_TIMELINE_SIGNAL', arg: { handles: u32s(3), points: u64s(5), count_handles: 1 } },
  { ioctl: 'SYNCOBJ_CREATE', arg: {} },
  { ioctl: 'SYNCOBJ_DESTROY', arg: { handle: 4 } },
  { ioctl: 'GROUP_CREATE', arg: groupArg() },
  { ioctl: 'GROUP_CREATE', arg: groupArg() },
  { ioctl: 'GROUP_DESTROY', arg: { group_handle: 2 } },
  { ioctl: 'TILER_HEAP_CREATE', arg: heapArg() },
];

/** A group that can be made, with changes. */
export function groupArg(changes: Struct = {}): Struct {
  return {
    queues: structs(
      drm_panthor_queue_create,
      { priority: 1, ringbuf_size: 64 * KIB },
      { priority: 1, ringbuf_size: 4 * KIB },
    ),
    max_compute_cores: 4,
    max_fragment_cores: 4,
    max_tiler_cores: 1,
    priority: 1,
    compute_core_mask: 0x50005,
    fragment_core_mask: 0x50005,
    tiler_core_mask: 1,
    vm_id: 1,
    ...changes,
  };
}

/** A heap that can be made, with changes. */
export function heapArg(changes: Struct = {}): Struct {
  return {
    vm_id: 1,
    initial_chunk_count: 5,
    chunk_size: 2 * MIB,
    max_chunks: 64,
    target_in_flight: 65535,
    ...changes,
  };
}
