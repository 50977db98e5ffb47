/**
 * C struct layout. A struct of the uAPI is described once, as a table of fields with their offsets; size, alignment,
 * codec, printed layout, JSON forms and the C tables of the preload library come from that table. The offsets are
 * spelled out for the reader and checked against the layout that the 64-bit C ABI gives, when the module is loaded.
 */
import type { EnumTable } from './enumeration.ts';
import type { Since } from './version.ts';

/** Scalars of the uAPI. `uptr` is a user pointer inside a struct that spells it as a pointer (drm_version). */
export type Scalar = 'u8' | 'u16' | 's32' | 'u32' | 'u64' | 's64' | 'size_t' | 'uptr';

/** Bytes of each scalar; on both 64-bit ABIs the alignment is the same number. */
export const scalarSize: { readonly [S in Scalar]: number } = {
  u8: 1,
  u16: 2,
  s32: 4,
  u32: 4,
  u64: 8,
  s64: 8,
  size_t: 8,
  uptr: 8,
};

/** Where the high word of a little-endian u64 is, from its start, in bytes. */
export const HIGH_WORD = 4;

/** Who writes what a field or a user buffer holds. */
export type Direction = 'in' | 'out' | 'inout';

/** What a number means, for rendering. */
export type Unit =
  | 'bytes'
  | 'ns'
  | 's'
  | 'Hz'
  | 'cycles'
  | 'count'
  | 'handle'
  | 'fd'
  | 'address'
  | 'file offset';

/** How many bytes a user pointer leads to; fields are named as paths inside the struct that holds the pointer. */
export type BufferLength =
  | { readonly kind: 'bytes'; readonly field: string }
  | { readonly kind: 'array'; readonly count: string; readonly stride: number | string }
  | { readonly kind: 'string'; readonly max: number };

/** Where a user pointer leads. */
export interface UserPointer {
  readonly dir: Direction;
  readonly length: BufferLength;
  /** What one element is; a scalar for plain arrays, `text` for characters. */
  readonly element: StructLayout | Scalar | 'text';
  /** The element depends on another field of the same struct: drm_panthor_dev_query.type. */
  readonly variants?: {
    readonly field: string;
    readonly structs: { readonly [value: number]: StructLayout };
  };
}

/** What a field means beyond its place in memory. */
export interface FieldInfo {
  /** The version that brought it, when later than the struct. */
  readonly since?: Since;
  /** What older headers call the same bytes: a padding field that was given a meaning. */
  readonly formerly?: string;
  readonly dir?: Direction;
  readonly unit?: Unit;
  readonly set?: EnumTable;
  /** The bits of the field stand for enumerators of `set`: bit n for the value n. */
  readonly bitPerValue?: boolean;
  /** Padding that the struct's author named. Checked to be zero where the driver checks it. */
  readonly pad?: boolean;
  /** A C string in the struct itself: `char`, whose sign is the architecture's. */
  readonly char?: boolean;
  /** Shown in hexadecimal. */
  readonly hex?: boolean;
  readonly user?: UserPointer;
  /** What an object array consists of. */
  readonly array?: UserPointer;
  readonly doc?: string;
}

/** One row of a struct's table, as written. */
export interface FieldSpec<
  N extends string = string,
  T extends Scalar | StructLayout = Scalar | StructLayout,
  L extends number = number,
> {
  readonly name: N;
  readonly type: T;
  readonly offset: number;
  /** Elements of a C array; 0 when the field is none. */
  readonly length: L;
  readonly info: FieldInfo;
}

/** What a scalar is to a program: those of 64 bits are BigInts. */
export type ScalarValue<T> = T extends 'u8' | 's32' | 'u32' ? number : bigint;

type ElementValue<T> = T extends StructLayout<string, infer V> ? V : ScalarValue<T>;
type FieldValue<F> =
  F extends FieldSpec<string, infer T, infer L>
    ? L extends 0
      ? ElementValue<T>
      : readonly ElementValue<T>[]
    : never;

/** The value of a struct as its table describes it: `StructValue<typeof drm_panthor_vm_bind_op>`. */
export type StructValue<L> = L extends StructLayout<string, infer V> ? V : never;

/** One field, with what follows from its row. */
export interface Field<N extends string = string> extends FieldSpec<N> {
  /** Bytes, of the whole array where it is one. */
  readonly size: number;
  readonly align: number;
}

