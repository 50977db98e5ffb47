import type { BufferSpec, IoctlSpec, NumberRef } from '../../../uapi/ioctl.ts';
import { fieldAt, type StructLayout } from '../../../uapi/layout.ts';
import { ID_FIELDS, ID_KINDS, type IdField, type IdKind } from '../../reasons/id-fields.ts';

/** An id at a fixed place of a struct. */
export interface PlannedId {
  readonly kind: IdKind;
  /** Index of the kind in ID_KINDS. */
  readonly kindIndex: number;
  readonly dir: IdField['dir'];
  readonly at: number;
  /** Bytes: 4 or 8. */
  readonly size: number;
  readonly path: string;
  /** Place and mask of a u32 that makes an `out` an `in`. */
  readonly inIf: { readonly at: number; readonly mask: number } | null;
}

/** An array behind a pointer whose elements hold ids. */
export interface PlannedArray {
  readonly pointerAt: number;
  readonly countAt: number;
  /** Where the stride stands, or -1 and then `stride` is it. */
  readonly strideAt: number;
  readonly stride: number;
  readonly ids: readonly PlannedId[];
  readonly arrays: readonly PlannedArray[];
}

/** Where the ids of one call are, made once from id-fields.ts and the uAPI's layouts. */
export interface IdPlan {
  readonly ids: readonly PlannedId[];
  readonly arrays: readonly PlannedArray[];
}

const EMPTY: IdPlan = { ids: [], arrays: [] };

/** The plan of an ioctl; throws where id-fields.ts names something that the layouts do not have. */
export function idPlan(spec: IoctlSpec): IdPlan {
  const fields = ID_FIELDS[spec.name];
  if (fields === undefined || spec.arg === null) return EMPTY;
  return plan(spec.arg, spec.buffers, fields, '');
}

function plan(
  layout: StructLayout,
  buffers: readonly BufferSpec[],
  fields: readonly IdField[],
  prefix: string,
): IdPlan {
  const ids: PlannedId[] = [];
  const behind = new Map<string, IdField[]>();
  for (const field of fields) {
    const rest = field.path.slice(prefix.length);
    const arrow = rest.indexOf('[]');
    if (arrow < 0) {
      ids.push(plannedId(layout, field, rest));
      continue;
    }
    const pointer = rest.slice(0, arrow);
    behind.set(pointer, [...(behind.get(pointer) ?? []), field]);
  }
  const arrays = [...behind].map(([pointer, inside]) => plannedArray(buffers, pointer, inside, prefix));
  return { ids, arrays };
}

function plannedId(layout: StructLayout, field: IdField, path: string): PlannedId {
  const { offset, field: found } = fieldAt(layout, path);
  const { kind, dir, inIf } = field;
  const condition = inIf && { at: fieldAt(layout, inIf.field).offset, mask: 1 << inIf.bit };
  const kindIndex = ID_KINDS.indexOf(kind);
  return { kind, kindIndex, dir, at: offset, size: found.size, path: field.path, inIf: condition ?? null };
}

function plannedArray(
  buffers: readonly BufferSpec[],
  pointer: string,
  fields: readonly IdField[],
  prefix: string,
): PlannedArray {
  const spec = buffers.find((b) => b.pointer.path === pointer || b.pointer.path === `${pointer}.array`);
  if (spec === undefined) throw new Error(`${prefix}${pointer} leads nowhere`);
  const inner = `${prefix}${pointer}[].`;
  const { ids, arrays } =
    spec.element === null
      ? { ids: fields.map((field) => scalarId(field, spec.elementSize)), arrays: [] }
      : plan(spec.element, spec.nested, fields, inner);
  return {
    pointerAt: spec.pointer.offset,
    countAt: (spec.count as NumberRef).offset,
    strideAt: typeof spec.stride === 'number' ? -1 : spec.stride.offset,
    stride: typeof spec.stride === 'number' ? spec.stride : 0,
    ids,
    arrays,
  };
}

function scalarId({ kind, dir, path }: IdField, size: number): PlannedId {
  return { kind, kindIndex: ID_KINDS.indexOf(kind), dir, at: 0, size, path, inIf: null };
}
