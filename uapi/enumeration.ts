/**
 * Enumerations and flag sets of the uAPI as tables. Values are those of the C enumerators, so a `(int)(1u << 31)` is
 * negative, as `1 << 31` is in JavaScript; `&`, `|` and `~` then work on both sides alike.
 */
import type { Since } from './version.ts';

/** One enumerator where the bare number does not say enough. */
export interface EnumeratorSpec {
  readonly value: number;
  /** The version that brought it, when later than the enumeration. */
  readonly since?: Since;
  /** It is a value of this bit field inside a flag word (`DRM_PANTHOR_VM_BIND_OP_TYPE_*` inside `flags`). */
  readonly mask?: number;
  /** It names a bit field and is never a value itself. */
  readonly isMask?: boolean;
  readonly doc?: string;
}

export interface Enumerator extends EnumeratorSpec {
  readonly name: string;
}

/** `enum`: the field holds one of the values. `flags`: any combination. */
export type EnumKind = 'enum' | 'flags';

export interface EnumTable<N extends string = string> {
  /** The C tag; for a family of #defines the name that this project gives it. */
  readonly name: string;
  readonly kind: EnumKind;
  /** The C header has it as `enum name`; otherwise the enumerators are #defines. */
  readonly isEnum: boolean;
  readonly since?: Since;
  readonly enumerators: readonly Enumerator[];
  readonly values: { readonly [K in N]: number };
}

export interface EnumOptions {
  readonly since?: Since;
  readonly defines?: boolean;
}

type Rows<N extends string> = { readonly [K in N]: number | EnumeratorSpec };

function table<N extends string>(
  name: string,
  kind: EnumKind,
  rows: Rows<N>,
  options: EnumOptions,
): EnumTable<N> {
  const enumerators = Object.entries<number | EnumeratorSpec>(rows).map(
    ([key, row]): Enumerator => ({ name: key, ...(typeof row === 'number' ? { value: row } : row) }),
  );
  const values = Object.fromEntries(enumerators.map((e) => [e.name, e.value])) as Record<N, number>;
  const since = options.since === undefined ? {} : { since: options.since };
  return { name, kind, isEnum: options.defines !== true, ...since, enumerators, values };
}

/** An enumeration: fields hold one of its values. */
export function enumeration<N extends string>(
  name: string,
  rows: Rows<N>,
  options: EnumOptions = {},
): EnumTable<N> {
  return table(name, 'enum', rows, options);
}

/** A flag set: fields hold a combination of its bits. */
export function flagSet<N extends string>(
  name: string,
  rows: Rows<N>,
  options: EnumOptions = {},
): EnumTable<N> {
  return table(name, 'flags', rows, options);
}