/** `N`: names of its fields. `V`: its value, which is there for the compiler alone. */
export interface StructLayout<N extends string = string, V = unknown> {
  readonly name: string;
  readonly size: number;
  readonly align: number;
  readonly fields: readonly Field<N>[];
  /** Offset of each field in bytes. */
  readonly off: { readonly [K in N]: number };
  readonly since?: Since;
  /**
   * The smallest size that user space may state for the object (PANTHOR_UOBJ_MIN_SIZE: up to the end of the last
   * mandatory field); undefined for structs that are never passed with a size of their own.
   */
  readonly minSize?: number;
  readonly lastMandatory?: string;
  readonly doc: string;
  /** Never there: holds `V`. */
  readonly valueType?: V;
}

export interface StructOptions {
  readonly since?: Since;
  /** The last field that the struct had when it entered the uAPI, as PANTHOR_UOBJ_DECL() names it. */
  readonly lastMandatory?: string;
}

/** A field of a struct's table: `f('va', 'u64', 16, { unit: 'address' })`. */
export function f<const N extends string, const T extends Scalar | StructLayout>(
  name: N,
  type: T,
  offset: number,
  info: FieldInfo = {},
): FieldSpec<N, T, 0> {
  return { name, type, offset, length: 0, info };
}

/** A field that is a C array: `array('pad', 'u8', 3, 1, { pad: true })` is `__u8 pad[3]` at offset 1. */
export function array<const N extends string, const T extends Scalar>(
  name: N,
  type: T,
  length: number,
  offset: number,
  info: FieldInfo = {},
): FieldSpec<N, T> {
  return { name, type, offset, length, info };
}

function elementLayout(type: Scalar | StructLayout): { size: number; align: number } {
  return typeof type === 'string' ? { size: scalarSize[type], align: scalarSize[type] } : type;
}

/** Rounds `n` up to a multiple of `to`. */
export function roundUp(n: number, to: number): number {
  return Math.ceil(n / to) * to;
}

/**
 * Lays a struct out by the rules of the 64-bit C ABI (System V x86-64 and AAPCS64 agree on everything used here).
 *
 * @throws Error when an offset in the table is not the one that C gives, or a field that is referred to is missing:
 * the table is wrong, and nothing that depends on it may run.
 */
export function struct<const F extends readonly FieldSpec[]>(
  name: string,
  doc: string,
  specs: F,
  options: StructOptions = {},
): StructLayout<F[number]['name'], { readonly [S in F[number] as S['name']]: FieldValue<S> }> {
  const fields: Field<F[number]['name']>[] = [];
  const off: Record<string, number> = {};
  let end = 0;
  let align = 1;
  for (const spec of specs) {
    const element = elementLayout(spec.type);
    const at = roundUp(end, element.align);
    if (at !== spec.offset) {
      throw new Error(`${name}.${spec.name}: the table says offset ${spec.offset}, the C layout is ${at}`);
    }
    const size = element.size * Math.max(spec.length, 1);
    if (spec.name in off) throw new Error(`${name}.${spec.name} is there twice`);
    fields.push({ ...spec, size, align: element.align });
    off[spec.name] = at;
    end = at + size;
    align = Math.max(align, element.align);
  }
  const layout: StructLayout = { name, size: roundUp(end, align), align, fields, off, doc };
  const extra: { -readonly [K in 'since' | 'minSize' | 'lastMandatory']?: StructLayout[K] } = {};
  if (options.since !== undefined) extra.since = options.since;
  if (options.lastMandatory !== undefined) {
    const last = fieldAt(layout, options.lastMandatory);
    extra.lastMandatory = options.lastMandatory;
    extra.minSize = last.offset + last.field.size;
  }
  return { ...layout, ...extra } as StructLayout<
    F[number]['name'],
    { readonly [S in F[number] as S['name']]: FieldValue<S> }
  >;
}

/**
 * A field by its path (`ops.count`) and its offset from the start of `layout`.
 *
 * @throws Error when there is no such field: a mistake in a table.
 */
export function fieldAt(layout: StructLayout, path: string): { field: Field; offset: number } {
  let offset = 0;
  let current: StructLayout = layout;
  const parts = path.split('.');
  for (const [i, part] of parts.entries()) {
    const field: Field | undefined = current.fields.find((one) => one.name === part);
    if (field === undefined) throw new Error(`${layout.name} has no field ${path}`);
    offset += field.offset;
    if (i === parts.length - 1) return { field, offset };
    if (typeof field.type === 'string') throw new Error(`${layout.name}.${path}: ${part} is no struct`);
    current = field.type;
  }
  throw new Error(`${layout.name}: empty field path`);
}
