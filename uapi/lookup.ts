/** Finds structs and ioctls by the names and numbers that people, clients and captures use for them. */

import { compatIoctls } from './drm/compat.ts';
import {
  dmaBufEnums,
  dmaBufIoctls,
  dmaBufStructs,
  drmEnums,
  drmIoctls,
  drmStructs,
  syncFileIoctls,
  syncFileStructs,
} from './drm.ts';
import type { EnumTable } from './enumeration.ts';
import { hex } from './hex.ts';
import { DRM_IOCTL_BASE, type IoctlSpec } from './ioctl.ts';
import type { StructLayout } from './layout.ts';
import { panthorEnums, panthorIoctls, panthorStructs } from './panthor_drm.ts';
import { requestOf } from './request.ts';
import { didYouMean } from './suggest.ts';

export const allStructs: readonly StructLayout[] = [
  ...panthorStructs,
  ...drmStructs,
  ...dmaBufStructs,
  ...syncFileStructs,
];
export const allIoctls: readonly IoctlSpec[] = [
  ...panthorIoctls,
  ...drmIoctls,
  ...dmaBufIoctls,
  ...syncFileIoctls,
];

export const allEnums: readonly EnumTable[] = [...panthorEnums, ...drmEnums, ...dmaBufEnums];

/** A name, number or size that means nothing, or more than one thing. */
export class LookupError extends Error {
  override name = 'LookupError';
}

/** By letter and number: bits 15:0 of a request. */
const byTypeAndNumber = new Map(allIoctls.map((spec) => [(spec.type << 8) | spec.nr, spec]));

/** Those of 32-bit processes, by their whole request: only the size tells them apart. */
const byCompatRequest = new Map(compatIoctls.map((spec) => [spec.request, spec]));

/**
 * The ioctl that a request number means, or undefined. drm_ioctl() goes by letter and number, so a request of another
 * size or direction is the same call with an older or newer argument.
 */
export function ioctlOf(request: number): IoctlSpec | undefined {
  return byCompatRequest.get(request >>> 0) ?? byTypeAndNumber.get(request & 0xffff);
}

/** How reports call a request: VM_BIND, SYNCOBJ_WAIT, or its number where it is unknown. */
export function ioctlName(request: number): string {
  return ioctlOf(request)?.shortName ?? hex(request >>> 0);
}

/** Whether `name` means that request: DRM_IOCTL_PANTHOR_VM_BIND, VM_BIND, vm_bind, or 0xc0186443 for this size alone. */
export function isNamed(request: number, name: string): boolean {
  const number = numberOf(name);
  if (number !== null) return number === request;
  const spec = ioctlOf(request);
  return spec !== undefined && hasName(spec, name.toUpperCase());
}

/** Whether any request is what isNamed() would find under that name. */
export function isKnownName(name: string): boolean {
  return numberOf(name) !== null || allIoctls.some((spec) => hasName(spec, name.toUpperCase()));
}

function hasName(spec: IoctlSpec, upper: string): boolean {
  return spec.shortName === upper || spec.name === upper;
}

/**
 * A struct by its C name, with or without `struct ` in front and without `drm_panthor_`, `drm_` where the rest is
 * enough: `vm_bind_op`.
 *
 * @throws LookupError, with similar names where there are any.
 */
export function findStruct(name: string): StructLayout {
  const wanted = name.trim().replace(/^struct\s+/, '');
  for (const prefix of ['', 'drm_panthor_', 'drm_']) {
    const found = allStructs.find((layout) => layout.name === prefix + wanted);
    if (found !== undefined) return found;
  }
  const names = allStructs.map((layout) => layout.name);
  const similar = names.filter((one) => one.includes(wanted));
  throw new LookupError(`unknown struct ${wanted}${hint(similar) || didYouMean(wanted, spellings(names))}`);
}

/** What `layout` prints: a struct, an enumeration, a set of flags, or an ioctl with its argument. */
export type Named =
  | { readonly kind: 'struct'; readonly struct: StructLayout }
  | { readonly kind: 'enum'; readonly table: EnumTable }
  | { readonly kind: 'ioctl'; readonly ioctl: IoctlSpec };

/**
 * What has that name, with or without its prefix, an ioctl by its request number, or the enumeration that an enumerator
 * (DRM_PANTHOR_VM_BIND_ASYNC) is of.
 *
 * @throws LookupError, with similar names where there are any.
 */
