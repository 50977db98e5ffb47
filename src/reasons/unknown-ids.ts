/** The number in a refused call that names nothing of the client's. */
import { EBADF } from '../../uapi/errno.ts';
import type { DrmFile } from '../driver/ioctl/file.ts';
import { heapPool } from '../driver/sched/heap.ts';
import { pathOf, type View, view } from '../payload/rules/context.ts';
import { ID_FIELDS, type IdField, type IdKind } from './id-fields.ts';
import type { Asked, Reason } from './refused-call.ts';

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

/** The first number in a call that names nothing of the client's; null where all do. */
export function unknownId(call: Asked): Reason | null {
  const { spec } = call.payload;
  for (const field of ID_FIELDS[spec?.name ?? ''] ?? []) {
    if (!isAsked(field, call.arg)) continue;
    for (const { path, value } of numbersAt(call.arg, field.path)) {
      // VM 0 is no VM to BO_CREATE.
      if (value === 0 && field.path === 'exclusive_vm_id') continue;
      if (exists(field.kind, call.file, call.toDriver(field.kind, value), call.errno)) continue;
      const [where, what] = LOOKUPS[field.kind];
      const ended = field.dir === 'end' ? ENDS[field.kind] : undefined;
      return { function: ended ?? where, field: path, why: `there is no ${what} ${value}` };
    }
  }
  return null;
}

/** Whether the client names something in a field: what goes out it does not, but where a flag turns that around. */
function isAsked({ dir, inIf }: IdField, arg: View): boolean {
  if (dir !== 'out') return true;
  return inIf !== undefined && (Number(arg.get(inIf.field)) & (1 << inIf.bit)) !== 0;
}

/** Whether a number of the driver's names something of the file's. */
function exists(kind: IdKind, file: DrmFile, id: number, errno: number): boolean {
  switch (kind) {
    case 'vm':
      return file.vms.get(id) !== undefined;
    case 'bo':
      return file.lookupGem(id) !== undefined;
    case 'syncobj':
      return file.syncobjs.get(id) !== undefined;
    case 'group':
      return file.groups.get(id) !== undefined;
    case 'heap': {
      const vm = file.vms.get(id >>> 16);
      return vm !== undefined && heapPool(vm)?.heaps.get(id & 0xffff) !== undefined;
    }
    case 'name':
      return file.drv.names.get(id) !== undefined;
    // The descriptors are the client's: only the error tells.
    case 'fd':
      return errno !== EBADF;
    case 'mmap-offset':
      return true;
  }
}

/** The numbers at a path of id-fields.ts: one, or those of all elements of an array. */
function numbersAt(struct: View, path: string): { path: string; value: number }[] {
  const arrow = path.indexOf('[]');
  if (arrow < 0) return [{ path: pathOf(struct, path), value: Number(struct.get(path)) }];
  const buffer = struct.buffer(path.slice(0, arrow));
  if (buffer === undefined) return [];
  const rest = path.slice(arrow + 3);
  if (rest !== '') return buffer.items.flatMap((item) => numbersAt(view(item), rest));
  const bytes = buffer.bytes ?? new Uint8Array();
  const words = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: bytes.length >>> 2 }, (_, i) => {
    return { path: `${buffer.path}[${i}]`, value: words.getUint32(4 * i, true) };
  });
}
