/** What panthor refuses in group and tiler-heap ioctls. */

import { EACCES } from '../../../uapi/errno.ts';
import { hex } from '../../../uapi/hex.ts';
import { availableIn } from '../../../uapi/version.ts';
import { type Context, pathOf } from './context.ts';
import { syncOps } from './vm.ts';

/** MAX_CS_PER_CSG (panthor_fw.h). */
const MAX_CS_PER_CSG = 32n;
/** CSF_MAX_QUEUE_PRIO (panthor_sched.c). */
const CSF_MAX_QUEUE_PRIO = 15n;

function bitsSet(value: bigint): number {
  return value.toString(2).replaceAll('0', '').length;
}

/** panthor_ioctl_group_create(), group_priority_permit(), panthor_group_create(), group_create_queue(). */
export function groupCreate(c: Context): void {
  c.in('panthor_ioctl_group_create');
  const { arg } = c;
  const count = arg.get('queues.count');
  if (
    c.invalid(count === 0n || count > MAX_CS_PER_CSG, 'queues.count', `${count} queues, 1 to 32 are possible`)
  )
    return;
  const queues = c.objects(arg, 'queues');
  if (queues === null) return;
  c.in('group_priority_permit');
  const priority = arg.get('priority');
  const highest = availableIn('1.2', c.uapi) ? 3n : 2n;
  if (c.invalid(priority > highest, 'priority', `no priority ${priority}`)) return;
  c.in('panthor_group_create');
  if (c.pad(arg)) return;
  for (const kind of ['compute', 'fragment', 'tiler']) {
    const mask = arg.get(`${kind}_core_mask`);
    const most = arg.get(`max_${kind}_cores`);
    const why = `${most} cores of the ${bitsSet(mask)} in ${kind}_core_mask`;
    if (c.invalid(BigInt(bitsSet(mask)) < most, `max_${kind}_cores`, why)) return;
  }
  c.in('group_create_queue');
  for (const queue of queues) {
    if (c.pad(queue)) return;
    const size = queue.get('ringbuf_size');
    const fits = size >= 4096n && size <= 65536n && (size & (size - 1n)) === 0n;
    const why = `${size} bytes, a power of two from 4 KiB to 64 KiB is possible`;
    if (c.invalid(!fits, pathOf(queue, 'ringbuf_size'), why)) return;
    const level = queue.get('priority');
    if (c.invalid(level > CSF_MAX_QUEUE_PRIO, pathOf(queue, 'priority'), `${level}, 15 is the highest`))
      return;
  }
}

/** What group_priority_permit() refuses to processes that are not privileged; it depends on the caller. */
export function needsPrivilege(c: Context): { errno: number; path: string; why: string } | null {
  if (c.payload.spec?.shortName !== 'GROUP_CREATE' || c.arg.get('priority') < 2n) return null;
  return { errno: EACCES, path: 'priority', why: 'unless the caller has CAP_SYS_NICE or is DRM master' };
}

/** panthor_ioctl_group_destroy(). */
export function groupDestroy(c: Context): void {
  c.in('panthor_ioctl_group_destroy');
  c.pad(c.arg);
}

/** panthor_ioctl_group_submit() and panthor_job_create(). */
export function groupSubmit(c: Context): void {
  c.in('panthor_ioctl_group_submit');
  if (c.pad(c.arg)) return;
  for (const job of c.objects(c.arg, 'queue_submits') ?? []) {
    c.in('panthor_job_create');
    if (c.pad(job)) return;
    const size = job.get('stream_size');
    const address = job.get('stream_addr');
    const half = (size === 0n) !== (address === 0n);
    if (c.invalid(half, pathOf(job, 'stream_addr'), 'size and address are both zero or neither is')) return;
    const unaligned = `${hex(address)} is not a multiple of 64`;
    if (c.invalid(address % 64n !== 0n, pathOf(job, 'stream_addr'), unaligned)) return;
    if (c.invalid(size % 8n !== 0n, pathOf(job, 'stream_size'), `${size} is not a multiple of 8`)) return;
    const reserved = ((job.get('latest_flush') >> 24n) & 0x7fn) !== 0n;
    if (c.invalid(reserved, pathOf(job, 'latest_flush'), 'bits 30:24 must be zero')) return;
    if (syncOps(c, job)) return;
  }
}

/** panthor_heap_create(). */
export function tilerHeapCreate(c: Context): void {
  c.in('panthor_heap_create');
  const { arg } = c;
  const chunks = arg.get('initial_chunk_count');
  if (c.invalid(chunks === 0n, 'initial_chunk_count', 'at least one chunk is needed')) return;
  const most = arg.get('max_chunks');
  if (c.invalid(chunks > most, 'initial_chunk_count', `${chunks}, more than max_chunks (${most})`)) return;
  const size = arg.get('chunk_size');
  const fits = size % 4096n === 0n && size >= 0x20000n && size <= 0x800000n;
  c.invalid(!fits, 'chunk_size', `${hex(size)}, whole pages from 128 KiB to 8 MiB are possible`);
}

/** panthor_ioctl_tiler_heap_destroy(). */
export function tilerHeapDestroy(c: Context): void {
  c.in('panthor_ioctl_tiler_heap_destroy');
  c.pad(c.arg);
}
