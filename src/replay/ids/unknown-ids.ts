import type { CaptureRecord } from '../../capture/record.ts';
import { UserMemory } from '../../driver/base/uaccess.ts';
import type { Refusal } from '../../payload/refusal.ts';
import type { ClientFile } from '../client-file.ts';
import { readId } from '../explain.ts';
import { loadPayload } from '../payload.ts';
import type { IdKind } from './id-fields.ts';
import { UNKNOWN_ID } from './id-map.ts';
import type { IdPlan } from './id-plan.ts';
import { IdWalk } from './id-walk.ts';

/** Where the kernel looks each kind of number up, and what there is none of. */
const LOOKUPS: { readonly [kind in IdKind]: readonly [where: string, what: string] } = {
  vm: ['panthor_vm_pool_get_vm', 'VM'],
  bo: ['drm_gem_object_lookup', 'object'],
  syncobj: ['drm_syncobj_find', 'syncobj'],
  group: ['group_from_handle', 'group'],
  heap: ['panthor_heap_destroy', 'heap'],
  'mmap-offset': ['drm_vma_offset_lookup', 'offset'],
  fd: ['fget', 'open file'],
  name: ['drm_gem_open_ioctl', 'name'],
};

/** Where it does so to take it away. */
const ENDS: { readonly [kind in IdKind]?: string } = {
  vm: 'panthor_vm_pool_destroy_vm',
  bo: 'drm_gem_handle_delete',
  syncobj: 'drm_syncobj_destroy',
  group: 'panthor_group_destroy',
};

/** The first number in a call that names nothing of the client's, as the reason for `error`; null where all do. */
export function unknownId(
  record: CaptureRecord,
  plan: IdPlan,
  file: ClientFile,
  error: string,
): Refusal | null {
  let found: Refusal | null = null;
  const mem = new UserMemory();
  const at = loadPayload(record, mem);
  new IdWalk().run(plan, mem, at, record.argSize, {
    visit: (id, place) => {
      if (found !== null || id.dir === 'out') return;
      const value = readId(id, mem.data, place - id.at);
      if (file.ids[id.kind].toModel(value) !== UNKNOWN_ID) return;
      const [where, what] = LOOKUPS[id.kind];
      const ended = id.dir === 'end' ? ENDS[id.kind] : undefined;
      found = { error, function: ended ?? where, field: id.path, why: `there is no ${what} ${value}` };
    },
  });
  return found;
}