export function findNamed(name: string): Named {
  const wanted = name.trim().replace(/^(?:struct|enum)\s+/, '');
  for (const prefix of ['', 'drm_panthor_', 'drm_']) {
    const struct = allStructs.find((layout) => layout.name === prefix + wanted);
    if (struct !== undefined) return { kind: 'struct', struct };
    const table = allEnums.find((one) => one.name === prefix + wanted);
    if (table !== undefined) return { kind: 'enum', table };
  }
  const upper = wanted.toUpperCase();
  const table = allEnums.find(({ enumerators }) => enumerators.some((one) => one.name === upper));
  if (table !== undefined) return { kind: 'enum', table };
  if (numberOf(wanted) !== null) return { kind: 'ioctl', ioctl: findIoctl(wanted).spec };
  const ioctl = allIoctls.find((spec) => hasName(spec, upper));
  if (ioctl !== undefined) return { kind: 'ioctl', ioctl };
  const names = [...allStructs, ...allEnums].map((one) => one.name);
  const similar = names.filter((one) => one.includes(wanted));
  const all = [...spellings(names), ...allIoctls.map((spec) => spec.shortName)];
  throw new LookupError(
    `unknown struct, enumeration or ioctl ${wanted}${hint(similar) || didYouMean(wanted, all)}`,
  );
}

/** An ioctl and the request number that a caller used for it. */
export interface FoundIoctl {
  readonly spec: IoctlSpec;
  readonly request: number;
  /** It was given as a whole request number, which states how many bytes the argument has. */
  readonly exact: boolean;
}

/**
 * An ioctl by its C name, its name without the prefix (`VM_BIND`), its request number as tools print one (request.ts), or
 * its number alone (`0x43`). A request number may state another size than ours: the caller was built with other headers.
 *
 * @throws LookupError
 */
export function findIoctl(text: string): FoundIoctl {
  const wanted = text.trim();
  const request = numberOf(wanted);
  if (request !== null) return byNumber(request, wanted);
  const upper = wanted.toUpperCase();
  const spec = allIoctls.find((one) => hasName(one, upper));
  if (spec !== undefined) return { spec, request: spec.request, exact: false };
  const similar = allIoctls.map((one) => one.shortName).filter((one) => one.includes(upper));
  const names = allIoctls.flatMap(({ name, shortName }) => [shortName, name]);
  throw new LookupError(`unknown ioctl ${wanted}${hint(similar) || didYouMean(upper, names)}`);
}

/** The number that a text gives for a request, in which structs may be named; null for a name of a request. */
function numberOf(text: string): number | null {
  return requestOf(text, (name) => allStructs.find((layout) => layout.name === name)?.size ?? null);
}

function byNumber(n: number, text: string): FoundIoctl {
  if (n > 0xffffffff) throw new LookupError(`ioctl ${text} has more than 32 bits`);
  if (n < 0x100) {
    const spec = ioctlOf((DRM_IOCTL_BASE << 8) | n);
    if (spec !== undefined) return { spec, request: spec.request, exact: false };
    throw new LookupError(`unknown ioctl number ${text}`);
  }
  const found = ioctlOf(n);
  if (found === undefined) throw new LookupError(`unknown ioctl request ${text}`);
  return { spec: found, request: n, exact: true };
}

/** Names as they may be written: whole, and without their prefixes. */
function spellings(names: readonly string[]): string[] {
  return names.flatMap((name) => [name.replace(/^drm_(panthor_)?/, ''), name]);
}

function hint(similar: readonly string[]): string {
  return similar.length > 0 ? `; there is ${similar.join(', ')}` : '';
}

/** Bytes of a register or a descriptor: so few say nothing of a struct. */
const WORD_BYTES = 8;

/**
 * The struct of that many bytes, where there is only one; nothing is guessed of what may be a word.
 *
 * @throws LookupError that lists the candidates.
 */
export function guessStruct(size: number): StructLayout {
  const candidates = allStructs.filter((layout) => layout.size === size);
  if (candidates.length === 1 && size > WORD_BYTES) return candidates[0];
  const names = candidates.map((layout) => layout.name).join(', ');
  const why = candidates.length === 0 ? 'no struct has that size' : `it may be ${names}`;
  const word = size <= WORD_BYTES ? ', or a word of the MMU (--reg)' : '';
  throw new LookupError(`${size} bytes say not what they are: ${why}${word}; use --struct or --ioctl`);
}
