/** Why the model refused a call whose bytes are sound: what it asks for does not fit what is there. */
import { EBUSY, EINVAL, ENOENT, EPERM, errnoName } from '../../uapi/errno.ts';
import { hex } from '../../uapi/hex.ts';
import type { CaptureRecord } from '../capture/record.ts';
import type { GpuProfile } from '../driver/gpu-profile.ts';
import type { Payload } from '../payload/payload.ts';
import type { Refusal } from '../payload/refusal.ts';
import { type View, view } from '../payload/rules/context.ts';
import { payloadOfRecord } from '../report/refusals.ts';
import { bindReason } from './bind-reasons.ts';
import type { ClientFile } from './client-file.ts';
import type { ReplayModel } from './model.ts';

/** What a reason is looked for in. */
export interface RefusedCall {
  readonly record: CaptureRecord;
  readonly payload: Payload;
  readonly arg: View;
  readonly file: ClientFile;
  readonly model: ReplayModel;
}

/** Function, field and sentence. */
export type Reason = Omit<Refusal, 'error'>;

type Find = (call: RefusedCall) => Reason | null;

const reason = (name: string, field: string, why: string): Reason => ({ function: name, field, why });
const always = (...[name, field, why]: [string, string, string]): Find => {
  return () => reason(name, field, why);
};

/** Reasons by name of the call and error. */
const REASONS: { readonly [call: string]: { readonly [errno: number]: Find } } = {
  VM_CREATE: { [EBUSY]: always('panthor_vm_pool_create_vm', '', 'the file has 32 VMs already') },
  VM_BIND: { [EINVAL]: bindReason },
  BO_MMAP_OFFSET: {
    [EPERM]: always('panthor_ioctl_bo_mmap_offset', 'handle', 'the object was made with NO_MMAP'),
  },
  GROUP_CREATE: {
    [EINVAL]: groupCreate,
    [EBUSY]: always('panthor_group_create', '', 'the file has 128 groups already'),
  },
  GROUP_SUBMIT: { [EINVAL]: groupSubmit },
  TILER_HEAP_CREATE: {
    [EBUSY]: always('panthor_heap_create', 'vm_id', 'the VM has 128 heaps already'),
  },
  TILER_HEAP_DESTROY: {
    [ENOENT]: always('panthor_vm_get_heap_pool', 'handle', 'the VM never had a heap'),
  },
};

/** The reason for which the model refused a record with `errno`, after it did; null where none is known. */
export function stateReason(
  record: CaptureRecord,
  name: string,
  errno: number,
  file: ClientFile,
  model: ReplayModel,
): Refusal | null {
  const find = REASONS[name]?.[errno];
  const payload = find === undefined ? null : payloadOfRecord(record);
  if (find === undefined || payload === null) return null;
  const found = find({ record, payload, arg: view(payload.root), file, model });
  return found === null ? null : { error: errnoName(errno), ...found };
}

/** panthor_group_create(): cores that the GPU does not have, more queues than its firmware has stream slots. */
function groupCreate({ arg, model }: RefusedCall): Reason | null {
  const { gpu, device } = model.drv;
  const where = 'panthor_group_create';
  for (const [kind, present] of [
    ['compute', 'shader_present'],
    ['fragment', 'shader_present'],
    ['tiler', 'tiler_present'],
  ] satisfies [string, keyof GpuProfile][]) {
    const field = `${kind}_core_mask`;
    const rest = arg.get(field) & ~BigInt(gpu[present]);
    if (rest !== 0n)
      return reason(where, field, `the GPU has no cores ${hex(rest)} (${present} is ${hex(gpu[present])})`);
  }
  const queues = arg.get('queues.count');
  if (!device.b.queueCountCheck || queues <= BigInt(gpu.cs_slot_count)) return null;
  const why = `${queues} queues, the firmware has ${gpu.cs_slot_count} stream slots a group`;
  return reason(where, 'queues.count', why);
}

/** panthor_job_create(): a queue that the group does not have, a group that can run no more. */
function groupSubmit({ arg, file }: RefusedCall): Reason | null {
  const where = 'panthor_job_create';
  const group = file.file.groups.get(file.ids.group.toModel(Number(arg.get('group_handle'))));
  if (group === undefined) return null;
  if (!group.canRun) return reason(where, 'group_handle', 'the group can run no more');
  for (const node of arg.buffer('queue_submits')?.items ?? []) {
    const index = view(node).get('queue_index');
    if (index < group.queues.length) continue;
    return reason(where, `${node.path}.queue_index`, `${index}, the group has ${group.queues.length} queues`);
  }
  return null;
}
